using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.FamilyFrames;

namespace Appliance.Tests.Flow.Engine;

/// <summary>Lines of one address family behind public addresses of another, told apart and told right.</summary>
public sealed class FamilyTests
{
    private const string Line6 = "2001:db8:1::5";
    private const string Remote4 = "192.0.2.33";
    private const string Embedded = "64:ff9b::c000:221";

    // RFC 6052 section 2.4: one address in each length of prefix.
    [Theory]
    [InlineData("2001:db8::/32", "2001:db8:c000:221::")]
    [InlineData("2001:db8:100::/40", "2001:db8:1c0:2:21::")]
    [InlineData("2001:db8:122::/48", "2001:db8:122:c000:2:2100::")]
    [InlineData("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::")]
    [InlineData("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::")]
    [InlineData("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33")]
    [InlineData("64:ff9b::/96", "64:ff9b::192.0.2.33")]
    public void An_embedded_address_is_read_from_a_prefix_of_every_length(string prefix, string embedded)
    {
        RemoteMaps maps = new(new FlowOptions { Nat64Prefixes = [TwoLegs.Prefix(prefix)] });
        PacketView up = new() { Source = Address("fd00::1"), Destination = Address(embedded) };
        PacketView down = new() { Source = Address(embedded), Destination = Address("fd00::1") };

        Assert.True(maps.TryMap(ref up, out LineEnd upEnd));
        Assert.True(maps.TryMap(ref down, out LineEnd downEnd));

        Assert.Equal((Address(Remote4), LineEnd.Source), (up.Destination, upEnd));
        Assert.Equal((Address(Remote4), LineEnd.Destination), (down.Source, downEnd));
        Assert.Equal(Address("fd00::1"), up.Source);
    }

    [Fact]
    public void What_is_no_embedded_address_is_left_as_it_is()
    {
        RemoteMaps maps = new(new FlowOptions { Nat64Prefixes = [TwoLegs.Prefix("2001:db8:122:344::/64")] });
        Ip line = Address("fd00::1");
        Ip inside = Address("2001:db8:122:344::");
        PacketView octet = new() { Source = line, Destination = Address("2001:db8:122:344:1c0:2:2100::") };
        PacketView other = new() { Source = line, Destination = Address("2001:db8:122:345:c0:2:2100::") };
        PacketView both = new() { Source = inside, Destination = inside };

        Assert.False(maps.TryMap(ref octet, out _));
        Assert.False(maps.TryMap(ref other, out _));
        Assert.False(maps.TryMap(ref both, out _));
        Assert.Equal(Address("2001:db8:122:344:1c0:2:2100::"), octet.Destination);
    }

    [Fact]
    public void Prefixes_that_no_translator_can_have_are_refused()
    {
        FlowOptions odd = new() { Nat64Prefixes = [TwoLegs.Prefix("64:ff9b::/95")] };
        FlowOptions unequal = new()
        {
            RemoteMappings =
            [
                new() { Inside = TwoLegs.Prefix("10.9.0.0/16"), Outside = TwoLegs.Prefix("192.0.2.0/24") },
            ],
        };
        Assert.Contains("RFC 6052", Assert.Single(odd.Validate()), StringComparison.Ordinal);
        Assert.Contains("one family and length", Assert.Single(unequal.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_echo_through_a_NAT64_is_one_flow_of_the_line_with_the_remote_as_the_internet_knows_it()
    {
        byte[] payload = TwoLegs.Bytes(3, 56);
        TwoLegs net = new();
        for (int n = 1; n <= 2; n++)
        {
            net.AddFrame(0, n * 100, Ping6(Line6, Embedded, 128, 77, n, payload));
            net.Ping(1, (n * 100) + 1, $"{TwoLegs.Public}:0", $"{Remote4}:0", 8, 4242, n, payload);
            net.Ping(1, (n * 100) + 20, $"{Remote4}:0", $"{TwoLegs.Public}:0", 0, 4242, n, payload);
            net.AddFrame(0, (n * 100) + 21, Ping6(Embedded, Line6, 129, 77, n, payload));
        }

        FlowRecord record = Assert.Single(net.Play().Ends);
        Assert.Equal((Translation.Nat64, Attribution.Mirror), (record.Translation, record.Attribution));
        Assert.Equal((1, 77, 4242), (record.Protocol, record.SubscriberPort, record.PublicPort));
        Assert.Equal(
            (Address(Line6), Address(TwoLegs.Public), Address(Remote4)),
            (record.SubscriberAddress, record.PublicAddress, record.RemoteAddress));
        Assert.Equal((2UL, 2UL), (record.PacketsUp, record.PacketsDown));
    }

    [Fact]
    public void Two_customers_with_the_same_private_address_and_port_stay_apart_by_their_softwires()
    {
        TwoLegs net = new();
        string[] softwires = ["2001:db8:b4::1", "2001:db8:b4::2"];
        for (int n = 0; n < 2; n++)
        {
            byte[] question = TwoLegs.Bytes(10 + n, 40);
            byte[] answer = TwoLegs.Bytes(20 + n, 40);
            int open = 40001 + n;
            net.AddFrame(0, n, Wired(softwires[n], true, "192.168.1.2", 5000, Remote4, 53, question));
            net.AddFrame(1, n + 1, Udp4(TwoLegs.Public, open, Remote4, 53, question));
            net.AddFrame(1, n + 20, Udp4(Remote4, 53, TwoLegs.Public, open, answer));
            net.AddFrame(0, n + 21, Wired(softwires[n], false, Remote4, 53, "192.168.1.2", 5000, answer));
        }

        FlowRecord[] records = [.. net.Play().Ends.OrderBy(r => r.PublicPort)];
        Assert.Equal(2, records.Length);
        for (int n = 0; n < 2; n++)
        {
            Assert.Equal((Translation.DsLite, Attribution.Mirror), (records[n].Translation, records[n].Attribution));
            Assert.Equal(Address(softwires[n]), records[n].SubscriberSoftwire);
            Assert.Equal(Address("192.168.1.2"), records[n].SubscriberAddress);
            Assert.Equal(40001 + n, records[n].PublicPort);
        }
    }

    [Fact]
    public void A_device_that_translates_by_itself_keeps_its_public_address_on_both_sides()
    {
        byte[] payload = TwoLegs.Bytes(5, 60);
        TwoLegs net = new();
        net.AddFrame(0, 0, Wired("2001:db8:b4::9", true, TwoLegs.Public, 1030, Remote4, 53, payload));
        net.AddFrame(1, 1, Udp4(TwoLegs.Public, 1030, Remote4, 53, payload));

        FlowRecord record = Assert.Single(net.Play().Ends);
        Assert.Equal((Translation.Map, Attribution.Mirror), (record.Translation, record.Attribution));
        Assert.Equal(Address("2001:db8:b4::9"), record.SubscriberSoftwire);
    }

    [Fact]
    public void A_twice_NAT_is_joined_where_its_mapping_is_told_and_nobodys_where_it_is_not()
    {
        FlowRecord[] told = [.. Twice([new() { Inside = TwoLegs.Prefix("10.200.0.0/16"),
            Outside = TwoLegs.Prefix("203.0.0.0/16") }]).Ends];
        FlowRecord[] untold = [.. Twice([]).Ends];

        FlowRecord joined = Assert.Single(told);
        Assert.Equal((Attribution.Mirror, Address("203.0.2.9")), (joined.Attribution, joined.RemoteAddress));
        Assert.Equal(2, untold.Length);
        Assert.All(untold, record => Assert.Equal(Attribution.None, record.Attribution));
    }

    [Fact]
    public void Copies_of_IPv6_packets_are_not_counted_not_even_of_the_first()
    {
        TwoLegs net = new();
        for (int n = 0; n < 3; n++)
        {
            byte[] frame = Udp6(Line6, 4000, "2001:db8:f::1", 443, TwoLegs.Bytes(n, 80));
            net.AddFrame(0, n * 10, frame).AddFrame(0, (n * 10) + 0.02, frame);
        }

        FlowRecord record = Assert.Single(net.Play().Ends);
        Assert.Equal(3UL, record.PacketsUp);
        Assert.Equal(3UL, net[Counter.DuplicatesInside]);
    }

    [Fact]
    public void When_the_address_table_is_full_flows_are_refused_and_counted_and_scans_are_refused_first()
    {
        TwoLegs net = new()
        {
            Options = new FlowOptions { AddressLimit = 64, PublicPools = [TwoLegs.Prefix("2001:db8:1::/48")] },
        };
        byte[] payload = TwoLegs.Bytes(1, 60);
        for (int n = 1; n <= 60; n++)
        {
            // Each scanner takes a number; the table keeps its last quarter for lines.
            net.AddFrame(1, n, Udp6($"2001:db8:5ca::{n:x}", 1000, Line6, 53, payload));
        }

        for (int n = 1; n <= 20; n++)
        {
            net.AddFrame(0, 100 + n, Udp6("fd00::1", 4000, $"2001:db8:f::{n:x}", 443, payload));
        }

        net.Play();
        Assert.Equal(47UL + 15, net[Counter.FlowsOpened]);
        Assert.Equal(13UL + 5, net[Counter.FlowsRefused]);
    }

    private static TwoLegs Twice(IReadOnlyList<RemoteMapping> mappings)
    {
        byte[] payload = TwoLegs.Bytes(9, 60);
        TwoLegs net = new() { Options = new TwoLegs().Options with { RemoteMappings = mappings } };
        net.AddFrame(0, 0, Udp4("10.0.0.1", 5000, "10.200.2.9", 53, payload));
        net.AddFrame(1, 1, Udp4(TwoLegs.Public, 5001, "203.0.2.9", 53, payload));
        return net.Play();
    }
}
