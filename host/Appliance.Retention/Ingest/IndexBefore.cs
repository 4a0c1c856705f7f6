using Appliance.Retention.Archive;
using Appliance.Wire;
using Microsoft.Data.Sqlite;

namespace Appliance.Retention.Ingest;

/// <summary>What an index before says of the rows of a batch, for one that can no longer open it.</summary>
/// <param name="Filters">Sorted tokens by section.</param>
/// <param name="Gaps">Gaps among its records.</param>
/// <param name="Conflicts">Flows of which its records say that witnesses contradict each other.</param>
/// <param name="IsUnread">It was not read for that index either.</param>
internal sealed record RowsBefore(
    IReadOnlyList<(byte Section, byte[] Tokens)> Filters,
    IReadOnlyList<CoverageGap> Gaps,
    IReadOnlyList<FlowId> Conflicts,
    bool IsUnread);

/// <summary>An alarm of an index before.</summary>
internal sealed record AlarmBefore(
    string Kind,
    Id16 Device,
    uint Epoch,
    uint Sequence,
    Hash32 Id,
    string Text,
    long First,
    long Last,
    long Count);

/// <summary>
/// The indexes that were there before one is made anew, of whatever version: some of what they know stands in no file
/// that can still be opened. Ingest's day keys live for a week; the filters, gaps and contradictions read with
/// them are of the index alone from then on. What cannot be read of them is as if it were not there, and is said.
/// </summary>
internal sealed class IndexBefore : IDisposable
{
    private readonly List<StoreDatabase> found = [];
    private readonly List<string> wrong = [];

    private IndexBefore()
    {
    }

    /// <summary>Why one of them could not be read, or not all of it; one line each.</summary>
    public IReadOnlyList<string> Wrong => wrong;

    /// <summary>Opens those of the files that are there and that are an index.</summary>
    public static IndexBefore Open(params ReadOnlySpan<string> paths)
    {
        var before = new IndexBefore();
        foreach (string path in paths)
        {
            before.Take(path);
        }

        return before;
    }

    /// <summary>What is known of a batch's rows; null where no index has the batch.</summary>
    public RowsBefore? Find(VerifiedManifest header)
    {
        RowsBefore? best = null;
        foreach (StoreDatabase database in found)
        {
            RowsBefore? rows = Try(database, () => Find(database, header));
            best = best is null or { IsUnread: true } ? rows ?? best : best;
        }

        return best;
    }

    /// <summary>Everything that anybody was to look at.</summary>
    public IEnumerable<AlarmBefore> Alarms() => found.SelectMany(database => Try(database, () => database.All(
        "SELECT kind, device, epoch, seq, batch, text, first_us, last_us, count FROM alarms",
        row => new AlarmBefore(
            row.GetString(0), row.Id(1), row.UInt32(2), row.UInt32(3), row.Hash(4), row.GetString(5), row.GetInt64(6),
            row.GetInt64(7), row.GetInt64(8)))) ?? []);

    /// <summary>Topics from which devices sent, the newest index last.</summary>
    public IEnumerable<(Id16 Device, string Topic)> Topics() => found.AsEnumerable().Reverse().SelectMany(
        database => Try(database, () => database.All(
            "SELECT device, topic FROM devices WHERE topic IS NOT NULL",
            row => (row.Id(0), row.GetString(1)))) ?? []);

    public void Dispose() => found.ForEach(database => database.Dispose());

    private static RowsBefore? Find(StoreDatabase database, VerifiedManifest header)
    {
        Manifest manifest = header.Manifest;
        List<(long Number, long Received)> rows = database.All(
            "SELECT no, received_us FROM batches WHERE device = $1 AND epoch = $2 AND seq = $3 AND id = $4",
            row => (row.GetInt64(0), row.GetInt64(1)),
            manifest.Device,
            manifest.Epoch.Number,
            manifest.Sequence,
            header.Id);
        if (rows.Count == 0)
        {
            return null;
        }

        List<CoverageGap> gaps = database.All(
            "SELECT from_us, to_us, source, cause, leg FROM gaps WHERE batch = $1 AND source IN ($2, $3)",
            row => new CoverageGap(
                row.Time(0), row.Time(1), (GapSource)row.GetInt32(2), row.GetString(3), row.GetString(4), ""),
            rows[0].Number,
            (int)GapSource.Record,
            (int)GapSource.Unread);
        return new RowsBefore(
            database.All(
                "SELECT section, tokens FROM filters WHERE batch = $1",
                row => ((byte)row.GetInt32(0), row.Bytes(1)),
                rows[0].Number),
            gaps,
            Conflicts(database, manifest.Device, rows[0].Received),
            gaps.Exists(gap => gap.Source == GapSource.Unread));
    }

    /// <summary>Each batch has a time of receipt of its own.</summary>
    private static List<FlowId> Conflicts(StoreDatabase database, Id16 device, long received)
    {
        bool hasTable = database.One<long>("SELECT count(*) FROM sqlite_master WHERE name = 'conflicts'") > 0;
        return hasTable
            ? database.All(
                "SELECT epoch, seq, row FROM conflicts WHERE device = $1 AND received_us = $2",
                row => new FlowId(row.UInt32(0), row.UInt32(1), row.UInt32(2)),
                device,
                received)
            : [];
    }

    private void Take(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        StoreDatabase? database = null;
        try
        {
            database = StoreDatabase.OpenBefore(path);
            database.One<long>("SELECT count(*) FROM batches");
            found.Add(database);
        }
        catch (SqliteException failure)
        {
            database?.Dispose();
            wrong.Add($"{Path.GetFileName(path)} cannot be read ({failure.Message}): nothing was taken over from it");
        }
    }

    private T? Try<T>(StoreDatabase database, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (SqliteException failure)
        {
            string line = $"{database.Name} is damaged ({failure.Message}): not all of it was taken over";
            if (!wrong.Contains(line))
            {
                wrong.Add(line);
            }

            return null;
        }
    }
}
