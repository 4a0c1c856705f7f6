using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// Who held each address (or each port range) when, by realm. A session that takes an address ends the stretch of the
/// one before it; one that turns out to be older than the holder is put behind it and ends where the next one began.
/// </summary>
internal sealed class AddressBook
{
    private readonly Dictionary<(string Realm, IpPrefix Address, PortRange Range), Stretch> newest = [];

    /// <summary>Addresses of which something is remembered.</summary>
    public int Count => newest.Count;

    /// <summary>
    /// Enters a stretch at its place in time; gives the older one that it ended, where there is one.
    /// </summary>
    public Stretch? Enter(Stretch entered)
    {
        newest.TryGetValue(KeyOf(entered), out Stretch? older);
        Stretch? newer = null;
        while (older is not null && older.StartNs > entered.StartNs)
        {
            (newer, older) = (older, older.Older);
        }

        Link(entered, newer, older);
        if (entered.IsContested)
        {
            return null;
        }

        if (newer is not null && (entered.EndNs == 0 || entered.EndNs > newer.StartNs))
        {
            entered.EndNs = newer.StartNs;
            entered.IsReplaced = true;
        }

        while (older is { IsContested: true })
        {
            older = older.Older;
        }

        if (older is null || (older.EndNs != 0 && older.EndNs <= entered.StartNs))
        {
            return null;
        }

        older.EndNs = entered.StartNs;
        older.IsReplaced = true;
        return older;
    }

    /// <summary>Forgets a stretch.</summary>
    public void Remove(Stretch gone)
    {
        if (gone.Newer is not null)
        {
            gone.Newer.Older = gone.Older;
        }
        else if (gone.Older is not null)
        {
            newest[KeyOf(gone)] = gone.Older;
        }
        else
        {
            newest.Remove(KeyOf(gone));
        }

        if (gone.Older is not null)
        {
            gone.Older.Newer = gone.Newer;
        }

        (gone.Newer, gone.Older) = (null, null);
    }

    private void Link(Stretch entered, Stretch? newer, Stretch? older)
    {
        (entered.Newer, entered.Older) = (newer, older);
        if (older is not null)
        {
            older.Newer = entered;
        }

        if (newer is not null)
        {
            newer.Older = entered;
        }
        else
        {
            newest[KeyOf(entered)] = entered;
        }
    }

    // Blocks: the same ports of a public address can only be one line's, whatever its inside address is.
    private static (string Realm, IpPrefix Address, PortRange Range) KeyOf(Stretch stretch) => stretch.IsBlock
        ? ("", default, stretch.Range)
        : (stretch.Session.Realm, stretch.Address, default);
}
