namespace Appliance.Edge.Clocks;

/// <summary>Bounds of the clock's threads and files, each with its reason.</summary>
internal static class Limits
{
    /// <summary>Pause before a device that could not be opened, or failed, is tried again.</summary>
    public const int RetryMs = 1000;

    /// <summary>One wait for bytes or pulses: a thread notices within it that it is to end.</summary>
    public const int WaitMs = 200;

    /// <summary>
    /// Readings of counter and system clock a second: a stamp is never further from one than this, and what the kernel
    /// can have turned its clock by until then (500 ppm) is 125 us.
    /// </summary>
    public const int ReadingsASecond = 4;

    /// <summary>Without a byte or a pulse for so long the device is told of as silent.</summary>
    public const int SilentMs = 5000;

    /// <summary>Seconds between two flushes of the anchor log; each manifest flushes it too.</summary>
    public const int SecondsBetweenFlushes = 30;

    /// <summary>Seconds between two writings of what the next run may go on from: 20 KB each.</summary>
    public const int SecondsBetweenKeeping = 60;

    /// <summary>What is kept: state, temperature table, five minutes of trusted moments; in JSON as base 64.</summary>
    public const long KeptBytesMax = 1 << 20;

    /// <summary>A kept state that is older coasts to no bound that would help: 24 hours.</summary>
    public const long KeptAgeNsMax = 86_400_000_000_000;

    /// <summary>
    /// What a process that hands over kept last is at most so old; an older one is of a process that died.
    /// </summary>
    public const long HandedOverAgeNsMax = 30_000_000_000;

    /// <summary>Seconds between two readings of leap-seconds.list: it changes twice a year.</summary>
    public const int SecondsBetweenLeapFiles = 3600;

    /// <summary>Clock events in one manifest: they leave room for others among the 256 that it may have.</summary>
    public const int EventsInManifest = 64;

    /// <summary>
    /// What a NAT keeps a packet for at most, ns: forwarding takes tens of microseconds, under load some hundred. What
    /// joined flows show beyond it is put down to a mirror, which only widens bounds.
    /// </summary>
    public const long NatNs = 1_000_000;

    /// <summary>Events that <c>icrctl clock</c> shows.</summary>
    public const int EventsShown = 8;

    /// <summary>What the clock may be ahead of what is certain and still say what flash forgets: a day.</summary>
    public const long ExpiryLeadUs = 86_400_000_000;

    /// <summary>A clock that stands ahead for a week of running is believed: somebody had the time to look.</summary>
    public const long ExpiryBorneOutUs = 7 * ExpiryLeadUs;

    /// <summary>What is certain is written down each hour: a crash makes it late by no more.</summary>
    public const long ExpiryKeptUs = ExpiryLeadUs / 24;
}
