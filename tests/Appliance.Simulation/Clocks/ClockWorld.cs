using Appliance.Time.Estimation;

namespace Appliance.Simulation.Clocks;

/// <summary>
/// A class of oscillator: what it is like, what the estimator is told of it, whether it has a thermometer.
/// </summary>
internal sealed record ClockWorld(Plant Plant, OscillatorModel Model, bool HasThermometer)
{
    public static ClockWorld Xo { get; } = new(Plant.Xo, OscillatorModel.Xo, false);

    public static ClockWorld Tcxo { get; } = new(Plant.Tcxo, OscillatorModel.Tcxo, true);

    public static ClockWorld Ocxo { get; } = new(Plant.Ocxo, OscillatorModel.Ocxo, false);

    public static IReadOnlyList<ClockWorld> All { get; } = [Xo, Tcxo, Ocxo];

    /// <summary>The same class with a part that is worse than its data sheet.</summary>
    public ClockWorld Mismatched() => this with { Plant = Plant.Mismatched() };

    public ClockRun Begin(int seed, PulsePath? path = null, Scene? scene = null)
    {
        PulsePath pulses = path ?? PulsePath.Plain;
        return new ClockRun(Plant, pulses, Settings(pulses), seed, scene, HasThermometer);
    }

    /// <summary>What the estimator is told for a path: its noise, and reflections as if they were noise.</summary>
    public EstimatorSettings Settings(PulsePath path)
    {
        double sawtooth = path.SawtoothNs / Math.Sqrt(3);
        double plain = Root(path.NoiseNs, sawtooth, path.TailNs, path.MultipathNs);
        return new EstimatorSettings
        {
            Oscillator = Model,
            PulseNoiseNs = plain,
            CorrectedNoiseNs = Root(path.NoiseNs, path.TailNs, path.MultipathNs),
            SystematicNs = 20 + path.MultipathNs,
        };
    }

    private static double Root(params double[] parts) => Math.Sqrt(parts.Sum(part => part * part));
}
