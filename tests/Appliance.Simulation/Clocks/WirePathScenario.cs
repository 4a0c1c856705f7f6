using Appliance.Time;
using Appliance.Time.Mapping;

namespace Appliance.Simulation.Clocks;

/// <summary>
/// Packets of two legs with their way from the wire to the stamp: mirror, queue, card or kernel. A record's bound has
/// to hold the moment at the wire, not that of the stamp.
/// </summary>
internal static class WirePathScenario
{
    public const int Inside = 0;
    public const int Outside = 1;
    private const long UtcLessTai = 37_000_000_000;

    /// <summary>A card that stamps behind a tap; a kernel that stamps behind a mirror port with a queue.</summary>
    public static StampPath Tap { get; } = new(new DelayRange(100, 600), new DelayRange(20, 200));

    public static StampPath Span { get; } =
        new(new DelayRange(2000, 90_000), new DelayRange(5000, 400_000));

    /// <summary>Stamps of a leg mapped back to the wire: how many, how many outside, the median bound, ns.</summary>
    /// <param name="leg">Which leg's path is used.</param>
    /// <param name="real">The way as it is.</param>
    /// <param name="paths">The ways as they are declared or learned.</param>
    /// <param name="seed">Seed.</param>
    public static (int Stamps, int Broken, double MedianBoundNs) Run(
        int leg, StampPath real, StampPaths paths, int seed)
    {
        ClockNoise noise = new(seed);
        ClockRun run = ClockWorld.Ocxo.Begin(seed);
        StampMap map = new(paths);
        List<double> bounds = [];
        int broken = 0;
        for (int i = 0; i < 3000; i++)
        {
            run.Step();
            map.Add(run.TruthAtStep - UtcLessTai, run.Input.Raw, 100, run.Estimator.Readout);
            for (int k = 0; k < 4 && i > 60; k++)
            {
                long wire = run.TruthAtStep - (long)(900_000_000 * noise.Uniform());
                long stamp = wire + Within(real.Stamp, noise) + Within(real.Mirror, noise) - UtcLessTai;
                map.Map(stamp, leg, out long tai, out double bound);
                broken += Math.Abs((double)(tai - wire)) > bound ? 1 : 0;
                bounds.Add(bound);
            }
        }

        return (bounds.Count, broken, ClockFigures.Quantile(bounds, 0.5));
    }

    // As a queue is: mostly short, sometimes as long as it can be.
    private static long Within(DelayRange range, ClockNoise noise)
    {
        double part = noise.Uniform() < 0.05 ? 1 : Math.Min(1, 0.1 * noise.Exponential());
        return range.FromNs + (long)(part * (range.ToNs - range.FromNs));
    }
}
