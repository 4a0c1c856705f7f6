using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>
/// What the store holds of one enrolled device: its pinned key and day keys. Lab mode: custody is not split, the day
/// keys of ingest and of the warden lie side by side.
/// </summary>
internal sealed class DeviceKeys
{
    private readonly List<KeySet> sets = [];
    private readonly Dictionary<(Id16 Notice, byte Section, int Day), byte[]?> indexKeys = [];
    private RowOpener? ingest;
    private RowOpener? reader;

    public DeviceKeys(KeySet first) => sets.Add(first);

    public Id16 Device => sets[0].Device;

    public PublicKey DeviceKey => sets[0].DeviceKey;

    /// <summary>Opens with the short-lived keys of ingest.</summary>
    public RowOpener Ingest => ingest ??= new RowOpener(KeysOf(KeyRole.Ingest));

    /// <summary>Opens for questions, with the warden's keys.</summary>
    public RowOpener Reader => reader ??= new RowOpener([.. KeysOf(KeyRole.WardenA), .. KeysOf(KeyRole.WardenB)]);

    /// <summary>
    /// Whether questions can be answered here, without a warden elsewhere: its private day keys are here.
    /// </summary>
    public bool CanAnswer => WardenKeys > 0;

    /// <summary>Number of private day keys of a warden that are here.</summary>
    public int WardenKeys => KeysOf(KeyRole.WardenA).Count + KeysOf(KeyRole.WardenB).Count;

    /// <summary>A private day key of either warden by its id, or null.</summary>
    public RecipientKey? WardenKey(KeyId kid)
    {
        foreach (KeyRole role in (KeyRole[])[KeyRole.WardenA, KeyRole.WardenB])
        {
            foreach (RecipientKey key in KeysOf(role))
            {
                if (key.Kid == kid)
                {
                    return key;
                }
            }
        }

        return null;
    }

    /// <summary>Adds a further set of the same device; false where it pins another device key.</summary>
    public bool TryAdd(KeySet set)
    {
        bool same = set.Device == Device && set.DeviceKey.IsSame(DeviceKey);
        if (same)
        {
            sets.Add(set);
            ingest = null;
            reader = null;
            indexKeys.Clear();
        }

        return same;
    }

    /// <summary>True where another key of its notice, section and role took over from a key by a day.</summary>
    public bool HasSuccessor(Id16 notice, RecipientKey key, int byDay) => sets.Exists(set =>
        set.Notice == notice && set.Recipients.Any(other => other.Section == key.Section && other.Role == key.Role
            && other.Day > key.Day && other.Day <= byDay));

    /// <summary>Notices that a batch may name.</summary>
    public IEnumerable<Id16> Notices => sets.Select(set => set.Notice).Distinct();

    /// <summary>True where a batch may name this notice.</summary>
    public bool HasNotice(Id16 notice)
    {
        foreach (KeySet set in sets)
        {
            if (set.Notice == notice)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Key of the filter tokens of a section on a day, or null where it is destroyed or was never here. Where the
    /// schedule has no such day the batch was sealed for the nearest day before, and its tokens are keyed by it too.
    /// Another key of the device never stands in for it: its tokens would exclude what is there.
    /// </summary>
    public byte[]? IndexKey(Id16 notice, byte section, int day)
    {
        if (!indexKeys.TryGetValue((notice, section, day), out byte[]? key))
        {
            key = Pick(notice, section, day) is { HasPrivate: true } picked ? picked.IndexKey() : null;
            indexKeys[(notice, section, day)] = key;
        }

        return key;
    }

    /// <summary>
    /// The key of the schedule, whether its private half is here or not; of two alike the one that is.
    /// </summary>
    private RecipientKey? Pick(Id16 notice, byte section, int day)
    {
        RecipientKey? best = null;
        foreach (RecipientKey key in sets.Where(set => set.Notice == notice).SelectMany(set => set.Recipients))
        {
            bool fits = key.Section == section && key.Role == KeyRole.WardenA;
            bool better = best is null
                || (key.Day == best.Day && key.HasPrivate && !best.HasPrivate)
                || (key.Day <= day ? best.Day > day || key.Day > best.Day : key.Day < best.Day);
            best = fits && better ? key : best;
        }

        return best;
    }

    private List<RecipientKey> KeysOf(KeyRole role)
    {
        var keys = new List<RecipientKey>();
        foreach (KeySet set in sets)
        {
            foreach (RecipientKey key in set.Recipients)
            {
                if (key.Role == role && key.HasPrivate)
                {
                    keys.Add(key);
                }
            }
        }

        return keys;
    }
}
