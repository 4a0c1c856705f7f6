using Appliance.Wire;

namespace Appliance.Time.Estimation;

/// <summary>
/// All that the estimator carries from one second to the next, apart from its tables. A field that is added here
/// belongs into the checkpoint of the anchor log too (AnchorLog/CheckpointState.cs); a test counts them.
/// </summary>
internal struct EstimatorState
{
    public PhaseFilter Filter;

    /// <summary>
    /// A second filter over pulses that contradict a coasting clock, and how many agree among themselves.
    /// </summary>
    public PhaseFilter Challenger;

    public int ChallengerPulses;

    public int ChallengerMisses;

    /// <summary>They contradicted the clock, and have not jumped since: no wider bound makes them agree.</summary>
    public bool IsDisbelieved;

    public PullWatch Pull;

    public RateWatch Rates;

    public AgeingWatch Ageing;

    public ClockState State;

    /// <summary>Checks that hold now, and why the clock coasts.</summary>
    public Checks Checks;

    public Checks Cause;

    /// <summary>Raw counter of the last pulse that was taken.</summary>
    public long TrustedRaw;

    /// <summary>
    /// Mean of squared innovations in declared deviations, and at least 1 of it: what the model lacks.
    /// </summary>
    public double MeanSquare;

    public double Excess;

    public double Systematic;

    public double Envelope;

    public double EnvelopeRate;

    /// <summary>What a pull that was seen late, a challenger, and peers add to the bound, ns.</summary>
    public double PullInflation;

    public double ChallengerInflation;

    public double PeerInflation;

    /// <summary>Pulses taken in a row, pulses refused in a row and the raw counter before the first of them.</summary>
    public int Streak;

    public int BadStreak;

    public long BadSinceRaw;

    /// <summary>Pulses in a row that agree with a coasting clock.</summary>
    public int Agreeing;

    /// <summary>Pulses taken in all; what holdover's readiness is judged by.</summary>
    public int Taken;

    public bool IsResumed;

    /// <summary>Sawtooth: mean squared change of the innovation with and without it, and how many.</summary>
    public double SawtoothWith;

    public double SawtoothWithout;

    public double LastWith;

    public double LastWithout;

    public int SawtoothCount;

    public bool IsSawtoothOff;

    /// <summary>Smoothed temperature, degrees, and its change in a second; whether there is one now.</summary>
    public double Degrees;

    public double DegreesTrend;

    public bool HasTemperature;

    /// <summary>The same at the last pulse that was taken: from there the table has to reach to now.</summary>
    public double TrustedDegrees;

    public bool HasTrustedDegrees;

    /// <summary>Where the table's changes come from.</summary>
    public TemperaturePairs Pairs;

    /// <summary>The last that peers agreed on: interval of TAI at a raw time.</summary>
    public long PeerRaw;

    public long PeerTai;

    public long PeerHalfNs;

    public int PeerCount;

    /// <summary>Where peers alone are the reference: what their answers leave of the truth.</summary>
    public PeerInterval Peers;

    /// <summary>Rate of an earlier run, ns/s, to begin with.</summary>
    public double ResumedRate;
}
