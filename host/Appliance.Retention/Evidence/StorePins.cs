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
        string[] roots = Directory.Exists(folder.Stamps) ? Directory.GetFiles(folder.Stamps, "*.pem") : [];
        Array.Sort(roots, StringComparer.Ordinal);
        return new Pins(
            trust.Control,
            log.Id,
            log.Key,
            witnesses,
            store.Store,
            store.Public,
            ring.Devices.ToDictionary(device => device.Device, device => device.DeviceKey),
            [.. roots.Select(file => X509Certificate2.CreateFromPem(File.ReadAllText(file)))]);
    }
}
