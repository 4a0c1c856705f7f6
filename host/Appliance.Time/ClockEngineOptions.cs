using Appliance.Time.Estimation;

namespace Appliance.Time;

/// <summary>What a clock is told by the configuration.</summary>
public sealed record ClockEngineOptions
{
    private const long FifteenYearsNs = 15L * 366 * 86_400 * 1_000_000_000;

    /// <summary>xo, tcxo or ocxo: the oscillator behind MONOTONIC_RAW.</summary>
    public string Oscillator { get; init; } = "xo";

    /// <summary>Peers are the reference; there is no receiver.</summary>
    public bool PeersOnly { get; init; }

    /// <summary>Standard deviation of a pulse, ns.</summary>
    public double PulseNoiseNs { get; init; } = 30;

    /// <summary>The same where the receiver tells its sawtooth.</summary>
    public double CorrectedNoiseNs { get; init; } = 10;

    /// <summary>Cable of the antenna, the receiver's idea of UTC, multipath: what does not average out, ns.</summary>
    public double SystematicNs { get; init; } = 20;

    /// <summary>Largest delay between the wire and a packet's stamp, with that of the mirror, ns.</summary>
    public uint StampPathNs { get; init; } = 1_000_000;

    /// <summary>When this program was built, TAI ns since 1970: no earlier time can be true.</summary>
    public long EarliestTaiNs { get; init; }

    /// <summary>Rate of the run before, ns/s; null: none.</summary>
    public double? ResumedRate { get; init; }

    /// <summary>Its ageing, ns/s a second.</summary>
    public double ResumedAgeing { get; init; }

    /// <summary>What the run before kept of its clock; null: nothing, or nothing that may be used.</summary>
    public KeptClock? Kept { get; init; }

    internal EstimatorSettings ToSettings() => new()
    {
        Oscillator = OscillatorModel.Named(Oscillator) ?? OscillatorModel.Xo,
        PeersOnly = PeersOnly,
        PulseNoiseNs = PulseNoiseNs,
        CorrectedNoiseNs = CorrectedNoiseNs,
        SystematicNs = SystematicNs,
        EarliestTai = EarliestTaiNs,
        LatestTai = EarliestTaiNs == 0 ? long.MaxValue : EarliestTaiNs + FifteenYearsNs,
    };
}
