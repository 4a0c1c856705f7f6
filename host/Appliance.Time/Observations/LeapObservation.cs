namespace Appliance.Time.Observations;

/// <summary>What is announced for the end of a month.</summary>
public enum LeapEvent : byte
{
    /// <summary>Nothing is known of the next one.</summary>
    Unknown = 0,
    None = 1,
    Insert = 2,
    Delete = 3,
}

/// <summary>Where a receiver has its leap seconds from (NAV-TIMELS srcOfCurrLs).</summary>
public enum LeapOrigin : byte
{
    /// <summary>Built into the firmware: as old as that, and no witness.</summary>
    Default = 0,

    /// <summary>Difference of two constellations' times: right now, nothing of the next.</summary>
    Derived = 1,

    /// <summary>Broadcast by satellites.</summary>
    Satellites = 2,

    /// <summary>Configured in the receiver by hand.</summary>
    Configured = 3,

    /// <summary>leap-seconds.list with a hash that matches.</summary>
    File = 4,

    /// <summary>Told by a peer over the network.</summary>
    Peer = 5,

    /// <summary>The source does not say.</summary>
    Unknown = 6,

    /// <summary>The table that this program was built with; it has its own expiry.</summary>
    BuiltIn = 7,
}

/// <summary>What a source says of leap seconds. The vote is the estimator's.</summary>
/// <param name="Source">Who says so.</param>
/// <param name="At">MONOTONIC_RAW when it was said.</param>
/// <param name="TaiMinusUtc">Seconds, now; null where the source does not know.</param>
/// <param name="Next">What comes next.</param>
/// <param name="ChangesAtUtcSeconds">
/// First UTC second since 1970 at which the new offset holds; null where nothing is announced or no date given.
/// </param>
/// <param name="ExpiresUtcSeconds">UTC second since 1970 at which this knowledge ends; null without one.</param>
/// <param name="Origin">Where the source has it from.</param>
public readonly record struct LeapObservation(
    SourceId Source, RawTime At, int? TaiMinusUtc, LeapEvent Next, long? ChangesAtUtcSeconds, long? ExpiresUtcSeconds,
    LeapOrigin Origin)
{
    /// <summary>May be counted in a vote: it is not a default of a firmware.</summary>
    public bool IsWitness => TaiMinusUtc is not null && Origin is not (LeapOrigin.Default or LeapOrigin.Unknown);
}
