using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Evidence;

/// <summary>
/// The signed objects of devices that bear out a time: every manifest that touches it with the neighbours on both
/// sides, the statements of their runs, and the newest heads. No sealed row is among them.
/// </summary>
internal sealed class ChainParts(StoreFolder folder, StoreDatabase database)
{
    private const string Columns = "no, device, epoch, epoch_id, seq, id, day, path";

    public List<ReadOnlyMemory<byte>> Manifests { get; } = [];

    public List<ReadOnlyMemory<byte>> Statements { get; } = [];

    public List<ReadOnlyMemory<byte>> Heads { get; } = [];

    /// <summary>Takes what concerns these devices.</summary>
    /// <param name="devices">Devices that the answer is about.</param>
    /// <param name="from">Begin of the question.</param>
    /// <param name="to">End of it, included.</param>
    /// <param name="proven">Batches of the disclosed records.</param>
    /// <exception cref="ArchiveException">A file is not there, or damaged.</exception>
    public void Take(IReadOnlySet<Id16> devices, TaiTime from, TaiTime to, IEnumerable<StoredBatch> proven)
    {
        var all = new SortedDictionary<(string Device, uint Epoch, uint Sequence), StoredBatch>();
        foreach (Id16 device in devices)
        {
            foreach (StoredBatch batch in Touching(device, from, to))
            {
                Add(all, batch);
            }
        }

        foreach (StoredBatch batch in proven)
        {
            Add(all, batch);
            foreach (StoredBatch corrects in Correcting(batch))
            {
                Add(all, corrects);
            }
        }

        foreach (StoredBatch batch in all.Values.ToArray())
        {
            AddNeighbours(all, batch);
        }

        var runs = new HashSet<(Id16, EpochRef)>();
        foreach (StoredBatch batch in all.Values)
        {
            Manifests.Add(HeaderOf(batch));
            if (runs.Add((batch.Device, batch.Epoch)))
            {
                AddRun(batch);
            }
        }
    }

    /// <summary>A batch by its place.</summary>
    /// <exception cref="ArchiveException">There is none.</exception>
    public StoredBatch Find(Id16 device, uint epoch, uint sequence) => One(
        $"SELECT {Columns} FROM batches WHERE device = $1 AND epoch = $2 AND seq = $3 AND expired = 0",
        device, epoch, sequence) ?? throw new ArchiveException(
            $"batch {epoch}-{sequence} of device {device} is not here any more; its records cannot be proven");

    /// <summary>Every device of the store.</summary>
    public HashSet<Id16> Devices() =>
        [.. database.All("SELECT device FROM devices ORDER BY device", row => row.Id(0))];

    private static void Add(
        SortedDictionary<(string Device, uint Epoch, uint Sequence), StoredBatch> all, StoredBatch batch) =>
        all[(batch.Device.ToString(), batch.Epoch.Number, batch.Sequence)] = batch;

    private List<StoredBatch> Touching(Id16 device, TaiTime from, TaiTime to) => database.All(
        $"SELECT {Columns} FROM batches WHERE device = $1 AND last_us >= $2 AND first_us <= $3",
        StoredBatch.Read, device, from, to) is { Count: > 0 } touching ? touching : Around(device, from);

    // Whose manifests take back times of a batch.
    private List<StoredBatch> Correcting(StoredBatch batch) => database.All(
        $"""
        SELECT {Columns} FROM batches b WHERE device = $1 AND EXISTS (
            SELECT 1 FROM doubts d JOIN batches own ON own.no = $2
            WHERE d.device = b.device AND d.epoch = b.epoch AND d.seq = b.seq
                AND (d.epoch, d.seq) >= (own.epoch, own.seq)
                AND d.from_us <= own.last_us AND d.to_us >= own.first_us)
        """,
        StoredBatch.Read, batch.Device, batch.Number);

    // Where nothing touches the time, the batches before and after it show that.
    private List<StoredBatch> Around(Id16 device, TaiTime time) =>
    [
        .. database.All(
            $"SELECT {Columns} FROM batches WHERE device = $1 AND last_us < $2 ORDER BY last_us DESC LIMIT 1",
            StoredBatch.Read, device, time),
        .. database.All(
            $"SELECT {Columns} FROM batches WHERE device = $1 AND first_us > $2 ORDER BY first_us LIMIT 1",
            StoredBatch.Read, device, time),
    ];

    private void AddNeighbours(
        SortedDictionary<(string Device, uint Epoch, uint Sequence), StoredBatch> all, StoredBatch batch)
    {
        StoredBatch? before = One(
            $"SELECT {Columns} FROM batches WHERE device = $1 AND (epoch, seq) < ($2, $3) ORDER BY epoch DESC, seq DESC"
                + " LIMIT 1",
            batch.Device, batch.Epoch.Number, batch.Sequence);
        StoredBatch? after = One(
            $"SELECT {Columns} FROM batches WHERE device = $1 AND (epoch, seq) > ($2, $3) ORDER BY epoch, seq LIMIT 1",
            batch.Device, batch.Epoch.Number, batch.Sequence);
        foreach (StoredBatch? neighbour in (StoredBatch?[])[before, after])
        {
            if (neighbour is not null)
            {
                Add(all, neighbour);
            }
        }
    }

    private void AddRun(StoredBatch batch)
    {
        byte[] statement = database.One<byte[]>(
            "SELECT bytes FROM epochs WHERE device = $1 AND number = $2 AND id = $3 ORDER BY verdict",
            batch.Device, batch.Epoch.Number, batch.Epoch.Id)
            ?? throw new ArchiveException($"the statement of run {batch.Epoch.Number} is not here; run `verify`");
        Statements.Add(statement);
        string head = folder.HeadOf(batch.Device, batch.Epoch);
        if (File.Exists(head))
        {
            Heads.Add(File.ReadAllBytes(head));
        }
    }

    private ReadOnlyMemory<byte> HeaderOf(StoredBatch batch)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder.Root, batch.Path));
        if (batch.Path.EndsWith(StoreFolder.ManifestEnding, StringComparison.Ordinal))
        {
            return bytes;
        }

        Refusal refusal = BatchClaim.TryReadHeader(bytes, out ReadOnlyMemory<byte> header);
        return refusal == Refusal.None
            ? header
            : throw new ArchiveException($"{batch.Path} is damaged: {refusal.Sentence()}; restore it from a copy");
    }

    private StoredBatch? One(string sql, params object[] values)
    {
        List<StoredBatch> found = database.All(sql, StoredBatch.Read, values);
        return found.Count == 0 ? null : found[0];
    }
}
