using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>
/// What the store holds of one enrolled device: its pinned key and day keys. Lab mode: custody is not split, the day
/// keys of ingest and of the warden lie side by side.
/// </summary>
internal sealed class DeviceKeys
{
    private readonly List<KeySet> sets = [];
    private readonly Dictionary<(byte Section, int Day), byte[]?> indexKeys = [];
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

    /// <summary>Notices that a batch may name.</summary>
    public IEnumerable<Id16> Notices => sets.Select(set => set.Notice);

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
    /// </summary>
    public byte[]? IndexKey(byte section, int day)
    {
        if (!indexKeys.TryGetValue((section, day), out byte[]? key))
        {
            key = Pick(section, day)?.IndexKey();
            indexKeys[(section, day)] = key;
        }

        return key;
    }

    private RecipientKey? Pick(byte section, int day)
    {
        RecipientKey? best = null;
        foreach (RecipientKey key in KeysOf(KeyRole.WardenA))
        {
            bool fits = key.Section == section && key.HasPrivate;
            bool better = best is null || (key.Day <= day ? best.Day > day || key.Day > best.Day : key.Day < best.Day);
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
