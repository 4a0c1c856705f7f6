using Appliance.TestSupport;
using Appliance.Time.Estimation;
using Appliance.Wire;

namespace Appliance.Simulation.Clocks;

/// <summary>
/// What the scenarios of the clock measured, at the length of this run: short in every build, long in full.
/// </summary>
internal static class ClockFigures
{
    public static int LockSeconds { get; } = FullRun.IsOn ? 100_000 : 20_000;

    public static int LockSeeds { get; } = FullRun.IsOn ? 20 : 3;

    public static int HoldoverRuns { get; } = FullRun.IsOn ? 300 : 6;

    public static int AlarmDays { get; } = FullRun.IsOn ? 30 : 2;

    public static int AlarmSeeds { get; } = FullRun.IsOn ? 20 : 2;

    public static int MixedSeconds { get; } = FullRun.IsOn ? 1_000_000 : 150_000;

    /// <summary>Runs of seconds with a lock, by state.</summary>
    public static ClockTally[] Locked(ClockWorld world, PulsePath path) =>
        [.. Seeds(LockSeeds).Select(seed => ClockScenarios.Locked(world, path, LockSeconds, seed))];

    /// <summary>Holdover runs of a day.</summary>
    public static HoldoverResult[] Holdovers(ClockWorld world, int lockedSeconds, int runs) =>
        [.. Seeds(runs).Select(seed => ClockScenarios.Holdover(world, lockedSeconds, seed))];

    /// <summary>Alarms in clean runs, seeds x days.</summary>
    public static int Alarms(ClockWorld world, PulsePath path, double noiseFactor) =>
        Seeds(AlarmSeeds).Sum(seed => ClockScenarios.Alarms(world, path, AlarmDays * 86_400, noiseFactor, seed));

    /// <summary>Everything that can happen, in one run of each class.</summary>
    public static ClockTally Mixed(ClockWorld world, int seed, int seconds)
    {
        ClockTally tally = new();
        MixedScene scene = new(seed);
        ClockRun run = world.Begin(seed, scene: scene.Next);
        for (int i = 0; i < seconds; i++)
        {
            run.Step();
            tally.Take(run);
        }

        return tally;
    }

    /// <summary>The value below which this share of the values lies.</summary>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }

    private static IEnumerable<int> Seeds(int count) => Enumerable.Range(1, count);

    /// <summary>
    /// Loss of the antenna for seconds to hours, jamming that the receiver reports, steps that end, noise, peers that
    /// are right, and peers of which one lies beyond its own bound.
    /// </summary>
    private sealed class MixedScene(int seed)
    {
        private readonly ClockNoise noise = new(seed * 7919);
        // Whoever spoofs before the first lock cannot be seen by a clock alone: that is not among these.
        private long until = 5000;
        private int kind;
        private double step;

        public void Next(long second, ref SecondEvents events)
        {
            if (second >= until)
            {
                kind = kind == 0 ? 1 + (int)(noise.Uniform() * 5) : 0;
                double length = kind == 0 ? 900 + (6000 * noise.Uniform()) : Math.Exp(9 * noise.Uniform());
                until = second + 1 + (long)length;
                step = (noise.Uniform() < 0.5 ? -1 : 1) * Math.Exp(6 + (13 * noise.Uniform()));
            }

            Happen(second, ref events);
        }

        private void Happen(long second, ref SecondEvents events)
        {
            events.IsCut = kind is 1 or 2;
            events.Checks = kind == 2 ? Checks.Jamming : Checks.None;
            events.AttackNs = kind == 3 ? step : 0;
            events.NoiseFactor = kind == 4 ? 2 : 1;
            if (second % 64 == 0)
            {
                events.Peers = 3;
                events.PeerHalfNs = 5_000_000;
                events.PeerErrorNs = 4e6 * ((2 * noise.Uniform()) - 1);
            }

            if (kind == 5 && second % 64 == 32)
            {
                events.Peers = 1;
                events.PeerHalfNs = 1_000_000;
                events.PeerErrorNs = 50_000_000;
            }
        }
    }
}
