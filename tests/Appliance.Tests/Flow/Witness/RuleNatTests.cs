using Appliance.Flow;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Witness;

public sealed class RuleNatTests
{
    private const long NowNs = 1_700_000_000_000_000_000;

    private static readonly RuleNat Rule = new()
    {
        Inside = Range("100.64.0.0/22"), Public = Range("198.51.100.0/28"), PortsPerLine = 1000,
    };

    [Fact]
    public void Sequential_blocks_follow_the_published_formula()
    {
        // Junos, "Deterministic NAPT": first port 1024, blocks of 249; offset * 249 over 64,512 ports an address.
        RuleNat rule = Rule with { Inside = Range("10.1.0.1-10.1.3.250"), PortsPerLine = 249 };
        Assert.Equal("", rule.Fault());
        AssertBlock("10.1.0.6", "198.51.100.0", 2269, 2517);
        AssertBlock("10.1.1.4", "198.51.100.1", 1024, 1272);

        void AssertBlock(string line, string address, ushort first, ushort last)
        {
            Assert.True(rule.TryPublic(Ip(line), NowNs, out Ip found));
            Assert.Equal(address, found.ToString());
            Assert.Equal((true, true), (IsOf(line, found, first), IsOf(line, found, last)));
            Assert.Equal((false, false), (IsOf(line, found, first - 1), IsOf(line, found, last + 1)));
        }

        bool IsOf(string line, Ip address, int port) =>
            rule.TryInside(address, (ushort)port, NowNs, out Ip back) && back == Ip(line);
    }

    [Theory]
    [InlineData(RuleOrder.AddressFull)]
    [InlineData(RuleOrder.AddressInTurn)]
    public void Every_line_has_its_number_of_ports_all_on_its_own_address(RuleOrder order)
    {
        RuleNat rule = Rule with { Order = order };
        Assert.Equal("", rule.Fault());
        Dictionary<Ip, int> ports = [];
        for (int place = 0; place < rule.Public.Count; place++)
        {
            Ip address = rule.Public.At(place);
            for (int port = 0; port <= ushort.MaxValue; port++)
            {
                if (rule.TryInside(address, (ushort)port, NowNs, out Ip line))
                {
                    ports[line] = ports.GetValueOrDefault(line) + 1;
                    Assert.True(rule.TryPublic(line, NowNs, out Ip back) && back == address, $"{address}:{port}");
                }
            }
        }

        Assert.Equal(1024, ports.Count);
        Assert.All(ports.Values, count => Assert.Equal(1000, count));
    }

    [Fact]
    public void Of_ports_and_addresses_that_the_rule_does_not_give_out_it_says_nothing()
    {
        Assert.False(Rule.TryInside(Ip("198.51.100.0"), 1023, NowNs, out _));
        Assert.False(Rule.TryInside(Ip("198.51.100.0"), 65_535, NowNs, out _));
        Assert.False(Rule.TryInside(Ip("198.51.100.16"), 2000, NowNs, out _));
        Assert.False(Rule.TryInside(Ip("198.51.99.255"), 2000, NowNs, out _));
        Assert.False(Rule.TryInside(Ip("2001:db8::1"), 2000, NowNs, out _));
        Assert.False(Rule.TryPublic(Ip("100.64.4.0"), NowNs, out _));
    }

    [Fact]
    public void A_rule_speaks_only_for_its_time()
    {
        RuleNat rule = Rule with { FromNs = NowNs, ToNs = NowNs + 10 };
        Assert.False(rule.TryInside(Ip("198.51.100.0"), 2000, NowNs - 1, out _));
        Assert.True(rule.TryInside(Ip("198.51.100.0"), 2000, NowNs, out _));
        Assert.True(rule.TryPublic(Ip("100.64.0.1"), NowNs + 9, out _));
        Assert.False(rule.TryPublic(Ip("100.64.0.1"), NowNs + 10, out _));
    }

    [Fact]
    public void A_rule_that_cannot_be_is_told()
    {
        Assert.Contains("1024 lines and only 16 blocks", (Rule with { PortsPerLine = 64_000 }).Fault());
        Assert.Contains("do not fit", (Rule with { PortsPerLine = 0 }).Fault());
        Assert.Contains("ends before", (Rule with { FromNs = 5, ToNs = 5 }).Fault());
        Assert.False(AddressRange.TryParse("2001:db8::/64", out _));
        Assert.False(AddressRange.TryParse("10.0.0.9-10.0.0.1", out _));
    }

    private static AddressRange Range(string text) =>
        AddressRange.TryParse(text, out AddressRange range) ? range : throw new FormatException(text);

    private static Ip Ip(string text) => ExportBuilder.IpOf(text);
}
