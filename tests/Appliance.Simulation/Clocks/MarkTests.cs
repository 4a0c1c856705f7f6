using Appliance.Time;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

public sealed class MarkTests
{
    private static readonly MarkCut Downwards = new(21, 0);

    [Fact]
    public void The_receivers_stamps_of_the_oscillators_own_pulse_lead_to_a_lock_and_none_gets_a_wrong_second()
    {
        ClockTally tally = Run(Downwards);

        Assert.True(tally.Samples(ClockState.Locked) > 9000, tally.Describe());
        Assert.InRange(tally.Rms(ClockState.Locked), 0.1, 5);
        Assert.InRange(tally.MedianBound(ClockState.Locked), 20, 60);
    }

    [Fact]
    public void Where_nobody_knows_to_which_side_a_stamp_is_cut_half_a_step_stays_and_the_bound_holds_it()
    {
        ClockTally tally = Run(MarkCut.Unknown);

        Assert.InRange(tally.Rms(ClockState.Locked), 8, 13);
        Assert.InRange(tally.MedianBound(ClockState.Locked), 40, 60);
    }

    private static ClockTally Run(MarkCut cut)
    {
        MarkRun run = new(3, cut);
        ClockTally tally = new();
        for (int i = 0; i < 10_000; i++)
        {
            run.Step();
            tally.Take(run);
        }

        Assert.Equal((0, 0), (run.Wrong, tally.BrokenInAll));
        return tally;
    }
}
