using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>
/// The way from this machine's own clocks to the check for others' hands at them. The step itself is put between two
/// readings: CLOCK_REALTIME is one for the whole machine (a time namespace has none of its own), and nobody's tests may
/// turn it.
/// </summary>
public sealed class HostStepTests
{
    private const string Told = "system clock stepped";
    private const long UtcSeconds = 1_790_000_000;

    [Fact]
    public void Readings_of_a_clock_that_nobody_steps_show_no_step()
    {
        ClockEngine engine = new(new ClockEngineOptions());
        for (int i = 0; i < 50; i++)
        {
            Tick(engine, 0);
        }

        Assert.DoesNotContain(engine.Report().Checks, check => check.Contains(Told, StringComparison.Ordinal));
        Assert.Equal(0, engine.Report().Steps);
    }

    [Theory]
    [InlineData(10_000_000)]
    [InlineData(-10_000_000)]
    [InlineData(3_600_000_000_000)]
    public void A_step_between_two_readings_is_told_with_the_second_of_them(long stepNs)
    {
        ClockEngine engine = new(new ClockEngineOptions());
        Tick(engine, 0);
        Tick(engine, stepNs);

        Assert.Contains(engine.Report().Checks, check => check.Contains(Told, StringComparison.Ordinal));
        Assert.Equal(1, engine.Report().Steps);
        Tick(engine, stepNs);
        Assert.Equal(1, engine.Report().Steps);
    }

    private static void Tick(ClockEngine engine, long stepNs)
    {
        CounterPair now = CounterReader.SystemClock();
        engine.Take(now with { Reading = new RawTime(now.Reading.Nanoseconds + stepNs) });
        engine.Take(HostClock.Steering());
        engine.Tick(now.At, UtcSeconds);
    }
}
