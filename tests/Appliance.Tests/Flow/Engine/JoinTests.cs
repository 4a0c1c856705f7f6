using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.TwoLegs;

namespace Appliance.Tests.Flow.Engine;

/// <summary>Which line an outside flow is attributed to, and when to none.</summary>
public sealed class JoinTests
{
    [Fact]
    public void A_translated_conversation_is_one_record_with_both_sides()
    {
        TwoLegs net = new TwoLegs().Conversation(0, LineA + ":40000", Public + ":1234", Remote + ":443", 77).Play();

        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal(Attribution.Mirror, record.Attribution);
        Assert.Equal(Translation.Nat44, record.Translation);
        Assert.Equal(("10.0.0.1", 40000), (record.SubscriberAddress.ToString(), record.SubscriberPort));
        Assert.Equal((Public, 1234), (record.PublicAddress.ToString(), record.PublicPort));
        Assert.Equal((Remote, 443), (record.RemoteAddress.ToString(), record.RemotePort));
        Assert.Equal((3UL, 3UL), (record.PacketsUp, record.PacketsDown));
        Assert.Equal((40UL + 160 + 40, 40UL + 160 + 40), (record.BytesUp, record.BytesDown));
        Assert.Equal((FlowKind.End, EndReason.Fin), (record.Kind, record.EndReason));
        Assert.Equal(1, record.Candidates);
        Assert.True(record.EvidenceBits >= 64);
        Assert.Equal((1UL, 0UL), (net[Counter.FlowsAttributed], net[Counter.FlowsUnattributed]));
    }

    [Theory]
    [InlineData(-490)]
    [InlineData(-3)]
    [InlineData(3)]
    [InlineData(490)]
    public void The_legs_may_differ_by_the_delay_window_in_either_direction(double delayMs)
    {
        TwoLegs net = new();
        for (int i = 0; i < 3; i++)
        {
            int n = i;
            foreach (int leg in new[] { 0, 1 })
            {
                double at = 600 + (n * 20) + (leg * delayMs);
                string line = leg == 0 ? LineA + ":40000" : Public + ":999";
                net.Udp(leg, at, line, Remote + ":53", Bytes(n, 40));
            }
        }

        net.Play();
        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal(Attribution.Mirror, record.Attribution);
    }

    [Fact]
    public void Beyond_the_delay_window_nothing_is_joined()
    {
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, LineA + ":40000", Remote + ":53", Bytes(1, 40))
            .Udp(1, 501, Public + ":999", Remote + ":53", Bytes(1, 40))
            .Play();

        Assert.Equal(2, net.Records.Count);
        Assert.All(net.Records, r => Assert.Equal(Attribution.None, r.Attribution));
    }

    [Fact]
    public void Two_lines_behind_one_public_port_towards_different_remotes_stay_apart()
    {
        TwoLegs net = new TwoLegs()
            .Conversation(0, LineA + ":40000", Public + ":1234", Remote + ":443", 77)
            .Conversation(3, LineB + ":40000", Public + ":1234", Remote2 + ":443", 78)
            .Play();

        Assert.Equal(2, net.Records.Count);
        Assert.Equal(
            [(Remote, LineA), (Remote2, LineB)],
            net.Records.Select(r => (r.RemoteAddress.ToString(), r.SubscriberAddress.ToString())).Order());
        Assert.All(net.Records, r => Assert.Equal(Attribution.Mirror, r.Attribution));
    }

    [Fact]
    public void Equal_probes_of_two_lines_within_the_window_are_ambiguous_both_with_exactly_the_two()
    {
        byte[] probe = Bytes(5, 40);
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, LineA + ":5000", Remote + ":53", probe)
            .Udp(0, 100, LineB + ":5000", Remote + ":53", probe)
            .Udp(1, 1, Public + ":1001", Remote + ":53", probe)
            .Udp(1, 101, Public + ":1002", Remote + ":53", probe)
            .Play();

        FlowRecord[] rows = [.. net.Records.Where(r => r.Attribution == Attribution.Ambiguous)];
        Assert.Equal(4, rows.Length);
        foreach (IGrouping<ushort, FlowRecord> flow in rows.GroupBy(r => r.PublicPort))
        {
            Assert.Equal([LineA, LineB], flow.Select(r => r.SubscriberAddress.ToString()).Order());
            Assert.Single(flow.Select(r => r.Group).Distinct());
            Assert.NotEqual(0u, flow.First().Group);
            Assert.All(flow, r => Assert.Equal(2, r.Candidates));
        }

        Assert.Equal(2, rows.Select(r => r.Group).Distinct().Count());
        Assert.Equal(2UL, net[Counter.FlowsAmbiguous]);
        Assert.DoesNotContain(net.Records, r => r.Attribution == Attribution.Mirror);
    }

    [Fact]
    public void One_later_packet_of_its_own_does_not_tell_two_lines_with_equal_probes_apart()
    {
        // The like of it on the other line may have been lost: nothing is known of the legs yet.
        TwoLegs net = EqualProbes(later: 1);
        Assert.Equal(2, net.Records.Count(r => r.Attribution == Attribution.Ambiguous && r.PublicPort == 1001));
        Assert.DoesNotContain(net.Records, r => r.Attribution == Attribution.Mirror);
    }

    [Fact]
    public void Several_later_packets_of_their_own_tell_two_lines_with_equal_probes_apart()
    {
        TwoLegs net = EqualProbes(later: 6);
        Assert.Equal(2, net.Records.Count);
        Assert.Equal(1001, net.Records.Single(r => r.SubscriberAddress.ToString() == LineA).PublicPort);
        Assert.Equal(1002, net.Records.Single(r => r.SubscriberAddress.ToString() == LineB).PublicPort);
    }

    /// <summary>Two lines send the same packet to one remote, and then each some of their own.</summary>
    private static TwoLegs EqualProbes(int later)
    {
        byte[] probe = Bytes(5, 40);
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, LineA + ":5000", Remote + ":53", probe)
            .Udp(0, 100, LineB + ":5000", Remote + ":53", probe)
            .Udp(1, 1, Public + ":1001", Remote + ":53", probe)
            .Udp(1, 101, Public + ":1002", Remote + ":53", probe);
        for (int i = 0; i < later; i++)
        {
            int at = 2000 + (200 * i);
            net.Udp(0, at, LineA + ":5000", Remote + ":53", Bytes(10 + i, 40))
                .Udp(1, at + 1, Public + ":1001", Remote + ":53", Bytes(10 + i, 40))
                .Udp(0, at + 100, LineB + ":5000", Remote + ":53", Bytes(20 + i, 40))
                .Udp(1, at + 101, Public + ":1002", Remote + ":53", Bytes(20 + i, 40));
        }

        return net.Play();
    }

    [Fact]
    public void Two_outside_flows_that_fit_one_line_are_attributed_to_nobody()
    {
        // The copy of line B's probe was lost on the inside: both outside flows fit line A alone.
        byte[] probe = Bytes(5, 40);
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, LineA + ":5000", Remote + ":53", probe)
            .Udp(1, 1, Public + ":1001", Remote + ":53", probe)
            .Udp(1, 101, Public + ":1002", Remote + ":53", probe)
            .Play();

        Assert.Equal(3, net.Records.Count);
        Assert.All(net.Records, r => Assert.Equal(Attribution.None, r.Attribution));
    }

    [Theory]
    [InlineData(40000, null, Attribution.None)]
    [InlineData(1234, null, Attribution.None)]
    [InlineData(40000, 5u, Attribution.None)]
    [InlineData(1234, 5u, Attribution.Mirror)]
    public void A_lone_handshake_packet_needs_a_timestamp_and_a_kept_port(int port, uint? stamp, Attribution expected)
    {
        TwoLegs net = new TwoLegs()
            .Tcp(0, 0, LineA + ":" + port, Remote + ":443", Syn, 0x12345678, stamp: stamp)
            .Tcp(1, 1, Public + ":1234", Remote + ":443", Syn, 0x12345678, stamp: stamp)
            .Play();

        Assert.All(net.Records, r => Assert.Equal(expected, r.Attribution));
        Assert.Equal(expected == Attribution.Mirror ? 1 : 2, net.Records.Count);
    }

    [Fact]
    public void A_sequence_number_of_zero_is_no_evidence()
    {
        TwoLegs net = new TwoLegs()
            .Tcp(0, 0, LineA + ":1234", Remote + ":443", Syn, 0, stamp: 9)
            .Tcp(1, 1, Public + ":1234", Remote + ":443", Syn, 0, stamp: 9)
            .Play();

        Assert.All(net.Records, r => Assert.Equal(Attribution.None, r.Attribution));
    }

    [Fact]
    public void A_payload_of_few_different_bytes_is_weak_evidence()
    {
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, LineA + ":5000", Remote + ":53", [1, 1, 1, 2, 2, 2, 3, 3])
            .Udp(1, 1, Public + ":1001", Remote + ":53", [1, 1, 1, 2, 2, 2, 3, 3])
            .Play();

        Assert.Equal(2, net.Records.Count);
        Assert.All(net.Records, r => Assert.Equal(Attribution.None, r.Attribution));
    }

    [Fact]
    public void An_echo_is_joined_although_its_query_id_was_changed()
    {
        TwoLegs net = new();
        foreach (int leg in new[] { 0, 1 })
        {
            string near = leg == 0 ? LineA : Public;
            int query = leg == 0 ? 17 : 4711;
            net.Ping(leg, leg, near, Remote, 8, query, 1, Bytes(3, 48));
            net.Ping(leg, 20 - leg, Remote, near, 0, query, 1, Bytes(3, 48));
        }

        net.Play();
        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal(Attribution.Mirror, record.Attribution);
        Assert.Equal((17, 4711, 0), (record.SubscriberPort, record.PublicPort, record.RemotePort));
        Assert.Equal((1UL, 1UL), (record.PacketsUp, record.PacketsDown));
    }

    [Fact]
    public void A_line_with_a_public_address_of_its_own_is_direct()
    {
        TwoLegs net = new()
        {
            Options = new FlowOptions { FlowLimit = 64, SubscriberPrefixes = [Prefix("203.0.113.0/24")] },
        };
        net.Conversation(0, "203.0.113.9:40000", "203.0.113.9:40000", Remote + ":443", 5).Play();

        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal((Translation.Direct, Attribution.Mirror), (record.Translation, record.Attribution));
    }

    [Fact]
    public void A_flow_between_two_lines_is_on_net_and_looks_for_no_other_leg()
    {
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, LineB + ":5000", LineA + ":6000", Bytes(1, 40))
            .Udp(0, 9, LineA + ":6000", LineB + ":5000", Bytes(2, 40))
            .Play();

        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal((Translation.OnNet, Attribution.None), (record.Translation, record.Attribution));
        Assert.Equal((LineB, 1UL, 1UL), (record.SubscriberAddress.ToString(), record.PacketsUp, record.PacketsDown));
        Assert.Equal(0UL, net[Counter.FlowsUnattributed]);
    }

    [Fact]
    public void Scans_from_the_internet_are_counts_and_no_flows()
    {
        TwoLegs net = new TwoLegs()
            .Tcp(1, 0, Remote + ":1", Public + ":22", Syn, 5)
            .Tcp(1, 1000, Remote + ":1", Public + ":22", Syn, 5)
            .Udp(1, 5, Remote + ":1", Public + ":161", Bytes(1, 40))
            .Play(quietSeconds: 100);

        Assert.Empty(net.Records);
        Assert.Equal(3UL, net[Counter.Unsolicited]);
    }

    [Fact]
    public void An_answered_outside_flow_without_inside_is_a_record_without_a_line()
    {
        TwoLegs net = new TwoLegs()
            .Udp(1, 0, Remote + ":1", Public + ":161", Bytes(1, 40))
            .Udp(1, 9, Public + ":161", Remote + ":1", Bytes(2, 50))
            .Play();

        FlowRecord record = Assert.Single(net.Records);
        Assert.True(record.SubscriberAddress.IsNone);
        Assert.Equal((Public, Attribution.None), (record.PublicAddress.ToString(), record.Attribution));
        Assert.Equal((1UL, 1UL), (record.PacketsUp, record.PacketsDown));
    }
}
