using System.Globalization;

namespace Appliance.Time;

/// <summary>
/// The stamp paths of all legs by the number of their rule, and one for every leg without its own. What is not
/// declared is at most what the one for all says: 1 ms unless configured. A record of a leg may carry stamps of other
/// legs as well (<see cref="TryShare"/>): its way is the hull of all of theirs.
/// </summary>
public sealed class StampPaths
{
    // Of a learned delay four of five packets lie within the spread; of those of a queue nearly all within some of it.
    // It is the same factor with which Appliance.Flow tells a step from a queue.
    private const long Spreads = 8;

    // Behind the legs, which are as many as a mask has bits.
    private const int RestSlot = Limits.Legs;
    private readonly StampPath[] paths = new StampPath[Limits.Legs + 1];
    private readonly DelayRange[] ways = new DelayRange[Limits.Legs + 1];
    private readonly ulong[] shared = new ulong[Limits.Legs + 1];
    private ulong set;

    /// <summary>All legs alike.</summary>
    public StampPaths(StampPath rest)
    {
        paths[RestSlot] = rest;
        Renew();
    }

    /// <summary>The path of a leg's own packets; of all others where it has none of its own.</summary>
    public StampPath this[int leg] => paths[SlotOf(leg)];

    /// <summary>Whether a leg has a path of its own.</summary>
    public bool Has(int leg) => SlotOf(leg) != RestSlot;

    /// <summary>Declares the path of a leg, -1: of the rest; false where the leg or the path cannot be.</summary>
    public bool TrySet(int leg, StampPath path)
    {
        if (leg is < -1 or >= Limits.Legs || !path.Stamp.IsValid || !path.Mirror.IsValid)
        {
            return false;
        }

        paths[leg < 0 ? RestSlot : leg] = path;
        set |= leg < 0 ? 0 : 1UL << leg;
        Renew();
        return true;
    }

    /// <summary>
    /// A record of a leg (-1: of the rest) may carry stamps of these legs too, a bit each; false where one of them has
    /// no path.
    /// </summary>
    public bool TryShare(int leg, ulong legs)
    {
        if ((leg != -1 && !Has(leg)) || (legs & ~set) != 0)
        {
            return false;
        }

        shared[SlotOf(leg)] = legs;
        Renew();
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

    /// <summary>Takes what was learned of a leg.</summary>
    /// <returns>
    /// How much longer, ns, the way of a record can be than it was taken for: bounds that were given before are short
    /// by as much at most. 0 where the path is no longer than it was.
    /// </returns>
    public long Widen(int leg, StampPath path)
    {
        ReadOnlySpan<DelayRange> before = [.. ways];
        long longest = 0;
        if (TrySet(leg, path))
        {
            for (int slot = 0; slot < ways.Length; slot++)
            {
                longest = Math.Max(longest, ways[slot].ToNs - before[slot].ToNs);
            }
        }

        return longest;
    }

    /// <summary>What is said of a leg that was learned to be slower; legs count as in the configuration.</summary>
    internal static string SlowMirror(int leg, uint shortUs) => string.Create(
        CultureInfo.InvariantCulture,
        $"mirror of legs[{leg}] is slower than declared: bounds given before are up to {shortUs} us too small");

    /// <summary>Between what and what the way of a record's stamps lies.</summary>
    internal DelayRange WayOf(int leg) => ways[SlotOf(leg)];

    /// <summary>The same as a path: as it is declared, or the hull of several.</summary>
    internal StampPath RecordPathOf(int leg)
    {
        int slot = SlotOf(leg);
        return shared[slot] == 0 ? paths[slot] : new StampPath(ways[slot], default);
    }

    /// <summary>Whether a record of a leg, -1: of the rest, may carry stamps of another.</summary>
    internal bool IsTimedBy(int leg, int other)
    {
        int slot = SlotOf(leg);
        return slot == SlotOf(other) || ((shared[slot] >> other) & 1) != 0;
    }

    private static (int Leg, StampPath Path)? Widened(int leg, StampPath path, long mirrorMost)
    {
        long most = Math.Min(Limits.DelayNsMost, Math.Max(path.Mirror.ToNs, mirrorMost));
        return leg is < 0 or >= Limits.Legs
            ? null
            : (leg, path with { Mirror = new DelayRange(path.Mirror.FromNs, most) });
    }

    private int SlotOf(int leg) =>
        (uint)leg < Limits.Legs && ((set >> leg) & 1) != 0 ? leg : RestSlot;

    private void Renew()
    {
        for (int slot = 0; slot < ways.Length; slot++)
        {
            DelayRange hull = paths[slot].Whole;
            for (int other = 0; other < Limits.Legs; other++)
            {
                if (((shared[slot] >> other) & 1) != 0)
                {
                    DelayRange way = paths[other].Whole;
                    hull = new DelayRange(Math.Min(hull.FromNs, way.FromNs), Math.Max(hull.ToNs, way.ToNs));
                }
            }

            ways[slot] = hull;
        }
    }
}
