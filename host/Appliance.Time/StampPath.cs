namespace Appliance.Time;

/// <summary>Between what and what a delay lies, nanoseconds.</summary>
/// <param name="FromNs">At least; not below 0.</param>
/// <param name="ToNs">At most.</param>
public readonly record struct DelayRange(long FromNs, long ToNs)
{
    /// <summary>A delay that may be anything up to a limit.</summary>
    public static DelayRange UpTo(long mostNs) => new(0, mostNs);

    /// <summary>Its middle, rounded down.</summary>
    public long MiddleNs => FromNs + ((ToNs - FromNs) / 2);

    /// <summary>Half its width, rounded up.</summary>
    public long HalfNs => ToNs - MiddleNs;

    /// <summary>Not empty, not negative, and shorter than an hour, which no mirror keeps a packet for.</summary>
    public bool IsValid => FromNs >= 0 && ToNs >= FromNs && ToNs <= Limits.DelayNsMost;

    public static DelayRange operator +(DelayRange left, DelayRange right) =>
        new(left.FromNs + right.FromNs, left.ToNs + right.ToNs);
}

/// <summary>
/// The way of a packet from the wire that is asked about to its stamp. All of it is taken off the time, and its
/// uncertainty is part of the record's bound.
/// </summary>
/// <param name="Stamp">
/// From the box's own port to the stamp: nanoseconds where the card stamps, microseconds to a millisecond where the
/// kernel does.
/// </param>
/// <param name="Mirror">
/// From the wire to the box's port: the switch's or tap's copy, its queue, aggregation. Declared; learned where joined
/// flows show that the declaration is too narrow (<see cref="StampPaths.Learn"/>).
/// </param>
public readonly record struct StampPath(DelayRange Stamp, DelayRange Mirror)
{
    /// <summary>Both together.</summary>
    public DelayRange Whole => Stamp + Mirror;
}

/// <summary>
/// What joined flows show of two legs: stamp of a packet on the outside less its stamp on the inside
/// (Appliance.Flow, LegDelayReading).
/// </summary>
/// <param name="InsideLeg">Number of the rule of the inside leg.</param>
/// <param name="OutsideLeg">Number of the rule of the outside leg.</param>
/// <param name="DelayNs">Median; negative where the outside shows a packet first.</param>
/// <param name="SpreadNs">Four of five packets lie within this of it.</param>
/// <param name="Nat">How long the NAT keeps a packet.</param>
public readonly record struct LearnedDelay(
    int InsideLeg, int OutsideLeg, long DelayNs, long SpreadNs, DelayRange Nat);
