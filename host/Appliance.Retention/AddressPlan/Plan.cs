using Appliance.Wire;

namespace Appliance.Retention.AddressPlan;

/// <summary>What an address range is used for.</summary>
internal enum PlanUse : byte
{
    /// <summary>Shared between customers by a NAT.</summary>
    Shared,

    /// <summary>One customer has the whole address for good (static).</summary>
    Fixed,

    /// <summary>One customer at a time has the whole address, for the length of a session.</summary>
    Dynamic,

    /// <summary>Routers, servers: no customer.</summary>
    Infrastructure,

    /// <summary>Of somebody else, or given away for the time.</summary>
    NotOurs,
}

/// <summary>An address range, its use and when that holds.</summary>
/// <param name="Prefix">The range, as text in its canonical form.</param>
/// <param name="Range">The range.</param>
/// <param name="Use">What for.</param>
/// <param name="Realm">Realm of the NAT behind it; may be empty.</param>
/// <param name="From">First moment; null from ever on.</param>
/// <param name="To">First moment after; null for good.</param>
internal sealed record PlanEntry(
    string Prefix, IpPrefix Range, PlanUse Use, string Realm, TaiTime? From, TaiTime? To)
{
    public static string NameOf(PlanUse use) => use switch
    {
        PlanUse.Shared => "shared",
        PlanUse.Fixed => "fixed",
        PlanUse.Dynamic => "dynamic",
        PlanUse.Infrastructure => "infrastructure",
        _ => "not-ours",
    };

    public static bool TryUse(string name, out PlanUse use)
    {
        for (use = PlanUse.Shared; use <= PlanUse.NotOurs; use++)
        {
            if (NameOf(use) == name)
            {
                return true;
            }
        }

        return false;
    }

    public bool HoldsAt(TaiTime time) => (From is not { } from || from <= time) && (To is not { } to || time < to);
}

/// <summary>
/// Which addresses are ours, and what they are used for; the longest prefix that holds at the time counts.
/// </summary>
internal sealed class Plan
{
    private readonly List<PlanEntry> entries;
    private readonly PrefixTable<PlanEntry> table = new();

    public Plan(IEnumerable<PlanEntry> entries)
    {
        this.entries = [.. entries];
        // Longest first, then the newest: the first that fits is the one.
        this.entries.Sort((a, b) => (-a.Range.Length, -(a.From?.Microseconds ?? long.MinValue + 1)).CompareTo(
            (-b.Range.Length, -(b.From?.Microseconds ?? long.MinValue + 1))));
        this.entries.ForEach(entry => table.Add(entry.Range, entry));
    }

    public IReadOnlyList<PlanEntry> Entries => entries;

    /// <summary>What the address is used for at a time; null where the plan does not say.</summary>
    public PlanEntry? Find(Ip address, TaiTime time)
    {
        foreach (PlanEntry entry in table.Find(address))
        {
            if (entry.HoldsAt(time))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>
    /// What the address is used for through the whole of an interval; null where the plan does not say, or where that
    /// changes within it.
    /// </summary>
    public PlanEntry? FindThrough(Ip address, TaiTime from, TaiTime to)
    {
        foreach (PlanEntry entry in table.Find(address))
        {
            bool isTouched = (entry.From is not { } begin || begin <= to) && (entry.To is not { } end || from < end);
            if (isTouched)
            {
                return entry.HoldsAt(from) && entry.HoldsAt(to) ? entry : null;
            }
        }

        return null;
    }
}
