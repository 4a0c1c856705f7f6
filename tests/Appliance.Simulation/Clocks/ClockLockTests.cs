using Appliance.Time.Estimation;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>A locked clock against the truth. Lengths: `./appliance test --full` runs the long versions.</summary>
public sealed class ClockLockTests
{
    [Fact]
    public void An_oven_oscillator_is_within_five_nanoseconds_and_its_bound_within_sixty()
    {
        ClockTally[] runs = ClockFigures.Locked(ClockWorld.Ocxo, PulsePath.Plain);

        Assert.All(runs, run => Assert.Equal(0, run.BrokenInAll));
        Assert.All(runs, run => Assert.InRange(run.Rms(ClockState.Locked), 0.1, 5));
        Assert.All(runs, run => Assert.InRange(run.Worst(ClockState.Locked), 0.1, 50));
        Assert.All(runs, run => Assert.InRange(run.MedianBound(ClockState.Locked), 1, 60));
        Assert.All(runs, run => Assert.InRange(
            run.MedianBound(ClockState.Locked) / run.Rms(ClockState.Locked), 1, 20));
    }

    [Fact]
    public void With_the_sawtooth_taken_off_it_is_within_one_nanosecond()
    {
        ClockTally[] runs = ClockFigures.Locked(ClockWorld.Ocxo, PulsePath.Corrected);

        Assert.All(runs, run => Assert.Equal(0, run.BrokenInAll));
        Assert.All(runs, run => Assert.InRange(run.Rms(ClockState.Locked), 0.01, 1));
    }

    [Theory]
    [InlineData(6000)]
    [InlineData(9000)]
    [InlineData(12_000)]
    public void An_interrupts_latency_known_to_three_microseconds_stays_inside_the_bound(double calibrated)
    {
        PulsePath path = PulsePath.Interrupt with { CalibratedNs = calibrated };
        foreach (ClockWorld world in ClockWorld.All)
        {
            ClockTally[] runs = ClockFigures.Locked(world, path);

            Assert.All(runs, run => Assert.Equal(0, run.BrokenInAll));
            Assert.All(runs, run => Assert.InRange(run.MedianBound(ClockState.Locked), 3000, 6000));
            double wrong = Math.Abs(calibrated - 9000);
            Assert.All(runs, run => Assert.InRange(run.Rms(ClockState.Locked), 10, wrong + 1000));
        }
    }

    [Fact]
    public void A_sawtooth_of_the_wrong_sign_is_noticed_and_left_off()
    {
        ClockRun run = ClockWorld.Ocxo.Begin(1, PulsePath.Corrected with { HasWrongSign = true });
        ClockTally tally = new();
        for (int i = 0; i < 5000; i++)
        {
            run.Step();
            tally.Take(run);
        }

        Assert.Equal(0, tally.BrokenInAll);
        Assert.True(run.Estimator.Checks.HasFlag(Checks.Sawtooth));
    }

    [Fact]
    public void A_clock_locks_within_thirty_seconds_and_stays_there()
    {
        foreach (ClockWorld world in ClockWorld.All)
        {
            ClockRun run = world.Begin(7);
            int lockedAt = 0;
            for (int i = 1; i <= 120; i++)
            {
                run.Step();
                lockedAt = lockedAt == 0 && run.Estimator.State == ClockState.Locked ? i : lockedAt;
                Assert.False(lockedAt > 0 && ClockClasses.Of(run.LateBoundNs) != ClockClass.A);
                Assert.False(Math.Abs(run.LateErrorNs) > run.LateBoundNs);
            }

            Assert.InRange(lockedAt, 1, 30);
        }
    }

    [Fact]
    public void Everything_that_can_happen_stays_inside_the_bound_in_every_state()
    {
        foreach (ClockWorld world in ClockWorld.All.Concat(ClockWorld.All.Select(each => each.Mismatched())))
        {
            ClockTally tally = ClockFigures.Mixed(world, 5, ClockFigures.MixedSeconds);

            Assert.True(tally.Samples(ClockState.Holdover) > ClockFigures.MixedSeconds / 10, tally.Describe());
            foreach (ClockState state in Enum.GetValues<ClockState>())
            {
                Assert.True(
                    tally.Samples(state) == 0 || tally.Broken(state) <= tally.Samples(state) / 10_000,
                    $"{world.Plant.Name}, seed 5: {tally.Describe()}");
            }
        }
    }

    [Fact]
    public void A_clean_sky_raises_no_alarm()
    {
        foreach (ClockWorld world in ClockWorld.All)
        {
            int allowed = ClockFigures.AlarmDays * ClockFigures.AlarmSeeds / 30;
            Assert.InRange(ClockFigures.Alarms(world, PulsePath.Plain, 1), 0, allowed);
            Assert.InRange(ClockFigures.Alarms(world, PulsePath.Plain, 2), 0, allowed);
        }
    }
}
