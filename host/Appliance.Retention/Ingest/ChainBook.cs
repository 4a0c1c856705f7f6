using Appliance.Retention.Archive;
using Appliance.Wire;
using Microsoft.Data.Sqlite;

namespace Appliance.Retention.Ingest;

/// <summary>
/// The chain rules of Wire's <see cref="ChainVerifier"/> over the index instead of memory, so that a store may hold
/// years of many devices; a test holds the two against each other. Judging changes nothing; adding does what was
/// judged.
/// </summary>
internal sealed class ChainBook(StoreDatabase database)
{
    private const int Accepted = (int)Refusal.None;

    /// <summary>What the rules say of an epoch statement; Swapped where it is good and came late.</summary>
    public Refusal JudgeEpoch(CertifiedEpoch epoch)
    {
        Id16 device = epoch.Statement.Device;
        uint number = epoch.Statement.Epoch.Number;
        if (FindEpoch(device, number) is { } same)
        {
            return same.Statement == epoch.Id ? Refusal.Replayed : Refusal.Fork;
        }

        if (database.One<long>("SELECT count(*) FROM epochs WHERE device = $1", device) >= Limits.ChainEpochsMax)
        {
            return Refusal.TooLarge;
        }

        if ((number > 0 && FindEpoch(device, number - 1) is { } before
                && before.Statement != epoch.Statement.PreviousStatement)
            || (FindEpoch(device, number + 1) is { } after && after.Previous != epoch.Id))
        {
            return Refusal.Fork;
        }

        Refusal refusal = JudgeLastDurable(device, number, epoch.Statement.LastDurable);
        long later = database.One<long>(
            "SELECT count(*) FROM epochs WHERE device = $1 AND number > $2 AND verdict = 0", device, number);
        return refusal == Refusal.None && later > 0 ? Refusal.Swapped : refusal;
    }

    /// <summary>Enters a statement with its verdict; one that is not accepted stays beside the chain.</summary>
    public void AddEpoch(CertifiedEpoch epoch, ReadOnlyMemory<byte> bytes, ulong receivedUtcUs, Refusal verdict)
    {
        EpochStatement statement = epoch.Statement;
        bool accepted = verdict is Refusal.None or Refusal.Swapped;
        database.Run(
            """
            INSERT OR IGNORE INTO epochs
                (device, number, statement, id, kid, previous, bytes, received_us, verdict)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            statement.Device,
            statement.Epoch.Number,
            epoch.Id,
            statement.Epoch.Id,
            epoch.Key.Kid.Value,
            statement.PreviousStatement,
            bytes.ToArray(),
            receivedUtcUs,
            accepted ? Accepted : (int)verdict);
        if (!accepted)
        {
            return;
        }

        if (statement.LastDurable is { } last && FindEpoch(statement.Device, last.Epoch.Number) is not null)
        {
            AddHead(statement.Device, last);
        }

        database.Run(
            """
            INSERT INTO devices (device, contiguous_epoch) VALUES ($1, $2)
            ON CONFLICT DO UPDATE SET contiguous_epoch = min(contiguous_epoch, excluded.contiguous_epoch)
            """,
            statement.Device,
            statement.Epoch.Number);
        AdvanceEpochs(statement.Device);
    }

    /// <summary>What the rules say of a batch of an accepted epoch; Swapped where it is good and came late.</summary>
    public Refusal JudgeBatch(VerifiedManifest header, CertifiedEpoch epoch)
    {
        Manifest manifest = header.Manifest;
        (Id16 device, uint number, uint sequence) = (manifest.Device, manifest.Epoch.Number, manifest.Sequence);
        if (FindBatch(device, number, sequence) is { } same)
        {
            return same.Id == header.Id ? Refusal.Replayed : Refusal.Fork;
        }

        if (FindHead(device, number, sequence) is { } signed && signed != header.Id)
        {
            return Refusal.Fork;
        }

        // A batch that never came, but that the device attested, has its place in the chain all the same.
        Hash32? before = sequence == 0
            ? epoch.Id
            : FindBatch(device, number, sequence - 1)?.Id ?? FindHead(device, number, sequence - 1);
        if ((before is { } expected && expected != manifest.Previous)
            || !FitsAfter(device, number, sequence, header.Id))
        {
            return Refusal.Fork;
        }

        long highest = database.One<long?>(
            "SELECT max(seq) FROM batches WHERE device = $1 AND epoch = $2", device, number) ?? -1;
        return highest > sequence ? Refusal.Swapped : Refusal.None;
    }

    /// <summary>Follows up a batch whose row is in the index: totals, heads and contiguity.</summary>
    public void BatchAdded(Manifest manifest, int sizeBytes)
    {
        (Id16 device, uint epoch, uint sequence) = (manifest.Device, manifest.Epoch.Number, manifest.Sequence);
        database.Run(
            """
            UPDATE epochs SET highest = max(highest, $3), first_us = min(ifnull(first_us, $4), $4),
                last_us = max(ifnull(last_us, $5), $5), batches = batches + 1, records = records + $6,
                size = size + $7
            WHERE device = $1 AND number = $2 AND verdict = 0
            """,
            device,
            epoch,
            sequence,
            manifest.First,
            manifest.Last,
            manifest.Rows,
            sizeBytes);
        Raise(device, epoch, sequence);
        long contiguous = FindEpoch(device, epoch)?.Contiguous ?? -1;
        if (sequence == contiguous + 1)
        {
            do
            {
                contiguous++;
            }
            while (FindBatch(device, epoch, (uint)contiguous + 1) is not null);

            database.Run(
                "UPDATE epochs SET contiguous = $3 WHERE device = $1 AND number = $2 AND verdict = 0",
                device,
                epoch,
                contiguous);
            AdvanceEpochs(device);
        }
    }

    /// <summary>What the rules say of a checkpoint.</summary>
    public Refusal JudgeHead(Id16 device, ChainPosition head) =>
        FindEpoch(device, head.Epoch.Number) is { } epoch && epoch.Id == head.Epoch.Id
            ? JudgeAttested(device, head)
            : Refusal.UnknownEpoch;

    /// <summary>
    /// Enters a position that the device signed; true where it is the newest of its epoch. Older ones whose batch has
    /// come have done their work and go.
    /// </summary>
    public bool AddHead(Id16 device, ChainPosition head)
    {
        long newest = database.One<long?>(
            "SELECT max(seq) FROM heads WHERE device = $1 AND epoch = $2", device, head.Epoch.Number) ?? -1;
        database.Run(
            """
            DELETE FROM heads WHERE device = $1 AND epoch = $2 AND seq < $3 AND EXISTS (
                SELECT 1 FROM batches b WHERE b.device = heads.device AND b.epoch = heads.epoch AND b.seq = heads.seq)
            """,
            device,
            head.Epoch.Number,
            head.Sequence);
        database.Run(
            "INSERT OR IGNORE INTO heads (device, epoch, seq, batch) VALUES ($1, $2, $3, $4)",
            device,
            head.Epoch.Number,
            head.Sequence,
            head.Id);
        Raise(device, head.Epoch.Number, head.Sequence);
        return head.Sequence > newest;
    }

    /// <summary>Up to where the whole chain of a device is here; the default where not even a first batch is.</summary>
    public (EpochRef Epoch, uint Sequence) Contiguous(Id16 device)
    {
        List<(EpochRef, uint)> rows = database.All(
            """
            SELECT e.number, e.id, e.contiguous FROM epochs e JOIN devices d ON d.device = e.device
            WHERE e.device = $1 AND e.verdict = 0 AND e.contiguous >= 0 AND e.number <= d.contiguous_epoch
            ORDER BY e.number DESC LIMIT 1
            """,
            row => (new EpochRef(row.UInt32(0), row.Id(1)), row.UInt32(2)),
            device);
        return rows.Count == 0 ? default : rows[0];
    }

    private Refusal JudgeLastDurable(Id16 device, uint number, ChainPosition? last)
    {
        long behind = last is { } at ? at.Epoch.Number : -1;
        long forgotten = database.One<long>(
            """
            SELECT count(*) FROM epochs
            WHERE device = $1 AND verdict = 0 AND number < $2 AND number > $3 AND head >= 0
            """,
            device,
            number,
            behind);
        if (forgotten > 0)
        {
            return Refusal.Rollback;
        }

        if (last is not { } position || FindEpoch(device, position.Epoch.Number) is not { } named)
        {
            return Refusal.None;
        }

        return named.Id != position.Epoch.Id ? Refusal.Fork
            : named.Head > position.Sequence ? Refusal.Rollback
            : JudgeAttested(device, position);
    }

    private Refusal JudgeAttested(Id16 device, ChainPosition head) =>
        (FindBatch(device, head.Epoch.Number, head.Sequence) is { } batch && batch.Id != head.Id)
        || (FindHead(device, head.Epoch.Number, head.Sequence) is { } other && other != head.Id)
        || !FitsAfter(device, head.Epoch.Number, head.Sequence, head.Id)
            ? Refusal.Fork
            : Refusal.None;

    /// <summary>False where the next batch is here and continues another one than this.</summary>
    private bool FitsAfter(Id16 device, uint epoch, uint sequence, Hash32 id) =>
        sequence == uint.MaxValue
        || FindBatch(device, epoch, sequence + 1) is not { } later
        || later.Previous == id;

    private void Raise(Id16 device, uint epoch, uint sequence)
    {
        database.Run(
            "UPDATE epochs SET head = max(head, $3) WHERE device = $1 AND number = $2 AND verdict = 0",
            device,
            epoch,
            sequence);
        // Something older than what was thought whole turns out to be missing.
        database.Run(
            """
            UPDATE devices SET contiguous_epoch = min(contiguous_epoch, $2) WHERE device = $1 AND EXISTS (
                SELECT 1 FROM epochs WHERE device = $1 AND number = $2 AND verdict = 0 AND head > contiguous)
            """,
            device,
            epoch);
    }

    private void AdvanceEpochs(Id16 device)
    {
        uint number = (uint)database.One<long>("SELECT contiguous_epoch FROM devices WHERE device = $1", device);
        uint begin = number;
        while (FindEpoch(device, number) is { } epoch && epoch.Head == epoch.Contiguous
            && FindEpoch(device, number + 1) is not null)
        {
            number++;
        }

        if (number != begin)
        {
            database.Run("UPDATE devices SET contiguous_epoch = $2 WHERE device = $1", device, number);
        }
    }

    private EpochRow? FindEpoch(Id16 device, uint number) => First(database.All(
        """
        SELECT statement, id, previous, head, contiguous FROM epochs
        WHERE device = $1 AND number = $2 AND verdict = 0
        """,
        ReadEpoch,
        device,
        number));

    private (Hash32 Id, Hash32 Previous)? FindBatch(Id16 device, uint epoch, uint sequence) => First(database.All(
        "SELECT id, previous FROM batches WHERE device = $1 AND epoch = $2 AND seq = $3",
        row => (row.Hash(0), row.Hash(1)),
        device,
        epoch,
        sequence));

    private Hash32? FindHead(Id16 device, uint epoch, uint sequence) => First(database.All(
        "SELECT batch FROM heads WHERE device = $1 AND epoch = $2 AND seq = $3",
        row => row.Hash(0),
        device,
        epoch,
        sequence));

    private static EpochRow ReadEpoch(SqliteDataReader row) =>
        new(row.Hash(0), row.Id(1), row.Hash(2), row.GetInt64(3), row.GetInt64(4));

    private static T? First<T>(List<T> rows)
        where T : struct => rows.Count == 0 ? null : rows[0];

    private readonly record struct EpochRow(
        Hash32 Statement, Id16 Id, Hash32 Previous, long Head, long Contiguous);
}
