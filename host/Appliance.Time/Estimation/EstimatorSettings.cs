namespace Appliance.Time.Estimation;

/// <summary>What the estimator is told of its surroundings; its bytes stand at the head of the anchor log.</summary>
internal sealed record EstimatorSettings
{
    /// <summary>The oscillator behind the raw counter.</summary>
    public required OscillatorModel Oscillator { get; init; }

    /// <summary>Standard deviation of a pulse without its sawtooth correction, ns.</summary>
    public double PulseNoiseNs { get; init; } = 30;

    /// <summary>The same with the correction applied.</summary>
    public double CorrectedNoiseNs { get; init; } = 5;

    /// <summary>
    /// What does not average out and no message tells: cable of the antenna, the receiver's idea of UTC, multipath; ns.
    /// </summary>
    public double SystematicNs { get; init; } = 20;

    /// <summary>
    /// Deviations in the bound: 6, of a normal distribution 2e-9 outside, which leaves room for tails.
    /// </summary>
    public double Deviations { get; init; } = 6;

    /// <summary>A step is looked for beyond this at least, ns: below it nobody's bound is broken.</summary>
    public double StepFloorNs { get; init; } = 100;

    /// <summary>Peers are the reference; there is no receiver.</summary>
    public bool PeersOnly { get; init; }

    /// <summary>No time before it can be true: the build of this program, TAI ns since 1970.</summary>
    public long EarliestTai { get; init; }

    /// <summary>No time after it can be true: the build and 15 years, TAI ns since 1970.</summary>
    public long LatestTai { get; init; } = long.MaxValue;
}
