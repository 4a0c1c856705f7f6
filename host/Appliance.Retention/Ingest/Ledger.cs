using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>
/// The ledger of all batches that ever got a receipt: a tree of RFC 9162 that only grows. Leaves outlive the batches.
/// </summary>
internal sealed class Ledger
{
    private readonly StoreDatabase database;
    private readonly MerkleFrontier frontier;

    private Ledger(StoreDatabase database, MerkleFrontier frontier)
    {
        this.database = database;
        this.frontier = frontier;
    }

    /// <summary>Number of entries.</summary>
    public ulong Count => frontier.Count;

    /// <summary>Root of the tree.</summary>
    public Hash32 Root => frontier.Root();

    /// <summary>Takes the ledger up where it stands in the index.</summary>
    /// <exception cref="ArchiveException">Its edge does not fit its leaves.</exception>
    public static Ledger Load(StoreDatabase database)
    {
        ulong count = (ulong)database.One<long>("SELECT count(*) FROM ledger");
        byte[] edge = database.One<byte[]>("SELECT value FROM meta WHERE key = 'ledger'") ?? [];
        return MerkleFrontier.TryRead(count, edge, out MerkleFrontier frontier)
            ? new Ledger(database, frontier)
            : throw new ArchiveException("the ledger in store.db is damaged: run `retention verify --rebuild`");
    }

    /// <summary>Appends a batch and returns its index; part of the open transaction.</summary>
    public ulong Append(Hash32 batch, ulong receivedUtcUs)
    {
        ulong index = frontier.Count;
        Hash32 leaf = LedgerLeaf.Hash(batch, receivedUtcUs);
        frontier.Append(leaf);
        database.Run("INSERT INTO ledger (no, leaf) VALUES ($1, $2)", index, leaf);
        return index;
    }

    /// <summary>Keeps the growing edge beside the leaves; called once before a commit.</summary>
    public void Save() =>
        database.Run("INSERT OR REPLACE INTO meta (key, value) VALUES ('ledger', $1)", frontier.ToBytes());
}
