using Appliance.Time.Observations;

namespace Appliance.Time.Peers;

/// <summary>Leap state as chronyd counts it.</summary>
public enum ChronyLeap : ushort
{
    Normal = 0,
    Insert = 1,
    Delete = 2,
    Unsynchronised = 3,
}

/// <summary>What chronyd says of the clock (command tracking).</summary>
/// <param name="ReferenceId">Of the source that is followed; 0x7F7F0101 is chronyd's own clock.</param>
/// <param name="Stratum">Of this machine; 0 while unsynchronised.</param>
/// <param name="Leap">Leap state, or unsynchronised.</param>
/// <param name="ReferenceTimeNs">Last update, UTC nanoseconds since 1970.</param>
/// <param name="CorrectionSeconds">To be added to the system clock, at the moment of the answer.</param>
/// <param name="LastOffsetSeconds">What the last update found and took out.</param>
/// <param name="FrequencyPpm">How fast the system clock runs by itself.</param>
/// <param name="SkewPpm">Bound of the error of that.</param>
/// <param name="RootDelaySeconds">Round trip to the root.</param>
/// <param name="RootDispersionSeconds">Dispersion at the moment of the answer, age included.</param>
/// <param name="UpdateIntervalSeconds">Between the last two updates.</param>
public readonly record struct ChronyTracking(
    uint ReferenceId, ushort Stratum, ChronyLeap Leap, long ReferenceTimeNs, double CorrectionSeconds,
    double LastOffsetSeconds, double FrequencyPpm, double SkewPpm, double RootDelaySeconds,
    double RootDispersionSeconds, double UpdateIntervalSeconds)
{
    private const uint OwnClock = 0x7F7F0101;

    // chronyd stays "normal" when its sources are gone: after so many missed updates it coasts.
    private const int MissedUpdates = 8;
    private const double UpdateSecondsMin = 1;

    // Slewing is at most 83,333 ppm (chrony.conf(5), maxslewrate), a frequency at most about 1,000.
    private const double SlewMax = 0.1;
    private const double FrequencyMax = 1e-3;
    private const double FloatResolution = 1.0 / (1 << 24);

    /// <summary>
    /// The time by chronyd as an observation. The system clock is read before and after the question; where between
    /// them chronyd read it is not known, and how far its correction moved meanwhile is in the half width. So is
    /// chrony's own maximum error: half the root delay, and the root dispersion.
    /// </summary>
    /// <param name="source">Which peer.</param>
    /// <param name="before">System clock against MONOTONIC_RAW before the question.</param>
    /// <param name="after">The same after the answer: the time is given for its instant.</param>
    public PeerObservation ToObservation(SourceId source, in CounterPair before, in CounterPair after)
    {
        double window = Math.Max(0, after.At - before.At) / 1e9;
        double moved = Math.Min(Math.Abs(CorrectionSeconds), window * SlewMax) + (window * FrequencyMax);
        double rounding = Math.Abs(CorrectionSeconds) * FloatResolution;
        double half = (RootDelaySeconds / 2) + RootDispersionSeconds + moved + rounding;
        long time = after.Reading.Nanoseconds + Nanoseconds.Nearest(CorrectionSeconds);
        long age = Math.Max(0, time - ReferenceTimeNs);
        return new PeerObservation(
            source, after.At, new ScaledTime(TimeScale.Utc, time), Nanoseconds.Up(half) + after.HalfWidthNs,
            Nanoseconds.Up(RootDelaySeconds), Nanoseconds.Up(RootDispersionSeconds),
            new RawTime(after.At.Nanoseconds - age), StateAt(age / 1e9), Stratum, ReferenceId);
    }

    /// <summary>What chronyd says of the next leap second; how far TAI is from UTC it does not say.</summary>
    public LeapObservation ToLeap(SourceId source, RawTime at) => new(
        source, at, null,
        Leap switch
        {
            ChronyLeap.Insert => LeapEvent.Insert,
            ChronyLeap.Delete => LeapEvent.Delete,
            ChronyLeap.Normal => LeapEvent.None,
            _ => LeapEvent.Unknown,
        },
        null, null, LeapOrigin.Peer);

    private PeerState StateAt(double ageSeconds)
    {
        if (Leap == ChronyLeap.Unsynchronised || Stratum is 0 or >= 16 || ReferenceId is 0 or OwnClock)
        {
            return PeerState.Unsynchronised;
        }

        double patience = MissedUpdates * Math.Max(UpdateSecondsMin, UpdateIntervalSeconds);
        return ageSeconds > patience ? PeerState.Holdover : PeerState.Synchronised;
    }
}

/// <summary>One source of chronyd and the interval that it puts the truth into (command selectdata).</summary>
/// <param name="ReferenceId">IPv4 address, hash of an IPv6 address, or name of a reference clock.</param>
/// <param name="State">
/// * selected, + combined, - not combined, x falseticker, ~ jittery, ? unreachable, and others: selectdata of chronyc.
/// </param>
/// <param name="Leap">The source's leap state.</param>
/// <param name="AgeSeconds">Age of its last sample when sources were last selected.</param>
/// <param name="LowSeconds">Lower end of: chronyd's clock less the source's.</param>
/// <param name="HighSeconds">Upper end.</param>
public readonly record struct ChronySource(
    uint ReferenceId, byte State, ChronyLeap Leap, uint AgeSeconds, double LowSeconds, double HighSeconds)
{
    // The interval is of the last selection, at most the longest poll of chronyd's default (2^10 s) ago; meanwhile its
    // clock runs within maxclockerror (1 ppm) of the source.
    private const double IntervalAgeSeconds = 1024;
    private const double ClockErrorMax = 1e-6;

    /// <summary>The source has samples and is not known to be wrong.</summary>
    public bool IsUsable => State is (byte)'*' or (byte)'+' or (byte)'-' or (byte)'~' or (byte)'D' or (byte)'P' or
        (byte)'W' or (byte)'U';

    /// <summary>
    /// The source as a witness of its own, from the time by chronyd of the same moment. The interval was taken before
    /// the update that followed on it, which may since have moved chronyd's clock by what it found.
    /// </summary>
    public PeerObservation ToObservation(SourceId source, in ChronyTracking tracking, in PeerObservation clock)
    {
        double middle = (LowSeconds + HighSeconds) / 2;
        double half = ((HighSeconds - LowSeconds) / 2) + Math.Abs(tracking.LastOffsetSeconds) +
            (IntervalAgeSeconds * ClockErrorMax);
        long ownError = clock.HalfWidthNs -
            Nanoseconds.Up((tracking.RootDelaySeconds / 2) + tracking.RootDispersionSeconds);
        return clock with
        {
            Source = source,
            Time = clock.Time with { Nanoseconds = clock.Time.Nanoseconds - Nanoseconds.Nearest(middle) },
            HalfWidthNs = Nanoseconds.Up(half) + Math.Max(0, ownError),
            MeasuredAt = new RawTime(clock.At.Nanoseconds - (AgeSeconds * RawTime.NanosecondsPerSecond)),
            State = IsUsable ? PeerState.Synchronised : PeerState.Unsynchronised,
            Identity = ReferenceId,
        };
    }
}

/// <summary>Seconds as nanoseconds; what a peer cannot mean is held at about 146 years.</summary>
internal static class Nanoseconds
{
    private const double Limit = long.MaxValue / 2;

    public static long Up(double seconds) => (long)Math.Ceiling(Math.Min(Limit, Math.Max(0, seconds * 1e9)));

    public static long Nearest(double seconds) => (long)Math.Round(Math.Clamp(seconds * 1e9, -Limit, Limit));
}
