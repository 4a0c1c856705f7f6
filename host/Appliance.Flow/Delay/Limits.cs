namespace Appliance.Flow;

/// <content>Bounds of what is learned about the delay between the legs.</content>
public static partial class Limits
{
    /// <summary>
    /// Pairs of leg rules whose delay is learned, each apart: a box has a handful of ports. Further pairs are joined
    /// as well, but nothing is learned from them.
    /// </summary>
    public const int DelayPairsMax = 64;

    /// <summary>
    /// Joined flows of one interval: the middle one of 64 lies within 16 % of the spread; sorting them takes 2 µs.
    /// </summary>
    public const int DelaySamples = 64;

    /// <summary>Fewer make no interval: the middle one of 8 survives three false ones.</summary>
    public const int DelaySamplesMin = 8;

    /// <summary>On a quiet leg an interval ends after this time: a step is known again within three of them.</summary>
    public const long DelayIntervalNs = 10_000_000_000;

    /// <summary>Distance over which drift is measured: 0.1 ms of noise then is 10 ppm.</summary>
    public const long DelayDriftNs = 10_000_000_000;

    /// <summary>Drift is not carried on for longer than this: a leg may be silent for hours.</summary>
    public const long DelayCarryNs = 60_000_000_000;

    /// <summary>A change below this is the mirror's queueing, not a step.</summary>
    public const int DelayStepUsMin = 2000;

    /// <summary>
    /// What the spread may grow by in one interval beside a quarter: a mirror that begins to queue is believed within
    /// seconds, the two intervals around a step hardly at all.
    /// </summary>
    public const int DelaySpreadUsMore = 100;

    /// <summary>A change of so many times the spread is a step.</summary>
    public const int DelayStepSpreads = 3;
}
