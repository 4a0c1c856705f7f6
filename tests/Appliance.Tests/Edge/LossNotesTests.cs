using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>What is lost becomes gaps that name when, where and how much.</summary>
public sealed class LossNotesTests
{
    private readonly LossNotes notes = new();
    private readonly ulong[] counters = new ulong[Enum.GetValues<Counter>().Length];

    [Fact]
    public void Drops_are_told_to_the_packet_with_their_leg_and_the_second_they_fell_in()
    {
        Assert.Empty(Take(1, 0, 0));
        Assert.Equal([Gap(1, 2, "inside", "ring", 7, GapCause.RingFull)], Take(2, 7, 0));
        Assert.Empty(Take(3, 7, 0));
        Assert.Equal(
            [Gap(3, 4, "inside", "ring", 1, GapCause.RingFull), Gap(3, 4, "outside", "ring", 2, GapCause.RingFull)],
            Take(4, 8, 2));
    }

    [Fact]
    public void An_estimate_is_told_for_its_whole_interval_where_it_is_a_packet_in_a_thousand()
    {
        Assert.Empty(Take(0, 0, 0));
        counters[(int)Counter.PacketsInside] = 99_900;
        Assert.Empty(Take(5, 0, 0));
        counters[(int)Counter.HiddenPacketsInside] = 100;
        Assert.Equal([Gap(0, 10, "inside", "estimate", 100, null)], Take(10, 0, 0));
        Assert.Empty(Take(11, 0, 0));

        counters[(int)Counter.PacketsInside] += 100_000;
        counters[(int)Counter.HiddenPacketsInside] += 99;
        Assert.Empty(Take(20, 0, 0));
        counters[(int)Counter.PacketsInside] += 1000;
        counters[(int)Counter.HiddenPacketsInside] += 2;
        Assert.Equal([Gap(20, 30, "inside", "estimate", 2, null)], Take(30, 0, 0));
    }

    private List<NotedGap> Take(int second, params ulong[] dropped) => notes.Take(At(second), counters, dropped);

    private static NotedGap Gap(int from, int to, string leg, string cause, ulong packets, GapCause? manifest) =>
        new(At(from), At(to), leg, cause, packets, manifest);

    private static TaiTime At(int second) => new(second * TaiTime.MicrosecondsPerSecond);
}
