using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>An epoch statement that the store has, with what it thinks of it.</summary>
/// <param name="Certified">The statement.</param>
/// <param name="Verdict">None where it was accepted; Fork or Rollback where it contradicts what was known.</param>
internal sealed record KnownEpoch(CertifiedEpoch Certified, Refusal Verdict);

/// <summary>
/// Epoch statements by the key that they certify, from the index, checked again when they are loaded. What was found is
/// kept in memory, a bounded number.
/// </summary>
internal sealed class EpochBook(StoreDatabase database)
{
    private readonly Dictionary<(Id16 Device, KeyId Kid), KnownEpoch> cache = [];

    /// <summary>The epoch of a device that this key signs for, or null.</summary>
    public KnownEpoch? Find(DeviceKeys keys, KeyId kid)
    {
        if (cache.TryGetValue((keys.Device, kid), out KnownEpoch? known))
        {
            return known;
        }

        List<(byte[] Bytes, long Verdict)> rows = database.All(
            "SELECT bytes, verdict FROM epochs WHERE device = $1 AND kid = $2 ORDER BY verdict",
            row => (row.Bytes(0), row.GetInt64(1)),
            keys.Device,
            kid.Value);
        if (rows.Count == 0 || CertifiedEpoch.TryVerify(
            rows[0].Bytes, keys.DeviceKey, RulesOf(keys), out CertifiedEpoch? certified) != Refusal.None)
        {
            return null;
        }

        if (cache.Count >= StoreLimits.EpochsInMemoryMax)
        {
            cache.Clear();
        }

        known = new KnownEpoch(certified!, (Refusal)rows[0].Verdict);
        cache[(keys.Device, kid)] = known;
        return known;
    }

    /// <summary>The signed statement that certifies a key.</summary>
    /// <exception cref="ArchiveException">None is known.</exception>
    public byte[] StatementOf(DeviceKeys keys, KeyId kid) =>
        database.One<byte[]>(
            "SELECT bytes FROM epochs WHERE device = $1 AND kid = $2 ORDER BY verdict", keys.Device, kid.Value)
        ?? throw new ArchiveException($"device {keys.Device} has no statement of the key {kid} here");

    /// <summary>True where a statement of this very run is known, accepted or not.</summary>
    public bool Has(Id16 device, EpochRef epoch) => database.One<long>(
        "SELECT count(*) FROM epochs WHERE device = $1 AND number = $2 AND id = $3",
        device,
        epoch.Number,
        epoch.Id) > 0;

    /// <summary>Forgets what is in memory, after a transaction that did not come to its commit.</summary>
    public void Clear() => cache.Clear();

    /// <summary>What a statement is held against.</summary>
    public static ReaderRules RulesOf(DeviceKeys keys) => new(keys.Device, default, int.MaxValue);
}
