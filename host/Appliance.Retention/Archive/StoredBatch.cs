using Appliance.Wire;
using Microsoft.Data.Sqlite;

namespace Appliance.Retention.Archive;

/// <summary>What the index says of a batch that is needed to open it.</summary>
/// <param name="Number">Number of its row.</param>
/// <param name="Device">Device that wrote it.</param>
/// <param name="Epoch">Run of the device.</param>
/// <param name="Sequence">Number in the run.</param>
/// <param name="Id">Id of the batch.</param>
/// <param name="Day">UTC day since 1970 of the keys that sealed it.</param>
/// <param name="Path">File, from the data folder.</param>
internal sealed record StoredBatch(
    long Number, Id16 Device, EpochRef Epoch, uint Sequence, Hash32 Id, int Day, string Path)
{
    /// <summary>From the columns no, device, epoch, epoch_id, seq, id, day, path.</summary>
    public static StoredBatch Read(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.Id(1),
        new EpochRef(row.UInt32(2), row.Id(3)),
        row.UInt32(4),
        row.Hash(5),
        row.GetInt32(6),
        row.GetString(7));
}

/// <summary>The filters of one batch, read when they are first asked.</summary>
internal sealed class BatchFilters(StoreDatabase database, DeviceKeys? keys, StoredBatch batch)
{
    private readonly byte[]?[] tokens = new byte[]?[SectionPlain.ContactNumber + 1];
    private readonly byte[]?[] batchKeys = new byte[]?[SectionPlain.ContactNumber + 1];
    private readonly bool[] loaded = new bool[SectionPlain.ContactNumber + 1];

    /// <summary>True where the token is surely not in the batch; false also where no filter can say so.</summary>
    public bool Excludes(Token token)
    {
        Load(token.Section);
        return tokens[token.Section] is { } filter && batchKeys[token.Section] is { } key
            && !FilterTokens.MayHave(filter, key, token);
    }

    /// <summary>The filter of a section; null where the batch has none.</summary>
    public byte[]? Tokens(byte section)
    {
        Load(section);
        return tokens[section];
    }

    /// <summary>Notice that a batch is kept under.</summary>
    public static Id16 NoticeOf(StoreDatabase database, StoredBatch batch) => Id16.FromBytes(
        database.One<byte[]>("SELECT notice FROM batches WHERE no = $1", batch.Number));

    private void Load(byte section)
    {
        if (loaded[section])
        {
            return;
        }

        loaded[section] = true;
        tokens[section] = database.One<byte[]>(
            "SELECT tokens FROM filters WHERE batch = $1 AND section = $2", batch.Number, section);
        if (keys is not null
            && keys.IndexKey(NoticeOf(database, batch), section, batch.Day) is { } indexKey)
        {
            byte[] key = new byte[Hash32.Size];
            FilterTokens.KeyOf(indexKey, batch.Id, key);
            batchKeys[section] = key;
        }
    }
}
