using Appliance.Time.Estimation;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

public sealed class ClockHoldoverTests
{
    private const int LockedSeconds = 20_000;
    private const int ThreeDays = 259_200;

    [Fact]
    public void The_bound_holds_through_every_days_holdover_and_the_return()
    {
        foreach (ClockWorld world in ClockWorld.All.Concat(ClockWorld.All.Select(each => each.Mismatched())))
        {
            HoldoverResult[] runs = ClockFigures.Holdovers(world, LockedSeconds, ClockFigures.HoldoverRuns);
            Assert.All(runs, run => Assert.Equal(0, run.Broken));
        }
    }

    [Fact]
    public void An_oven_oscillator_that_learned_its_ageing_is_off_by_at_most_25_us_after_a_day()
    {
        HoldoverResult[] runs =
            ClockFigures.Holdovers(ClockWorld.Ocxo, ThreeDays, Math.Max(4, ClockFigures.HoldoverRuns / 5));

        double[] errorLimits = [1000, 5000, 25_000];
        double[] boundLimits = [2000, 10_000, 100_000];
        for (int mark = 0; mark < errorLimits.Length; mark++)
        {
            int at = mark;
            Assert.All(runs, run => Assert.InRange(run.Errors[at], 0, errorLimits[at]));
            Assert.All(runs, run => Assert.InRange(run.Bounds[at], 1, boundLimits[at]));
        }
    }

    [Fact]
    public void A_compensated_crystal_with_a_thermometer_is_off_by_at_most_a_millisecond_after_a_day()
    {
        HoldoverResult[] runs = ClockFigures.Holdovers(ClockWorld.Tcxo, LockedSeconds, ClockFigures.HoldoverRuns);

        Assert.InRange(ClockFigures.Quantile(runs.Select(run => run.Errors[1]), 0.95), 0, 50_000);
        Assert.InRange(ClockFigures.Quantile(runs.Select(run => run.Errors[2]), 0.95), 0, 1_000_000);
        Assert.All(runs, run => Assert.InRange(run.Bounds[2], 1, 5_000_000));
    }

    [Fact]
    public void A_clock_that_loses_its_pulses_says_so_within_two_seconds_and_its_bound_does_not_jump()
    {
        const int CutAfter = 5000;
        foreach (ClockWorld world in ClockWorld.All)
        {
            ClockRun run = world.Begin(3, scene: (long second, ref SecondEvents events) =>
                events.IsCut = second > CutAfter);
            double before = 0;
            for (int i = 1; i <= CutAfter + 2; i++)
            {
                before = run.LateBoundNs;
                run.Step();
            }

            Assert.Equal(ClockState.Holdover, run.Estimator.State);
            Assert.InRange(run.BoundNs / before, 0.9, 1.1);
        }
    }

    [Fact]
    public void A_class_ends_in_the_instant_in_which_its_bound_does()
    {
        const int CutAfter = 4000;
        ClockRun run = ClockWorld.Xo.Begin(3, scene: (long second, ref SecondEvents events) =>
            events.IsCut = second > CutAfter);
        HashSet<ClockClass> seen = [];
        for (int i = 1; i <= 80_000; i++)
        {
            run.Step();
            ClockClass now = ClockClasses.Of(run.BoundNs);
            seen.Add(now);
            Assert.False(i > CutAfter + 2 && run.Estimator.State == ClockState.Locked);
            Assert.False(i > CutAfter && now > ClockClasses.Of(run.LateBoundNs));
        }

        Assert.Superset(new HashSet<ClockClass> { ClockClass.A, ClockClass.B, ClockClass.C, ClockClass.D }, seen);
    }
}
