using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>Stamps of a clock that others steer, brought to the counter that nobody does; against the truth.</summary>
public sealed class StampMapperTests
{
    private const long Second = RawTime.NanosecondsPerSecond;
    private const long Offset = 1_780_000_000 * Second;

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(-500)]
    [InlineData(83_333)]
    public void A_steady_slew_stays_within_the_bound(int partsPerMillion)
    {
        StampMapper mapper = new(Pair(0, partsPerMillion));
        // The first interval has nothing to be compared with: its whole slew is in the bound, or too much for one.
        mapper.TryMap(At(Second, partsPerMillion), Pair(Second + 40_000, partsPerMillion), out _, out _);
        for (long second = 2; second < 100; second++)
        {
            long edge = second * Second;
            CounterPair after = Pair(edge + 40_000, partsPerMillion);
            Assert.True(mapper.TryMap(At(edge, partsPerMillion), after, out RawTime raw, out uint bound));
            Assert.True(Math.Abs(raw.Nanoseconds - edge) <= bound, $"{raw.Nanoseconds - edge} ns at second {second}");
            Assert.InRange(bound, 1u, 5_000u);
        }
    }

    [Theory]
    [InlineData(1_000_000_000)]
    [InlineData(-1_000_000_000)]
    [InlineData(300_000_000)]
    [InlineData(2_000_000)]
    public void A_stamp_next_to_a_step_of_the_clock_is_left_out(long stepNs)
    {
        StampMapper mapper = new(Pair(0, 0));
        CounterPair after = Pair(Second + 40_000, 0);
        CounterPair stepped = after with { Reading = new RawTime(after.Reading.Nanoseconds + stepNs) };
        Assert.False(mapper.TryMap(At(Second, 0), stepped, out _, out _));

        RawTime raw = default;
        for (long second = 2; second < 4; second++)
        {
            CounterPair next = Pair((second * Second) + 40_000, 0);
            CounterPair later = next with { Reading = new RawTime(next.Reading.Nanoseconds + stepNs) };
            bool isMapped = mapper.TryMap(At(second * Second, 0) + stepNs, later, out raw, out _);
            Assert.Equal(second == 3, isMapped); // The rate of the interval with the step is none.
        }

        Assert.Equal(3 * Second, raw.Nanoseconds);
    }

    [Fact]
    public void A_small_step_between_the_stamp_and_its_reading_is_in_the_bound()
    {
        StampMapper mapper = new(Pair(0, 0));
        CounterPair after = Pair(Second + 40_000, 0);
        CounterPair stepped = after with { Reading = new RawTime(after.Reading.Nanoseconds + 200_000) };
        Assert.True(mapper.TryMap(At(Second, 0), stepped, out RawTime raw, out uint bound));
        Assert.InRange(Math.Abs(raw.Nanoseconds - Second), 199_000, bound);
    }

    [Fact]
    public void Real_pairs_of_this_machine_have_narrow_windows_and_go_forward()
    {
        CounterPair first = CounterReader.SystemClock();
        CounterPair second = CounterReader.SystemClock();
        Assert.True(second.At > first.At);
        Assert.InRange(second.HalfWidthNs, 1u, 1_000_000u);
        Assert.Equal(CounterId.SystemClock, second.Other);
    }

    private static long At(long raw, int partsPerMillion) => 
        Offset + raw + (long)((Int128)raw * partsPerMillion / 1_000_000);

    private static CounterPair Pair(long raw, int partsPerMillion) =>
        new(new RawTime(raw), CounterId.SystemClock, new RawTime(At(raw, partsPerMillion)), 50);
}
