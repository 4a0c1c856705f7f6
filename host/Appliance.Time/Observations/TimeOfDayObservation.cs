namespace Appliance.Time.Observations;

/// <summary>What a receiver vouches for; a time counts only with what its user asks for.</summary>
[Flags]
public enum TimeValidity : byte
{
    None = 0,
    Date = 1,
    Time = 2,

    /// <summary>No ambiguity of the second is left (NAV-PVT fullyResolved).</summary>
    FullyResolved = 4,

    /// <summary>Date and time confirmed by a second way (NAV-PVT confirmedDate and confirmedTime).</summary>
    Confirmed = 8,

    /// <summary>The receiver has decoded the leap second from the satellites, not from a default.</summary>
    LeapKnown = 16,

    /// <summary>There is a fix of position or of time.</summary>
    Fix = 32,
}

/// <summary>Kind of fix.</summary>
public enum FixMode : byte
{
    /// <summary>Nothing said.</summary>
    Unknown = 0,
    None = 1,
    Plane = 2,
    Space = 3,

    /// <summary>Fixed position, time only.</summary>
    TimeOnly = 4,

    /// <summary>Carried on by sensors or the receiver's own clock; not trusted for time.</summary>
    Estimated = 5,
}

/// <summary>What became of the 1,024-week ambiguity of a date.</summary>
public enum EpochVerdict : byte
{
    /// <summary>The date lies where it can.</summary>
    Plausible = 0,

    /// <summary>
    /// Whole 1,024-week spans were added. Only a second witness (peer, calendar, other constellation) makes it usable.
    /// </summary>
    Repaired = 1,

    /// <summary>Before the build or the last trusted time, or too far after: not a time.</summary>
    Refused = 2,
}

/// <summary>Which pulse a time of day names.</summary>
public enum PulseNamed : byte
{
    /// <summary>The one before the message.</summary>
    Last = 0,

    /// <summary>The one after it (TIM-TP).</summary>
    Next = 1,
}

/// <summary>Time of day of a navigation epoch as a receiver reported it.</summary>
/// <param name="Source">The receiver.</param>
/// <param name="ArrivedAt">MONOTONIC_RAW when the message was complete; milliseconds late, unevenly.</param>
/// <param name="Time">The epoch, repaired where <paramref name="Epoch"/> says so.</param>
/// <param name="AccuracyNs">The receiver's own estimate; uint.MaxValue where it gives none.</param>
/// <param name="Validity">What the receiver vouches for.</param>
/// <param name="Mode">Kind of fix.</param>
/// <param name="Epoch">What became of the date.</param>
/// <param name="Names">Which pulse it names.</param>
public readonly record struct TimeOfDayObservation(
    SourceId Source, RawTime ArrivedAt, ScaledTime Time, uint AccuracyNs, TimeValidity Validity, FixMode Mode,
    EpochVerdict Epoch, PulseNamed Names)
{
    private const TimeValidity Needed = TimeValidity.Date | TimeValidity.Time | TimeValidity.Fix;

    /// <summary>
    /// Date, time and fix are vouched for and the date is where it can be. A repaired date is not valid by itself.
    /// </summary>
    public bool IsValid => (Validity & Needed) == Needed && Epoch == EpochVerdict.Plausible &&
        Mode is FixMode.Plane or FixMode.Space or FixMode.TimeOnly;
}
