using System.Security.Cryptography;
using System.Text;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>The key file of a person, or of operator or custodian: the same form as the store's own key.</summary>
internal static class PersonKey
{
    /// <summary>Draws an identity and a key; nothing is overwritten.</summary>
    /// <exception cref="ArchiveException">The file is there already.</exception>
    public static StoreKey Make(string name)
    {
        string file = Path.GetFullPath(name);
        if (File.Exists(file))
        {
            throw new ArchiveException($"{file} is there already; choose another name");
        }

        var key = StoreKey.New(RandomNumberGenerator.Fill);
        DurableFile.Put(file, file + ".part", Encoding.UTF8.GetBytes(key.ToJson()));
        return key;
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="ArchiveException">It cannot be read, or is none.</exception>
    public static StoreKey Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new ArchiveException($"{file} is not there; make one with `retention people key FILE`");
        }

        return StoreKey.TryParse(File.ReadAllText(file), out StoreKey? key, out string wrong)
            ? key
            : throw new ArchiveException($"{file}: {wrong}");
    }
}
