using Appliance.Time.Mapping;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>Stamps of a system clock that others turn, against the truth.</summary>
public sealed class ClockMapTests
{
    private const long UtcLessTai = 37_000_000_000;
    private const uint HalfNs = 40;
    private const uint PathNs = 1000;

    [Fact]
    public void A_quiet_system_clock_adds_the_window_of_reading_and_fifty_nanoseconds_at_most()
    {
        Outcome outcome = Run(seed: 1, slewPpm: 0, stepsEach: 0);

        Assert.Equal(0, outcome.Broken);
        Assert.InRange(outcome.WorstAdded, 0, HalfNs + 50);
    }

    [Fact]
    public void A_system_clock_that_is_slewed_and_stepped_in_mid_stream_stays_within_the_bound()
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            Outcome outcome = Run(seed, slewPpm: 500, stepsEach: 97);

            Assert.True(outcome.Stamps > 5000);
            Assert.True(outcome.Broken == 0, $"seed {seed}: {outcome.Broken} of {outcome.Stamps} outside");
            Assert.Equal(outcome.Steps, outcome.SeenSteps);
        }
    }

    [Fact]
    public void A_stamp_long_after_the_last_anchor_has_no_bound()
    {
        ClockRun run = ClockWorld.Ocxo.Begin(1);
        StampMap map = new(PathNs);
        for (int i = 0; i < 100; i++)
        {
            run.Step();
            map.Add(run.TruthAtStep - UtcLessTai, run.Input.Raw, HalfNs, run.Estimator.Readout);
        }

        map.Map(run.TruthAtStep - UtcLessTai + 5_000_000_000, out _, out double soon);
        ClockState state = map.Map(run.TruthAtStep - UtcLessTai + 60_000_000_000, out _, out double late);
        Assert.InRange(soon, 2_500_000, 2_600_000);
        Assert.Equal(double.PositiveInfinity, late);
        Assert.Equal(ClockState.Unset, state);
    }

    private static Outcome Run(int seed, double slewPpm, int stepsEach)
    {
        ClockNoise noise = new(seed);
        ClockRun run = ClockWorld.Ocxo.Begin(seed);
        StampMap map = new(PathNs);
        TurnedClock system = new(noise, slewPpm, stepsEach);
        Outcome outcome = default;
        Queue<(long Stamp, long Truth)> stamps = new();
        for (int i = 0; i < 2000; i++)
        {
            run.Step();
            system.AdvanceTo(run.TruthAtStep);
            outcome.Steps += system.TakeSteps();
            long read = system.Read(run.TruthAtStep) + (long)(HalfNs * ((2 * noise.Uniform()) - 1));
            map.Add(read, run.Input.Raw, HalfNs, run.Estimator.Readout);
            while (stamps.TryPeek(out (long Stamp, long Truth) oldest)
                && run.TruthAtStep - oldest.Truth > 2_000_000_000)
            {
                outcome.Take(map, stamps.Dequeue(), run.BoundNs);
            }

            for (int k = 0; k < 4 && i > 60; k++)
            {
                long at = run.TruthAtStep + (long)((k + noise.Uniform()) * 250_000_000);
                stamps.Enqueue((system.ReadAhead(at), at));
            }
        }

        outcome.SeenSteps = map.Steps;
        return outcome;
    }

    /// <summary>A clock that others turn once a second at most, at any moment of it.</summary>
    private sealed class TurnedClock(ClockNoise noise, double slewPpm, int stepsEach)
    {
        private long from = ClockRun.StartTai;
        private double offset = -UtcLessTai;
        private double rate;
        private long turnAt = ClockRun.StartTai;
        private double nextRate;
        private double nextStep;
        private int steps;
        private int seconds;

        public void AdvanceTo(long truth)
        {
            if (turnAt > from && turnAt <= truth)
            {
                Turn();
            }

            offset += (truth - from) * rate;
            from = truth;
            turnAt = truth + 1 + (long)(noise.Uniform() * 999_000_000);
            nextRate = ++seconds % 7 == 0 ? slewPpm * 1e-6 * ((2 * noise.Uniform()) - 1) : rate;
            nextStep = stepsEach > 0 && seconds > 60 && seconds % stepsEach == 0
                ? (noise.Uniform() < 0.5 ? -1e9 : 1e9)
                : 0;
        }

        public int TakeSteps()
        {
            int taken = steps;
            steps = 0;
            return taken;
        }

        public long Read(long truth) => truth + (long)(offset + ((truth - from) * rate));

        /// <summary>What it will read before the next second, the turn that is to come included.</summary>
        public long ReadAhead(long truth) => truth < turnAt
            ? Read(truth)
            : truth + (long)(offset + ((turnAt - from) * rate) + nextStep + ((truth - turnAt) * nextRate));

        private void Turn()
        {
            offset += ((turnAt - from) * rate) + nextStep;
            from = turnAt;
            rate = nextRate;
            steps += nextStep == 0 ? 0 : 1;
        }
    }

    private struct Outcome
    {
        public int Stamps;
        public int Broken;
        public double WorstAdded;
        public long Steps;
        public long SeenSteps;

        public void Take(StampMap map, (long Stamp, long Truth) stamp, double clockBound)
        {
            map.Map(stamp.Stamp, out long tai, out double bound);
            Stamps++;
            Broken += Math.Abs((double)(tai - stamp.Truth)) > bound ? 1 : 0;
            WorstAdded = Math.Max(WorstAdded, bound - PathNs - clockBound);
        }
    }
}
