using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Simulation.Clocks;

/// <summary>How an attack went.</summary>
/// <param name="DetectedAfter">Seconds from its begin to an alarm; -1: none.</param>
/// <param name="Broken">Seconds after it whose bound, as finally said, did not hold.</param>
/// <param name="WrongClassA">Seconds finally said to be within a microsecond that were not.</param>
/// <param name="LiveBroken">The same before what was said was said again.</param>
internal readonly record struct AttackResult(int DetectedAfter, long Broken, long WrongClassA, long LiveBroken);

/// <summary>How one holdover went, ns: error and bound after 1, 4 and 24 hours, and all its broken bounds.</summary>
internal readonly record struct HoldoverResult(double[] Errors, double[] Bounds, long Broken, ClockTally Tally);

/// <summary>The scenarios of the clock, each one seeded run.</summary>
internal static class ClockScenarios
{
    public const int AttackAt = 20_000;

    private static readonly int[] Marks = [3600, 14_400, 86_400];

    /// <summary>Locked for so long; what comes before the first lock is counted, too.</summary>
    public static ClockTally Locked(ClockWorld world, PulsePath path, int seconds, int seed)
    {
        ClockTally tally = new();
        ClockRun run = world.Begin(seed, path);
        for (int i = 0; i < seconds; i++)
        {
            run.Step();
            if (i >= 2000 || run.Estimator.State != ClockState.Locked)
            {
                tally.Take(run);
            }
        }

        return tally;
    }

    /// <summary>Locked, a day without pulses, and ten minutes with them again.</summary>
    public static HoldoverResult Holdover(ClockWorld world, int lockedSeconds, int seed)
    {
        // Each run loses its antenna at another hour of the temperature's period.
        int cutAt = lockedSeconds + (seed * 7919 % 21_600);
        ClockRun run = world.Begin(seed, scene: (long second, ref SecondEvents events) =>
            events.IsCut = second > cutAt && second <= cutAt + Marks[2]);
        ClockTally tally = new();
        double[] errors = new double[Marks.Length];
        double[] bounds = new double[Marks.Length];
        for (int i = 1; i <= cutAt + Marks[2] + 600; i++)
        {
            run.Step();
            tally.Take(run);
            int mark = Array.IndexOf(Marks, i - cutAt);
            if (mark >= 0)
            {
                errors[mark] = Math.Abs(run.ErrorNs);
                bounds[mark] = run.BoundNs;
            }
        }

        return new HoldoverResult(errors, bounds, tally.BrokenInAll, tally);
    }

    /// <summary>Somebody moves the pulses; the bound that counts is the one said last for each second.</summary>
    /// <param name="world">Class of oscillator.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="seconds">How long the attack lasts in the run.</param>
    /// <param name="attack">What is added so many seconds after its begin, ns.</param>
    public static AttackResult Attack(ClockWorld world, int seed, int seconds, Func<long, double> attack)
    {
        ClockRun run = world.Begin(seed, scene: (long second, ref SecondEvents events) =>
            events.AttackNs = second > AttackAt ? attack(second - AttackAt) : 0);
        Final final = new(AttackAt + seconds);
        int detected = -1;
        for (int i = 1; i <= AttackAt + seconds; i++)
        {
            run.Step();
            final.Take(i, run);
            if (detected < 0 && i > AttackAt && run.Estimator.State != ClockState.Locked)
            {
                detected = i - AttackAt;
            }
        }

        return new AttackResult(detected, final.Broken(AttackAt), final.WrongClassA(AttackAt), final.LiveBroken);
    }

    /// <summary>Alarms in a clean run.</summary>
    public static int Alarms(ClockWorld world, PulsePath path, int seconds, double noiseFactor, int seed)
    {
        ClockRun run = world.Begin(seed, path, (long second, ref SecondEvents events) =>
            events.NoiseFactor = second < 1000 ? 1 : noiseFactor);
        int alarms = 0;
        for (int i = 0; i < seconds; i++)
        {
            run.Step();
            alarms += run.Estimator.DistrustedSinceRaw != 0 ? 1 : 0;
        }

        return alarms;
    }

    /// <summary>What was said of each second, and what was said of it again when trust was taken back.</summary>
    private sealed class Final(int seconds)
    {
        private readonly (long Raw, long Truth, double Error, double Bound)[] said =
            new (long, long, double, double)[seconds + 1];

        public long LiveBroken { get; private set; }

        public void Take(int second, ClockRun run)
        {
            said[second] = (run.Input.Raw, run.TruthAtStep, run.ErrorNs, run.BoundNs);
            LiveBroken += Math.Abs(run.ErrorNs) > run.BoundNs ? 1 : 0;
            long since = run.Estimator.DistrustedSinceRaw;
            for (int i = second; since != 0 && i > 0 && said[i].Raw >= since; i--)
            {
                ClockReadout again = run.Estimator.DistrustedReadout;
                said[i].Error = again.Filter.Against(said[i].Raw, said[i].Truth);
                said[i].Bound = again.BoundAt(said[i].Raw);
            }
        }

        public long Broken(int after) => Count(after, s => Math.Abs(s.Error) > s.Bound);

        public long WrongClassA(int after) =>
            Count(after, s => Math.Abs(s.Error) > 1000 && ClockClasses.Of(s.Bound) == ClockClass.A);

        private long Count(int after, Func<(long Raw, long Truth, double Error, double Bound), bool> isBad)
        {
            long count = 0;
            for (int i = after; i <= seconds; i++)
            {
                count += isBad(said[i]) ? 1 : 0;
            }

            return count;
        }
    }
}
