using System.Globalization;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Evidence;

/// <summary>A head of the ledger that an authority stamped.</summary>
internal sealed record StampedHead(ulong Size, byte[] Head, byte[] Token);

/// <summary>
/// Heads of the ledger, each signed with the store's key and stamped: <c>stamps/ledger-SIZE.head</c> and <c>.tst</c>.
/// What stood in the ledger then existed then, whatever the store's own clock says.
/// </summary>
internal sealed class LedgerStamps(StoreFolder folder, StoreDatabase database, StoreKey store, TimeProvider clock)
{
    private const string HeadEnding = ".head";
    private const string TokenEnding = ".tst";
    private const string Prefix = "ledger-";

    /// <summary>Has the ledger stamped as it stands; again the same where it did not grow.</summary>
    /// <exception cref="ArchiveException">The authority gives no token, or the ledger is empty.</exception>
    public StampedHead Take(StampAuthority authority)
    {
        MerkleTree tree = Tree(ulong.MaxValue, out ulong size);
        if (size == 0)
        {
            throw new ArchiveException("the ledger is empty: there is nothing to stamp yet");
        }

        if (Read(size) is { } known)
        {
            return known;
        }

        using SigningKey key = store.Open();
        byte[] head = new LogCheckpoint(store.Store, size, tree.Root(), UtcClock.Now(clock)).Sign(key).Bytes;
        byte[] token = authority.Stamp(head);
        DurableFile.MakeFolder(folder.Stamps);
        DurableFile.Put(NameOf(size, TokenEnding), NameOf(size, ".part"), token);
        DurableFile.Put(NameOf(size, HeadEnding), NameOf(size, ".part"), head);
        return new StampedHead(size, head, token);
    }

    /// <summary>The earliest stamped head with all these entries; null where there is none.</summary>
    public StampedHead? Covering(ulong lastIndex)
    {
        ulong best = ulong.MaxValue;
        string[] heads = Directory.Exists(folder.Stamps)
            ? Directory.GetFiles(folder.Stamps, Prefix + "*" + HeadEnding) : [];
        foreach (string file in heads)
        {
            string number = Path.GetFileNameWithoutExtension(file)[Prefix.Length..];
            if (ulong.TryParse(number, CultureInfo.InvariantCulture, out ulong size) && size > lastIndex)
            {
                best = Math.Min(best, size);
            }
        }

        return best == ulong.MaxValue ? null : Read(best);
    }

    /// <summary>Proofs that batches stand in the ledger of that size.</summary>
    public List<byte[]> Prove(IEnumerable<StoredBatch> batches, ulong size)
    {
        MerkleTree tree = Tree(size, out _);
        var proofs = new List<byte[]>();
        foreach (StoredBatch batch in batches)
        {
            (ulong index, ulong received) = PlaceOf(batch);
            proofs.Add(new LedgerProof(batch.Id, received, index, tree.Inclusion((int)index)).Encode());
        }

        return proofs;
    }

    /// <summary>Index in the ledger, and time of receipt.</summary>
    public (ulong Index, ulong ReceivedUtcUs) PlaceOf(StoredBatch batch) => database.All(
        "SELECT ledger, received_us FROM batches WHERE no = $1",
        row => ((ulong)row.GetInt64(0), (ulong)row.GetInt64(1)),
        batch.Number)[0];

    private MerkleTree Tree(ulong most, out ulong size)
    {
        List<byte[]> leaves = database.All(
            "SELECT leaf FROM ledger WHERE no < $1 ORDER BY no", row => row.Bytes(0), Math.Min(most, long.MaxValue));
        size = (ulong)leaves.Count;
        byte[] all = new byte[leaves.Count * Hash32.Size];
        for (int i = 0; i < leaves.Count; i++)
        {
            leaves[i].CopyTo(all, i * Hash32.Size);
        }

        return new MerkleTree(all);
    }

    private StampedHead? Read(ulong size) => File.Exists(NameOf(size, HeadEnding))
        ? new StampedHead(
            size, File.ReadAllBytes(NameOf(size, HeadEnding)), File.ReadAllBytes(NameOf(size, TokenEnding)))
        : null;

    private string NameOf(ulong size, string ending) => Path.Combine(
        folder.Stamps, Prefix + size.ToString(CultureInfo.InvariantCulture) + ending);
}
