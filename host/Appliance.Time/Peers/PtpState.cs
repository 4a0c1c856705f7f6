using Appliance.Time.Observations;

namespace Appliance.Time.Peers;

/// <summary>What ptp4l's data sets say together; filled by <see cref="PtpManagement.TryTake"/>.</summary>
public struct PtpState
{
    internal const byte Slave = 9;

    private const byte Leap61 = 1;
    private const byte Leap59 = 2;
    private const byte UtcOffsetValid = 4;
    private const byte PtpTimescale = 8;
    private const byte TimeTraceable = 0x10;

    // clockAccuracy of IEEE 1588-2019, table 5, from 0x17 (1 ps) to 0x30 (10 s); 0x31 is more than that.
    private const byte AccuracyFirst = 0x17;
    private const byte AccuracyLast = 0x30;

    // A clock that locked to a reference is class 6 or 13, in its holdover 7 or 14 (table 4).
    private const byte ClassHoldover = 7;
    private const byte ClassHoldoverArbitrary = 14;

    // Syncs come at least every 2 s in every profile; after 8 the offset is old.
    private const long FreshNs = 16 * RawTime.NanosecondsPerSecond;

    // What a hardware clock can drift against its last measurement while ptp4l steers it: its frequency is known to
    // well under this.
    private const long DriftPartsPerMillion = 1;

    /// <summary>A port is SLAVE.</summary>
    public bool HasSlave;

    /// <summary>A grandmaster is there.</summary>
    public bool HasGrandmaster;

    /// <summary>Clock less master at the last measurement, nanoseconds.</summary>
    public long OffsetNs;

    /// <summary>When that was, on the clock that is steered; 0 before the first.</summary>
    public long IngressNs;

    /// <summary>Mean path delay, one way, nanoseconds.</summary>
    public long PathDelayNs;

    /// <summary>Boundary clocks on the way, and one.</summary>
    public ushort StepsRemoved;

    /// <summary>clockClass of the grandmaster.</summary>
    public byte ClockClass;

    /// <summary>clockAccuracy of the grandmaster.</summary>
    public byte ClockAccuracy;

    /// <summary>Identity of the grandmaster.</summary>
    public ulong Grandmaster;

    /// <summary>TAI less UTC, where the flags say that it is valid.</summary>
    public short UtcOffset;

    /// <summary>Flags of the time properties.</summary>
    public byte TimeFlags;

    /// <summary>How far the grandmaster may be off by its own account; null where it does not say.</summary>
    public readonly long? GrandmasterAccuracyNs
    {
        get
        {
            if (ClockAccuracy is < AccuracyFirst or > AccuracyLast)
            {
                return null;
            }

            // 1 ps, 2.5 ps, 10 ps, 25 ps and so on; the last step is 10 s.
            int step = ClockAccuracy - AccuracyFirst;
            long tenthsOfPs = (step & 1) == 0 ? 10 : 25;
            for (int i = 0; i < step / 2; i++)
            {
                tenthsOfPs *= 10;
            }

            return ClockAccuracy == AccuracyLast ? 10 * RawTime.NanosecondsPerSecond : (tenthsOfPs + 9_999) / 10_000;
        }
    }

    /// <summary>
    /// The time by PTP. The half width holds what the grandmaster says of itself, the whole measured offset, half the
    /// round trip (all of an asymmetry that the delay can hide), the reading of the clock, and the drift since.
    /// </summary>
    /// <param name="source">Which port.</param>
    /// <param name="clock">The clock that ptp4l steers, against MONOTONIC_RAW.</param>
    public readonly PeerObservation ToObservation(SourceId source, in CounterPair clock)
    {
        long age = Math.Max(0, clock.Reading.Nanoseconds - IngressNs);
        long path = Math.Abs(PathDelayNs);
        long? accuracy = GrandmasterAccuracyNs;
        bool isUsable = HasSlave && HasGrandmaster && IngressNs != 0 && accuracy is not null &&
            (TimeFlags & PtpTimescale) != 0 && (TimeFlags & TimeTraceable) != 0;
        long drift = age / 1_000_000 * DriftPartsPerMillion;
        long dispersion = (accuracy ?? 0) + Math.Abs(OffsetNs) + drift;
        bool isHoldover = age > FreshNs || ClockClass is ClassHoldover or ClassHoldoverArbitrary;
        return new PeerObservation(
            source, clock.At, new ScaledTime(TimeScale.Tai, clock.Reading.Nanoseconds),
            dispersion + path + clock.HalfWidthNs, 2 * path, dispersion, new RawTime(clock.At.Nanoseconds - age),
            !isUsable ? PeerState.Unsynchronised : isHoldover ? PeerState.Holdover : PeerState.Synchronised,
            StepsRemoved, Grandmaster);
    }

    /// <summary>Leap seconds by the grandmaster.</summary>
    public readonly LeapObservation ToLeap(SourceId source, RawTime at)
    {
        bool isKnown = HasGrandmaster && (TimeFlags & UtcOffsetValid) != 0;
        LeapEvent next = !isKnown ? LeapEvent.Unknown
            : (TimeFlags & Leap61) != 0 ? LeapEvent.Insert
            : (TimeFlags & Leap59) != 0 ? LeapEvent.Delete : LeapEvent.None;
        return new LeapObservation(source, at, isKnown ? UtcOffset : null, next, null, null, LeapOrigin.Peer);
    }
}
