using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.TwoLegs;

namespace Appliance.Tests.Flow.Engine;

/// <summary>When records are written, and how flows end.</summary>
public sealed class RecordTests
{
    private const string Line = LineA + ":40000";
    private const string Far = Remote + ":443";

    [Fact]
    public void A_flow_quiet_at_five_seconds_gets_one_final_record()
    {
        TwoLegs net = new TwoLegs().Udp(0, 0, Line, Far, Bytes(1, 40)).Udp(0, 900, Far, Line, Bytes(2, 40))
            .Play(quietSeconds: 100, close: false);

        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal((FlowKind.Quiet, EndReason.None, 0L), (record.Kind, record.EndReason, record.EndNs));
        Assert.True(record.IsFirst);
        Assert.Equal(1UL, net[Counter.FlowsClosed]);
    }

    [Fact]
    public void A_packet_after_the_quiet_record_brings_others_and_one_at_the_end()
    {
        TwoLegs net = new TwoLegs().Udp(0, 0, Line, Far, Bytes(1, 40)).Udp(0, 9000, Far, Line, Bytes(2, 40))
            .Play(quietSeconds: 100, close: false);

        Assert.Equal([FlowKind.Quiet, FlowKind.Interim, FlowKind.End], net.Records.Select(r => r.Kind));
        Assert.Equal([true, false, false], net.Records.Select(r => r.IsFirst));
        Assert.Single(net.Records.Select(r => r.FlowNumber).Distinct());
        Assert.Equal(EndReason.Idle, net.Records[2].EndReason);
        Assert.Equal(StartNs + 69_000_000_000, net.Records[2].EndNs);
        Assert.Equal(StartNs + 9_000_000_000, net.Records[2].LastNs);
    }

    [Fact]
    public void A_long_busy_flow_is_open_at_five_seconds_then_interim_at_sixty_and_every_three_hundred()
    {
        TwoLegs net = new();
        for (int second = 0; second <= 700; second++)
        {
            net.Udp(0, second * 1000, Line, Far, Bytes(second, 40));
        }

        net.Play(quietSeconds: 100, close: false);
        Assert.Equal(
            [FlowKind.Open, FlowKind.Interim, FlowKind.Interim, FlowKind.Interim, FlowKind.End],
            net.Records.Select(r => r.Kind));
        Assert.Equal(new ulong[] { 6, 61, 361, 661, 701 }, net.Records.Select(r => r.PacketsUp));
    }

    [Fact]
    public void A_silent_stretch_gets_no_interim_record()
    {
        TwoLegs net = new();
        foreach (int second in new[] { 0, 1, 2, 3, 4, 5, 400 })
        {
            net.Tcp(0, second * 1000, Line, Far, Ack, 5, 5, Bytes(second, 40));
            net.Tcp(0, (second * 1000) + 1, Far, Line, Ack, 5, 5, Bytes(second, 40));
        }

        net.Play();
        Assert.Equal([FlowKind.Open, FlowKind.Interim, FlowKind.End], net.Records.Select(r => r.Kind));
        Assert.Equal(6UL, net.Records[1].PacketsUp);
    }

    [Fact]
    public void Late_packets_of_a_closed_connection_still_count_to_it()
    {
        TwoLegs net = new TwoLegs()
            .Conversation(0, Line, Public + ":7", Far, 9)
            .Tcp(0, 3000, Far, Line, FinAck, 9 * 7919 + 1, 9 + 121)
            .Play(quietSeconds: 100);

        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal((EndReason.Fin, 4UL), (record.EndReason, record.PacketsDown));
        Assert.Equal(1UL, net[Counter.FlowsClosed]);
    }

    [Fact]
    public void A_reset_ends_a_flow()
    {
        TwoLegs net = new TwoLegs()
            .Tcp(0, 0, Line, Far, Syn, 100)
            .Tcp(0, 9, Far, Line, Rst | Ack, 0, 101)
            .Play(quietSeconds: 10, close: false);

        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal((EndReason.Reset, FlowKind.End), (record.EndReason, record.Kind));
    }

    [Fact]
    public void A_new_handshake_on_a_closed_tuple_opens_a_new_flow()
    {
        TwoLegs net = new TwoLegs()
            .Conversation(0, Line, Public + ":7", Far, 9)
            .Conversation(1500, Line, Public + ":7", Far, 10)
            .Play();

        Assert.Equal(2, net.Records.Count);
        Assert.Equal([EndReason.Reused, EndReason.Fin], net.Records.Select(r => r.EndReason));
        Assert.All(net.Records, r => Assert.Equal((Attribution.Mirror, 3UL), (r.Attribution, r.PacketsUp)));
        Assert.NotEqual(net.Records[0].FlowNumber, net.Records[1].FlowNumber);
    }

    [Fact]
    public void A_repeated_handshake_packet_belongs_to_its_flow()
    {
        TwoLegs net = new TwoLegs()
            .Tcp(0, 0, Line, Far, Syn, 100)
            .Tcp(0, 1000, Line, Far, Syn, 100)
            .Tcp(0, 3000, Line, Far, Syn, 100)
            .Play();

        Assert.Equal(3UL, Assert.Single(net.Records).PacketsUp);
    }

    [Fact]
    public void A_frame_seen_twice_on_a_leg_counts_once()
    {
        byte[] payload = Bytes(1, 40);
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, Line, Far, payload, id: 50)
            .Udp(0, 1.9, Line, Far, payload, id: 50)
            .Udp(1, 2, Public + ":9", Far, payload, id: 50)
            .Udp(1, 2.1, Public + ":9", Far, payload, id: 50)
            .Play();

        Assert.Equal(1UL, Assert.Single(net.Records).PacketsUp);
        Assert.Equal((1UL, 1UL), (net[Counter.DuplicatesInside], net[Counter.DuplicatesOutside]));
        Assert.Equal((2UL, 2UL), (net[Counter.PacketsInside], net[Counter.PacketsOutside]));
    }

    [Theory]
    [InlineData(51, 1.0, 1)] // another IP id: sent twice
    [InlineData(50, 2.1, 1)] // too late for a mirror's copy
    [InlineData(50, 1.0, 2)] // other content
    public void What_differs_from_a_copy_in_anything_is_kept(int id, double ms, int seed)
    {
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, Line, Far, Bytes(1, 40), id: 50)
            .Udp(0, ms, Line, Far, Bytes(seed, 40), id: id)
            .Play();

        Assert.Equal(2UL, Assert.Single(net.Records).PacketsUp);
        Assert.Equal(0UL, net[Counter.DuplicatesInside]);
    }

    [Fact]
    public void Packets_without_an_ip_id_are_never_taken_for_copies()
    {
        TwoLegs net = new TwoLegs()
            .Udp(0, 0, Line, Far, Bytes(1, 40), id: 0)
            .Udp(0, 0.1, Line, Far, Bytes(1, 40), id: 0)
            .Play();

        Assert.Equal(2UL, Assert.Single(net.Records).PacketsUp);
    }

    [Fact]
    public void A_frame_that_no_rule_names_is_counted_and_left()
    {
        TwoLegs net = new TwoLegs().Udp(7, 0, Line, Far, Bytes(1, 40)).Play();

        Assert.Empty(net.Records);
        Assert.Equal(1UL, net[Counter.NoLegRule]);
    }
}
