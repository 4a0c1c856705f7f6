namespace Appliance.Time.Estimation;

/// <summary>
/// All that the estimator is told in one step, once a second: a row of the anchor log. From the rows alone every state
/// and bound can be computed again.
/// </summary>
internal struct SecondInput
{
    /// <summary>The raw counter at the step, ns.</summary>
    public long Raw;

    /// <summary>The system clock at the same instant, ns since 1970; 0 where it was not read.</summary>
    public long System;

    /// <summary>Half the window in which the two were read, ns.</summary>
    public uint SystemHalfNs;

    /// <summary>A pulse came since the last step, and it is known which second it was.</summary>
    public bool HasPulse;

    /// <summary>Raw counter at the pulse's edge, ns.</summary>
    public long PulseRaw;

    /// <summary>The second that it was, ns of TAI since 1970.</summary>
    public long PulseTai;

    /// <summary>Half width of the capture, systematic, ns.</summary>
    public uint PulsePathNs;

    /// <summary>How much earlier than its second the pulse came, picoseconds.</summary>
    public int SawtoothPs;

    /// <summary><see cref="SawtoothPs"/> is known.</summary>
    public bool HasSawtooth;

    /// <summary><see cref="Millidegrees"/> is known.</summary>
    public bool HasTemperature;

    /// <summary>Temperature beside the oscillator, thousandths of a degree.</summary>
    public int Millidegrees;

    /// <summary>What the checks before the estimator found.</summary>
    public Checks Checks;

    /// <summary>Peers that agree with each other; 0: none were heard of since the last step.</summary>
    public byte PeerCount;

    /// <summary>Middle of what they agree on at <see cref="Raw"/>, ns of TAI.</summary>
    public long PeerTai;

    /// <summary>Half its width, ns.</summary>
    public long PeerHalfNs;
}
