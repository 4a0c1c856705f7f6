namespace Appliance.Time;

/// <summary>Every bound of this project, each with its reason.</summary>
internal static class Limits
{
    /// <summary>
    /// Seconds of filter states kept to go back to when an attack is seen late: a pull of 1e-9 is found within them.
    /// </summary>
    public const int TrustedHistorySeconds = 300;

    /// <summary>Sources of leap seconds that are voted on: a list, a file, receivers, peers.</summary>
    public const int LeapSources = 24;

    /// <summary>
    /// Anchors kept, one a second: more than a day, as long as a flow may stay open between two batches. A power of
    /// two: a division for each look at one would be most of what a stamp costs.
    /// </summary>
    public const int Anchors = 1 << 17;

    /// <summary>Events that wait for the next manifest; the oldest is dropped and counted.</summary>
    public const int Events = 64;

    /// <summary>Bins of the learned temperature table: one degree each.</summary>
    public const int TemperatureBins = 128;

    /// <summary>Peers that are voted on; a box has a handful of servers.</summary>
    public const int Peers = 16;

    /// <summary>Legs with a stamp path of their own: as many as leg rules (LegRulesMax of Appliance.Flow).</summary>
    public const int Legs = 64;

    /// <summary>Longest delay of a stamp path that makes sense, ns: an hour.</summary>
    public const long DelayNsMost = 3600L * 1_000_000_000;

    /// <summary>Bytes of a checkpoint at most: the trusted moments are most of it.</summary>
    public const int CheckpointBytes = 64 * 1024;

    /// <summary>Bytes of one row of the anchor log: every field at its longest.</summary>
    public const int AnchorRowBytes = 256;

    /// <summary>Bytes of leap-seconds.list: 5 KB today, and it grows by one line in years.</summary>
    public const int LeapFileBytes = 65_536;

    /// <summary>Leap seconds of the list: 28 in the first 50 years, and none are wanted after 2035.</summary>
    public const int LeapEntries = 128;
}
