using System.Globalization;
using System.Text;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// How far each key has counted its signatures: one that does not count on was copied (Web Authentication Level 2,
/// section 6.1.1). Kept in files, so that a restart forgets nothing; a key enrolled anew begins anew.
/// </summary>
internal sealed class SignCounts(string folder)
{
    private readonly Lock one = new();

    /// <summary>Takes the count of a signature that was checked; the refusal where it went back or stood.</summary>
    /// <exception cref="ArchiveException">The file of the key is damaged.</exception>
    public OrderRefusal? Advance(KeyId key, uint count)
    {
        lock (one)
        {
            uint last = Read(key);

            // A key that does not count says 0 always.
            if (last == 0 && count == 0)
            {
                return null;
            }

            if (count <= last)
            {
                return new OrderRefusal(
                    "webauthn.counter",
                    $"the key has counted {count} signatures and had counted {last} before, so there is a copy of it; "
                        + "tell operator and custodian, and have a new key enrolled");
            }

            DurableFile.MakeFolder(folder);
            string file = FileOf(key);
            DurableFile.Put(file, file + ".part", Encoding.ASCII.GetBytes(
                count.ToString(CultureInfo.InvariantCulture)));
            return null;
        }
    }

    private uint Read(KeyId key)
    {
        string file = FileOf(key);
        return !File.Exists(file) ? 0
            : uint.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out uint count)
                ? count
                : throw new ArchiveException($"{file} is damaged; have a new key enrolled, then remove it");
    }

    private string FileOf(KeyId key) => Path.Combine(folder, key + ".count");
}
