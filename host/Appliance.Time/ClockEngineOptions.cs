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

    /// <summary>
    /// Pulses are those of the oscillator, captured here and stamped by the receiver at its input (TIM-TM2): the stamp
    /// is the pulse's time. <see cref="PulseNoiseNs"/> is then the noise of the stamp.
    /// </summary>
    public bool PulsesAreMarked { get; init; }

    /// <summary>How such a stamp is cut.</summary>
    public MarkCut MarkCut { get; init; } = MarkCut.Unknown;

    /// <summary>
    /// What a PTP message may be queued one way more than the other, beyond the measured delay, ns. The measured delay
    /// is in the bound as it is. Declared by who knows the network: 50 us for switches that are not PTP clocks, 100 ns
    /// where each of them is one.
    /// </summary>
    public uint PtpAsymmetryNs { get; init; } = 50_000;

    /// <summary>The same of NTP; its half round trip is in the bound and holds any asymmetry.</summary>
    public uint NtpAsymmetryNs { get; init; }

    /// <summary>Largest delay between the wire and the stamp of a packet, ns, without <see cref="Paths"/>.</summary>
    public uint StampPathNs { get; init; } = 1_000_000;

    /// <summary>
    /// Stamp path and mirror delay, leg by leg; the engine keeps it and widens it where joined flows say so.
    /// </summary>
    public StampPaths? Paths { get; init; }

    /// <summary>
    /// When this program was built, or the last time that an earlier run trusted, TAI ns since 1970: no earlier time
    /// can be true, whoever says it.
    /// </summary>
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

    internal StampPaths ToPaths() =>
        Paths ?? new StampPaths(new StampPath(DelayRange.UpTo(StampPathNs), default));
}
