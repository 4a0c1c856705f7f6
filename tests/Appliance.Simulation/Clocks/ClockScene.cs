using Appliance.Time.Estimation;

namespace Appliance.Simulation.Clocks;

/// <summary>What a receiver's pulses are like.</summary>
internal sealed record PulsePath
{
    /// <summary>Normal noise of the edge, ns.</summary>
    public double NoiseNs { get; init; } = 30;

    /// <summary>Half width of the sawtooth, ns; 0: none.</summary>
    public double SawtoothNs { get; init; }

    /// <summary>The receiver tells its sawtooth.</summary>
    public bool TellsSawtooth { get; init; }

    /// <summary>It tells it with the wrong sign.</summary>
    public bool HasWrongSign { get; init; }

    /// <summary>Amplitude and period of reflections, ns and s.</summary>
    public double MultipathNs { get; init; }

    /// <summary>Resolution of the capture, ns.</summary>
    public double ResolutionNs { get; init; } = 8;

    /// <summary>Latency of the capture and the mean of its exponential tail, ns.</summary>
    public double LatencyNs { get; init; }

    public double TailNs { get; init; }

    /// <summary>What is taken off for it, and how wrong that may be, ns.</summary>
    public double CalibratedNs { get; init; }

    public uint PathBoundNs { get; init; } = 4;

    public static PulsePath Plain { get; } = new();

    public static PulsePath Corrected { get; } =
        new() { NoiseNs = 3, SawtoothNs = 10.4, TellsSawtooth = true, ResolutionNs = 1 };

    /// <summary>A kernel's interrupt: 7 us late and an exponential tail of 2 us.</summary>
    public static PulsePath Interrupt { get; } = new()
    {
        NoiseNs = 30, LatencyNs = 7000, TailNs = 2000, CalibratedNs = 9000, PathBoundNs = 3000,
    };
}

/// <summary>
/// What happens in one simulated second besides noise; changed by a scenario, begun anew each second.
/// </summary>
internal struct SecondEvents
{
    /// <summary>No pulse comes.</summary>
    public bool IsCut;

    /// <summary>What an attacker adds to the pulse's time, ns.</summary>
    public double AttackNs;

    /// <summary>What the checks before the estimator say.</summary>
    public Checks Checks;

    /// <summary>Peers that agree, how far they are off, and the half width that they claim.</summary>
    public byte Peers;

    public double PeerErrorNs;

    public long PeerHalfNs;

    /// <summary>Factor of the receiver's noise.</summary>
    public double NoiseFactor;
}

/// <summary>A scenario: sets what happens in a second.</summary>
internal delegate void Scene(long second, ref SecondEvents events);
