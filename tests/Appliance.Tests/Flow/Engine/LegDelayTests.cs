using Appliance.Flow;
using Xunit;

namespace Appliance.Tests.Flow.Engine;

/// <summary>The learner of the delay between two legs, interval by interval.</summary>
public sealed class LegDelayTests
{
    private const long Ms = 1_000_000;
    private readonly LegDelay delay = new();
    private readonly Random random = new(1);
    private long nowNs = 1_700_000_000_000_000_000;

    [Theory]
    [InlineData(800)]
    [InlineData(-480_000)]
    public void Two_intervals_that_agree_make_it_learned(int us)
    {
        Feed(us, Limits.DelaySamples);
        Assert.Equal(LegDelayState.Learning, delay.Reading.State);
        Feed(us, Limits.DelaySamples);
        Assert.Equal(LegDelayState.Learned, delay.Reading.State);
        Assert.InRange(delay.Reading.DelayUs, us - 100, us + 100);
        Assert.InRange(delay.Reading.SpreadUs, 100, 300);
    }

    [Fact]
    public void One_odd_interval_is_passed_over()
    {
        Feed(800, 2 * Limits.DelaySamples);
        Feed(90_000, Limits.DelaySamples);
        Assert.Equal((LegDelayState.LearningAgain, 0UL), (delay.Reading.State, delay.Reading.Steps));
        Assert.InRange(delay.Reading.DelayUs, 700, 900);
        Feed(800, Limits.DelaySamples);
        Assert.Equal((LegDelayState.Learned, 0UL), (delay.Reading.State, delay.Reading.Steps));
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(-350_000)]
    public void A_step_is_believed_after_two_intervals_that_agree(int by)
    {
        Feed(800, (2 * Limits.DelaySamples) + 20);
        Feed(800 + by, (3 * Limits.DelaySamples) - 20);
        Assert.Equal((LegDelayState.Learned, 1UL), (delay.Reading.State, delay.Reading.Steps));
        Assert.InRange(delay.Reading.DelayUs, 700 + by, 900 + by);
    }

    [Fact]
    public void Three_false_ones_of_eight_on_a_quiet_leg_change_nothing()
    {
        for (int i = 0; i < 400; i++)
        {
            nowNs += 2000 * Ms;
            delay.Take(i % 8 < 3 ? random.Next(-500_000, 500_000) : 5000 + random.Next(-50, 50), nowNs);
        }

        Assert.Equal(0UL, delay.Reading.Steps);
        Assert.InRange(delay.Reading.DelayUs, 4000, 6000);
    }

    [Fact]
    public void Drift_is_told_and_not_taken_for_steps_even_across_a_silence()
    {
        int us = 0;
        for (int i = 0; i < 6000; i++)
        {
            nowNs += i == 4000 ? 50_000 * Ms : 10 * Ms;
            us += i == 4000 ? 50_000 : 10;
            delay.Take(us + random.Next(-200, 200), nowNs);
        }

        Assert.Equal(0UL, delay.Reading.Steps);
        Assert.InRange(delay.Reading.DriftPpm, 950, 1050);
        Assert.InRange(delay.Reading.DelayUs, us - 1000, us);
    }

    private void Feed(int us, int count)
    {
        for (int i = 0; i < count; i++)
        {
            nowNs += 5 * Ms;
            delay.Take(us + random.Next(-250, 250), nowNs);
        }
    }
}
