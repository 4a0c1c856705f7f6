using System.Security.Cryptography;
using System.Text;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>Whether the private half of a day key of a set is to be destroyed.</summary>
internal delegate bool KeyGoes(KeySet set, RecipientKey key);

/// <summary>The keys in a store's folder: its own for receipts, and those of every enrolled device.</summary>
internal sealed class KeyRing
{
    /// <summary>File that who enrols holds locked; the writer of the store may run meanwhile.</summary>
    private const string LockName = "keys.lock";

    private readonly Dictionary<Id16, DeviceKeys> devices = [];
    private readonly HashSet<string> taken = [];

    private KeyRing(StoreKey? store) => Store = store;

    /// <summary>Key of the receipts; null where the store has not been made yet.</summary>
    public StoreKey? Store { get; private set; }

    public IReadOnlyCollection<DeviceKeys> Devices => devices.Values;

    /// <summary>Devices are enrolled, and no day key of a warden is here.</summary>
    public bool IsCustodySplit => devices.Count > 0 && devices.Values.All(device => !device.CanAnswer);

    /// <summary>Reads the folder of keys; an empty or absent one gives an empty ring.</summary>
    /// <exception cref="ArchiveException">A key file cannot be read or is not one.</exception>
    public static KeyRing Load(StoreFolder folder)
    {
        StoreKey? store = null;
        if (File.Exists(folder.StoreKeyFile)
            && !StoreKey.TryParse(Read(folder.StoreKeyFile), out store, out string wrong))
        {
            throw new ArchiveException($"{folder.StoreKeyFile}: {wrong}");
        }

        var ring = new KeyRing(store);
        ring.TakeNew(folder);
        return ring;
    }

    /// <summary>Takes the key sets that came into the folder since they were read last.</summary>
    /// <exception cref="ArchiveException">One cannot be read or is not one; what is before it was taken.</exception>
    public void TakeNew(StoreFolder folder)
    {
        foreach (string file in KeySetFiles(folder))
        {
            if (!taken.Contains(file))
            {
                Take(file, Parse(file, Read(file)));
            }
        }
    }

    /// <summary>Reads a key set from a file, or from the folder that holds one.</summary>
    /// <exception cref="ArchiveException">There is none.</exception>
    public static KeySet ReadSet(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, KeySet.FileName) : path;
        return Parse(file, Read(file));
    }

    /// <summary>The device's keys, or null where it is not enrolled.</summary>
    public DeviceKeys? Find(Id16 device) => devices.GetValueOrDefault(device);

    /// <summary>The notice of all devices; the default where there are several, or none.</summary>
    public Id16 OnlyNotice()
    {
        Id16 only = default;
        foreach (DeviceKeys device in devices.Values)
        {
            foreach (Id16 notice in device.Notices)
            {
                if (only != default && only != notice)
                {
                    return default;
                }

                only = notice;
            }
        }

        return only;
    }

    /// <summary>Draws the store's own key and writes it, unless there is one.</summary>
    public StoreKey MakeStoreKey(StoreFolder folder)
    {
        if (Store is null)
        {
            var made = StoreKey.New(RandomNumberGenerator.Fill);
            Put(folder, folder.StoreKeyFile, made.ToJson());
            Store = made;
        }

        return Store;
    }

    /// <summary>
    /// Enrols a device, or adds day keys to one; the same set twice changes nothing. A store that is being served takes
    /// them up by itself.
    /// </summary>
    /// <exception cref="ArchiveException">The device is enrolled with another device key.</exception>
    /// <exception cref="Journal.JournalDeviceException">Another process enrols at this moment.</exception>
    public void Add(StoreFolder folder, KeySet set)
    {
        DurableFile.MakeFolder(folder.Keys);
        using FolderLock held = FolderLock.Take(folder.Keys, LockName);
        TakeNew(folder);
        string json = set.ToJson();
        string hash = Hash32.Of(Encoding.UTF8.GetBytes(json)).ToString()[..8];
        string file = Path.Combine(folder.Keys, $"{set.Device}-{hash}{StoreFolder.KeySetEnding}");
        if (!File.Exists(file))
        {
            Take(file, set);
            Put(folder, file, json);
        }
    }

    /// <summary>
    /// Destroys private day keys: each file is replaced, durable, by one without them. Returns how many are gone.
    /// </summary>
    public static int DestroyExpired(StoreFolder folder, KeyGoes goes)
    {
        int destroyed = 0;
        foreach (string file in KeySetFiles(folder))
        {
            KeySet set = Parse(file, Read(file));
            KeySet left = set.Without(key => goes(set, key), out int gone);
            if (gone > 0)
            {
                Put(folder, file, left.ToJson());
                destroyed += gone;
            }
        }

        return destroyed;
    }

    /// <summary>The private day keys that such a destruction takes.</summary>
    public static IReadOnlyList<DestroyedKey> Expired(StoreFolder folder, KeyGoes goes)
    {
        var expired = new List<DestroyedKey>();
        foreach (string file in KeySetFiles(folder))
        {
            KeySet set = Parse(file, Read(file));
            foreach (RecipientKey key in set.Recipients)
            {
                if (key.HasPrivate && goes(set, key))
                {
                    expired.Add(new DestroyedKey(
                        set.Device, set.Notice, key.Section, key.Day, key.Role, key.Kid));
                }
            }
        }

        return expired;
    }

    /// <summary>Every key set of the folder, as it lies there.</summary>
    public static IReadOnlyList<KeySet> Sets(StoreFolder folder) =>
        [.. KeySetFiles(folder).Select(file => Parse(file, Read(file)))];

    /// <summary>Destroys keys, and drops them from this ring as well.</summary>
    public int Destroy(StoreFolder folder, KeyGoes goes)
    {
        int destroyed = DestroyExpired(folder, goes);
        if (destroyed > 0)
        {
            Reload(folder);
        }

        return destroyed;
    }

    /// <summary>Reads the folder anew: what was destroyed there is not here any more either.</summary>
    /// <exception cref="ArchiveException">A key file cannot be read or is not one.</exception>
    public void Reload(StoreFolder folder)
    {
        var fresh = new KeyRing(Store);
        fresh.TakeNew(folder);
        devices.Clear();
        taken.Clear();
        foreach ((Id16 device, DeviceKeys keys) in fresh.devices)
        {
            devices.Add(device, keys);
        }

        taken.UnionWith(fresh.taken);
    }

    private static string[] KeySetFiles(StoreFolder folder)
    {
        string[] files = Directory.Exists(folder.Keys)
            ? Directory.GetFiles(folder.Keys, "*" + StoreFolder.KeySetEnding)
            : [];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static void Put(StoreFolder folder, string file, string text)
    {
        DurableFile.MakeFolder(folder.Keys);
        DurableFile.Put(file, file + ".part", Encoding.UTF8.GetBytes(text));
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException($"{file} cannot be read: {failure.Message}", failure);
        }
    }

    private static KeySet Parse(string file, string json) =>
        KeySet.TryParse(json, out KeySet? set, out string wrong)
            ? set!
            : throw new ArchiveException($"{file}: {wrong}");

    private void Take(string file, KeySet set)
    {
        if (!devices.TryGetValue(set.Device, out DeviceKeys? keys))
        {
            devices.Add(set.Device, new DeviceKeys(set));
        }
        else if (!keys.TryAdd(set))
        {
            throw new ArchiveException(
                $"{file}: device {set.Device} is enrolled here with another device key; a device that changed its key "
                    + "is another device, remove the old set first");
        }

        taken.Add(file);
    }
}
