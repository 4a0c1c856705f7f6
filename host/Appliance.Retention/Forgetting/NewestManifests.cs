using Appliance.Retention.Archive;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Forgetting;

/// <summary>
/// The newest signed manifest of each device of a store: what a warden, which gets no batches, may tell the time by.
/// </summary>
internal static class NewestManifests
{
    /// <summary>With its statement, and nothing that could be opened; what cannot be read is left out.</summary>
    public static AskedBatch[] Of(StoreFolder folder)
    {
        using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
        var newest = new List<AskedBatch>();
        foreach (Id16 device in database.All("SELECT device FROM devices", row => row.Id(0)))
        {
            string? path = database.One<string>(
                "SELECT path FROM batches WHERE device = $1 ORDER BY last_us DESC LIMIT 1", device);
            if (path is not null && TryRead(database, device, Path.Combine(folder.Root, path)) is { } read)
            {
                newest.Add(read);
            }
        }

        return [.. newest];
    }

    private static AskedBatch? TryRead(StoreDatabase database, Id16 device, string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        ReadOnlyMemory<byte> header = File.ReadAllBytes(file);
        if (file.EndsWith(StoreFolder.BatchEnding, StringComparison.Ordinal)
            && BatchClaim.TryReadHeader(header, out header) != Refusal.None)
        {
            return null;
        }

        return SignedObject.TryRead(SignedType.Batch, header, out SignedObject? signed) == Refusal.None
            && database.One<byte[]>(
                "SELECT bytes FROM epochs WHERE device = $1 AND kid = $2 ORDER BY verdict",
                device,
                signed!.Kid.Value) is { } statement
            ? new AskedBatch(header.ToArray(), statement, [], [])
            : null;
    }
}
