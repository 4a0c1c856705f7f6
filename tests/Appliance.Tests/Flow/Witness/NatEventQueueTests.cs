using Appliance.Flow;
using Appliance.Tests.Flow.Engine;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Witness;

public sealed class NatEventQueueTests
{
    private const int Room = 4;
    private readonly NatEventQueue events = new(Room);
    private readonly FlowEngine engine = new(
        new TwoLegs().Options with { Witness = new WitnessOptions { BindingLimit = 64 } }, new RecordQueue(8192),
        new byte[32]);

    [Fact]
    public void Every_log_that_lost_an_event_counts_as_interrupted_not_only_the_last()
    {
        for (int i = 0; i < Room; i++)
        {
            events.Put(Heard(Witnesses.Nel, 1, i + 1));
        }

        events.Put(Heard(Witnesses.Nel, 1, 10));
        events.Put(Heard(Witnesses.Nel, 2, 11));
        events.Put(Heard(Witnesses.Syslog, 2, 12));
        events.Put(Heard(Witnesses.Syslog, 2, 13));
        Assert.Equal(4, events.Dropped);
        Drain();
        Assert.Equal(3ul, Counted(Counter.WitnessGaps));
        Assert.Equal(4ul, Counted(Counter.WitnessDropped));
    }

    [Fact]
    public void A_gap_is_told_once_though_the_ring_is_full_again()
    {
        for (int i = 0; i < Room + 1; i++)
        {
            events.Put(Heard(Witnesses.Nel, 1, i + 1));
        }

        Drain();
        for (int i = 0; i < Room; i++)
        {
            events.Put(Heard(Witnesses.Nel, 1, 20 + i));
        }

        Drain();
        Assert.Equal(1ul, Counted(Counter.WitnessGaps));
        Assert.Equal((2ul * Room) + 1, Counted(Counter.WitnessEvents));
    }

    private void Drain()
    {
        events.DrainTo(engine);
        Assert.True(engine.AdvanceTo(TwoLegs.StartNs));
    }

    private ulong Counted(Counter counter) => engine.Counters[(int)counter];

    private static NatEvent Heard(Witnesses witness, ushort source, long second) => new()
    {
        Action = NatAction.Heard, Witness = witness, Source = source,
        ArrivalNs = TwoLegs.StartNs + (second * 1_000_000_000),
    };
}
