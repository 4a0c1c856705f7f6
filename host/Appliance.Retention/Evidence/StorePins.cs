using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Evidence;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Warden;
using Appliance.Wire;
using PublicKey = Appliance.Wire.PublicKey;

namespace Appliance.Retention.Evidence;

/// <summary>
/// The keys of a store's own folder in the form in which a reader of packs brings them. Whoever relies on a pack
/// compares them with what operator, custodian and warden publish elsewhere.
/// </summary>
internal static class StorePins
{
    /// <exception cref="ArchiveException">The store was not set up for orders.</exception>
    public static Pins Of(StoreFolder folder, TransparencyLog log, IReadOnlyList<PublicKey> witnesses)
    {
        WardenTrust trust = WardenTrust.Read(folder.TrustFile);
        var ring = KeyRing.Load(folder);
        StoreKey store = ring.MakeStoreKey(folder);
        return new Pins(
            trust.Control,
            log.Id,
            log.Key,
            witnesses,
            store.Store,
            store.Public,
            ring.Devices.ToDictionary(device => device.Device, device => device.DeviceKey),
            [.. Files(folder, "*.pem").Select(file => X509Certificate2.CreateFromPem(File.ReadAllText(file)))])
        {
            StampCrls = [.. Files(folder, "*.crl").Select(ReadCrl)],
        };
    }

    private static string[] Files(StoreFolder folder, string pattern)
    {
        string[] files = Directory.Exists(folder.Stamps) ? Directory.GetFiles(folder.Stamps, pattern) : [];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static StampCrl ReadCrl(string file)
    {
        try
        {
            return StampCrl.FromPem(File.ReadAllText(file));
        }
        catch (CryptographicException wrong)
        {
            throw new ArchiveException(
                $"{file}: {wrong.Message}; fetch it from the authority, and `openssl crl -inform der` makes PEM of it",
                wrong);
        }
    }
}
