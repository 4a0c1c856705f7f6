using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

public sealed class MarkTests
{
    [Fact]
    public void The_receivers_stamps_of_the_oscillators_own_pulse_lead_to_a_lock_and_none_gets_a_wrong_second()
    {
        MarkRun run = new(3);
        ClockTally tally = new();
        for (int i = 0; i < 10_000; i++)
        {
            run.Step();
            tally.Take(run);
        }

        Assert.Equal(0, run.Wrong);
        Assert.Equal(0, tally.BrokenInAll);
        Assert.True(tally.Samples(ClockState.Locked) > 9000, tally.Describe());
        Assert.InRange(tally.Rms(ClockState.Locked), 0.1, 15);
        Assert.InRange(tally.MedianBound(ClockState.Locked), 20, 60);
    }
}
