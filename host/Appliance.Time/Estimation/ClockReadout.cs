using Appliance.Wire;

namespace Appliance.Time.Estimation;

/// <summary>
/// What a reader needs to turn the raw counter into true time: the filter's state and the terms of its bound,
/// U = k sqrt(P11) + systematic + drift envelope + integrity (time.md section 3.2). A value; it is copied whole.
/// </summary>
internal struct ClockReadout
{
    public PhaseFilter Filter;

    /// <summary>Deviations in the bound, times the root of what the innovations showed to be missing.</summary>
    public double Deviations;

    /// <summary>Variance of white and of random-walk frequency noise that the extrapolation adds.</summary>
    public double White;

    public double Walk;

    /// <summary>Declared systematic part, ns.</summary>
    public double Systematic;

    /// <summary>Drift envelope: ns, ns/s, and ns/s a second from the state on.</summary>
    public double Envelope;

    public double EnvelopeRate;

    public double EnvelopeSlope;

    /// <summary>What a failed check adds, ns.</summary>
    public double Inflation;

    public ClockState State;

    public Checks Checks;

    /// <summary>Whether there is a bound at all.</summary>
    public readonly bool IsSet => State != ClockState.Unset;

    /// <summary>Half width of the interval that holds the truth at a reading of the counter, ns.</summary>
    public readonly double BoundAt(long raw)
    {
        double dt = Math.Abs(Filter.Since(raw));
        double variance = Filter.P11 + (2 * dt * Math.Abs(Filter.P12)) + (dt * dt * Filter.P22)
            + (White * dt) + (Walk * dt * dt * dt / 3);
        double drift = Envelope + (EnvelopeRate * dt) + (EnvelopeSlope * dt * dt / 2);
        return (Deviations * Math.Sqrt(variance)) + Systematic + drift + Inflation;
    }
}

/// <summary>How good a time is, for people: classes of time.md section 2.</summary>
internal enum ClockClass : byte
{
    /// <summary>Within a microsecond.</summary>
    A = 0,

    /// <summary>Within 100 microseconds.</summary>
    B = 1,

    /// <summary>Within a millisecond.</summary>
    C = 2,

    /// <summary>Within a second.</summary>
    D = 3,

    /// <summary>No bound that would help.</summary>
    X = 4,
}

/// <summary>The class that a bound is in.</summary>
internal static class ClockClasses
{
    /// <summary>The class of a bound in nanoseconds; it changes in the instant in which the bound crosses.</summary>
    public static ClockClass Of(double boundNs) => boundNs switch
    {
        <= 1e3 => ClockClass.A,
        <= 1e5 => ClockClass.B,
        <= 1e6 => ClockClass.C,
        <= 1e9 => ClockClass.D,
        _ => ClockClass.X,
    };
}
