namespace Appliance.Time;

/// <summary>
/// The stamp paths of all legs by the number of their rule, and one for every leg without its own. What is not
/// declared is at most what the one for all says: 1 ms unless configured.
/// </summary>
public sealed class StampPaths
{
    // Of a learned delay four of five packets lie within the spread; of those of a queue nearly all within some of it.
    // It is the same factor with which Appliance.Flow tells a step from a queue.
    private const long Spreads = 8;

    private readonly StampPath[] paths = new StampPath[Limits.Legs];
    private readonly bool[] isSet = new bool[Limits.Legs];

    /// <summary>All legs alike.</summary>
    public StampPaths(StampPath rest) => Rest = rest;

    /// <summary>The path of a leg that has none of its own.</summary>
    public StampPath Rest { get; private set; }

    /// <summary>The path of a leg; of all others where it is out of range.</summary>
    public StampPath this[int leg] => leg >= 0 && leg < Limits.Legs && isSet[leg] ? paths[leg] : Rest;

    /// <summary>Whether a leg has a path of its own.</summary>
    public bool Has(int leg) => leg >= 0 && leg < Limits.Legs && isSet[leg];

    /// <summary>Declares the path of a leg, -1: of the rest; false where the leg or the path cannot be.</summary>
    public bool TrySet(int leg, StampPath path)
    {
        if (leg is < -1 or >= Limits.Legs || !path.Stamp.IsValid || !path.Mirror.IsValid)
        {
            return false;
        }

        if (leg < 0)
        {
            Rest = path;
            return true;
        }

        paths[leg] = path;
        isSet[leg] = true;
        return true;
    }

    /// <summary>
    /// Holds what joined flows show against what is declared. The difference of two legs tells which of the two paths
    /// cannot be as it was declared, and by how much at least: that mirror is as slow as this, whatever was declared.
    /// A declaration is only ever widened: what most packets show bounds no single one.
    /// </summary>
    /// <returns>The leg whose path is to be changed, and to what; null where all fits.</returns>
    public (int Leg, StampPath Path)? Learn(in LearnedDelay learned)
    {
        StampPath inside = this[learned.InsideLeg];
        StampPath outside = this[learned.OutsideLeg];
        long slack = Spreads * Math.Max(0, learned.SpreadNs);

        // outside = inside + nat + what was learned of the difference, each an interval.
        long late = learned.DelayNs - slack - learned.Nat.ToNs;
        long early = learned.DelayNs + slack - learned.Nat.FromNs;
        long outsideMost = inside.Whole.ToNs + learned.DelayNs + slack - learned.Nat.FromNs;
        if (inside.Whole.FromNs + late > outside.Whole.ToNs)
        {
            return Widened(learned.OutsideLeg, outside, outsideMost - outside.Stamp.FromNs);
        }

        long insideMost = outside.Whole.ToNs - learned.DelayNs + slack + learned.Nat.ToNs;
        return inside.Whole.ToNs + early < outside.Whole.FromNs
            ? Widened(learned.InsideLeg, inside, insideMost - inside.Stamp.FromNs)
            : null;
    }

    private static (int Leg, StampPath Path)? Widened(int leg, StampPath path, long mirrorMost)
    {
        long most = Math.Min(Limits.DelayNsMost, Math.Max(path.Mirror.ToNs, mirrorMost));
        return leg is < 0 or >= Limits.Legs
            ? null
            : (leg, path with { Mirror = new DelayRange(path.Mirror.FromNs, most) });
    }
}
