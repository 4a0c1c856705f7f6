using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.FamilyFrames;

namespace Appliance.Tests.Flow.Engine;

/// <summary>Two lines behind the same NAT that talk over its public addresses: only the inside leg shows it.</summary>
public sealed class HairpinTests
{
    private const string Calling = "10.0.0.1";
    private const string Called = "10.0.0.2";
    private const string CallingOpen = "198.51.100.7";
    private const string CalledOpen = "198.51.100.8";

    [Fact]
    public void Both_ends_of_a_hairpin_get_a_record_that_names_the_other_as_its_remote()
    {
        TwoLegs net = new();
        Talk(net, Calling, 1);

        FlowRecord[] records = [.. net.Play().Ends.OrderBy(r => r.SubscriberAddress)];
        Assert.Equal(2, records.Length);
        Assert.All(records, record => Assert.Equal(
            (Translation.Hairpin, Attribution.Mirror), (record.Translation, record.Attribution)));
        AssertEnds(records[0], Calling, 5000, CallingOpen, 6001, CalledOpen, 7000);
        AssertEnds(records[1], Called, 8000, CalledOpen, 7000, CallingOpen, 6001);
        Assert.Equal((3UL, 3UL), (records[0].PacketsUp, records[0].PacketsDown));
        Assert.Equal((3UL, 3UL), (records[1].PacketsUp, records[1].PacketsDown));
        Assert.True(records[0].EvidenceBits >= 64, $"{records[0].EvidenceBits} bits");
        Assert.Equal(2UL, net[Counter.FlowsAttributed]);
    }

    [Fact]
    public void An_inside_leg_alone_is_enough()
    {
        TwoLegs net = new()
        {
            Options = new TwoLegs().Options with
            {
                Rules = [new() { Interface = 0, Leg = Leg.Inside, Name = "inside" }],
            },
        };
        Talk(net, Calling, 1);
        Assert.All(net.Play().Ends, record => Assert.Equal(Translation.Hairpin, record.Translation));
    }

    [Fact]
    public void Two_lines_that_say_the_same_to_one_are_nobodys()
    {
        TwoLegs net = new();
        Talk(net, Calling, 1);
        Talk(net, "10.0.0.3", 1, copy: 1);

        FlowRecord[] records = [.. net.Play().Ends];
        Assert.Equal(4, records.Length);
        Assert.All(records, record => Assert.Equal(Attribution.None, record.Attribution));
        Assert.All(records, record => Assert.True(record.PublicAddress.IsNone));
    }

    [Fact]
    public void A_line_that_calls_a_public_address_which_nobody_holds_stays_as_it_is()
    {
        TwoLegs net = new();
        net.AddFrame(0, 1, Udp4(Calling, 5000, CalledOpen, 7000, TwoLegs.Bytes(1, 60)));
        FlowRecord record = Assert.Single(net.Play().Ends);
        Assert.Equal((Translation.Unknown, Attribution.None), (record.Translation, record.Attribution));
    }

    /// <summary>Each packet is shown twice: from the sender to the NAT, and from the NAT to the receiver.</summary>
    private static void Talk(TwoLegs net, string calling, int seed, int copy = 0)
    {
        int open = 6001 + copy;
        for (int n = 0; n < 3; n++)
        {
            double at = (n * 50) + copy;
            byte[] question = TwoLegs.Bytes(seed + n, 60);
            byte[] answer = TwoLegs.Bytes(seed + n + 100, 60);
            net.AddFrame(0, at, Udp4(calling, 5000, CalledOpen, 7000, question));
            net.AddFrame(0, at + 0.1, Udp4(CallingOpen, open, Called, 8000, question));
            net.AddFrame(0, at + 20, Udp4(Called, 8000, CallingOpen, open, answer));
            net.AddFrame(0, at + 20.1, Udp4(CalledOpen, 7000, calling, 5000, answer));
        }
    }

    private static void AssertEnds(
        FlowRecord record, string line, int linePort, string open, int openPort, string remote, int remotePort)
    {
        Assert.Equal((Address(line), linePort), (record.SubscriberAddress, record.SubscriberPort));
        Assert.Equal((Address(open), openPort), (record.PublicAddress, record.PublicPort));
        Assert.Equal((Address(remote), remotePort), (record.RemoteAddress, record.RemotePort));
    }
}
