namespace Appliance.Flow;

/// <summary>How well the delay between two legs is known.</summary>
public enum LegDelayState : byte
{
    /// <summary>Too few flows were joined.</summary>
    Learning,

    /// <summary>The latest interval agrees with those before it.</summary>
    Learned,

    /// <summary>The latest interval does not: a step, or one odd interval. The next ones decide.</summary>
    LearningAgain,
}

/// <summary>
/// What joined flows tell of the delay between the stamps of two legs. Written by the packet thread, read by any: each
/// field is whole, the fields together may be of two readings.
/// </summary>
public struct LegDelayReading
{
    /// <summary>Number of the rule that named the inside leg.</summary>
    public ushort InsideRule;

    /// <summary>Number of the rule that named the outside leg.</summary>
    public ushort OutsideRule;
    public LegDelayState State;

    /// <summary>
    /// Stamp of a packet on the outside leg minus its stamp on the inside leg, microseconds; negative where the outside
    /// shows it first. While it is learned again, the value from before.
    /// </summary>
    public int DelayUs;

    /// <summary>Four of five packets lie within this of the delay, microseconds.</summary>
    public int SpreadUs;

    /// <summary>Change of the delay, microseconds a second.</summary>
    public int DriftPpm;

    /// <summary>Joined flows that it was learned from, since the start.</summary>
    public ulong Samples;

    /// <summary>Steps since the start: changes that lasted, larger than the spread lets expect.</summary>
    public ulong Steps;

    /// <summary>Raw time of the latest of them.</summary>
    public long LastNs;
}
