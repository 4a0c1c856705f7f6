using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>What forgetting came to.</summary>
internal sealed class ExpiryReport
{
    /// <summary>First UTC day that is still kept.</summary>
    public required string FirstDayKept { get; init; }

    /// <summary>Private day keys destroyed.</summary>
    public int Keys { get; set; }

    /// <summary>Batches of which only the signed manifest is left.</summary>
    public long Batches { get; set; }

    public long Records { get; set; }

    public long Bytes { get; set; }

    /// <summary>Files beside the archive that were removed.</summary>
    public int Aside { get; set; }

    /// <summary>Signed statements of destruction that were logged, the warden's too.</summary>
    public int Statements { get; set; }

    /// <summary>Entries of the log whose content was forgotten.</summary>
    public int Contents { get; set; }
}

/// <summary>
/// Forgets days whose retention has ended. The keys go first: from then on no copy of a batch anywhere opens. Then the
/// sealed bytes, filters and rows; the signed manifest stays, so that the chain can be verified for ever. A crash at
/// any point is made good by running it again. What a disk keeps of overwritten blocks is why the keys go first,
/// and why they belong on a medium that can forget.
/// </summary>
internal sealed class StoreExpiry(StoreFolder folder, StoreDatabase database, TimeProvider clock)
{
    /// <summary>Forgets every day before <paramref name="firstDay"/>; the caller holds the writer's lock.</summary>
    /// <param name="firstDay">First UTC day since 1970 that is kept.</param>
    /// <param name="today">UTC day since 1970.</param>
    /// <param name="progress">Told batches done and in all.</param>
    public ExpiryReport Run(int firstDay, int today, Action<long, long>? progress = null)
    {
        var report = new ExpiryReport { FirstDayKept = StoreFolder.DayName(firstDay) };
        report.Keys = DestroyKeys(firstDay, today);
        List<(long Number, string Path, long Rows, long Size, long Received)> old = database.All(
            "SELECT no, path, rows, size, received_us FROM batches WHERE expired = 0 AND day < $1",
            row => (row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            firstDay);
        foreach ((long number, string path, long rows, long size, long received) in old)
        {
            Expire(number, path, (ulong)received);
            report.Batches++;
            report.Records += rows;
            report.Bytes += size;
            progress?.Invoke(report.Batches, old.Count);
        }

        Narrow();
        RemoveLeftOver(firstDay);
        foreach (string root in (string[])[folder.Forks, folder.Waiting])
        {
            report.Aside += RemoveOld(root, firstDay);
        }

        database.Shrink();
        return report;
    }

    /// <summary>Destroys keys, and leaves the signed statement of it for the log.</summary>
    private int DestroyKeys(int firstDay, int today)
    {
        var ring = KeyRing.Load(folder);
        var destructions = new Destructions(folder.Root, ring.MakeStoreKey(folder), clock);
        IReadOnlyList<DestroyedKey> drained = ring.IsCustodySplit
            ? KeyRing.Expired(folder, KeyRole.Ingest, today - StoreLimits.DrainDays)
            : [];
        return destructions.Run([.. KeyRing.Expired(folder, null, firstDay), .. drained], () =>
        {
            KeyRing.DestroyExpired(folder, firstDay);
            DestroyDrained(today);
        });
    }

    /// <summary>
    /// Ingest's own keys live only as long as a box may take to deliver a day. Where custody is not split nothing is
    /// gained by it, and old captures are taken in.
    /// </summary>
    private void DestroyDrained(int today)
    {
        var ring = KeyRing.Load(folder);
        if (ring.IsCustodySplit)
        {
            ring.Destroy(folder, KeyRole.Ingest, today - StoreLimits.DrainDays);
        }
    }

    private void Expire(long number, string path, ulong received)
    {
        string file = Path.Combine(folder.Root, path);
        string manifest = StoreFolder.ManifestOf(file);
        if (File.Exists(file))
        {
            Refusal refusal = BatchClaim.TryReadHeader(File.ReadAllBytes(file), out ReadOnlyMemory<byte> header);
            if (refusal != Refusal.None)
            {
                throw new ArchiveException($"{path} cannot be read: {refusal.Sentence()}; restore it from a copy");
            }

            folder.Put(manifest, header.Span, received);
        }

        database.Begin();
        database.Run(
            "UPDATE batches SET expired = 1, path = $2 WHERE no = $1", number, folder.Relative(manifest));
        database.Run("DELETE FROM filters WHERE batch = $1", number);
        database.Commit();
        if (File.Exists(file))
        {
            DurableFile.Delete(file);
        }
    }

    /// <summary>What is here begins later now.</summary>
    private void Narrow() => database.Run(
        """
        UPDATE epochs SET (first_us, last_us) = (
            SELECT min(b.first_us), max(b.last_us) FROM batches b
            WHERE b.device = epochs.device AND b.epoch = epochs.number AND b.expired = 0)
        WHERE verdict = 0 AND EXISTS (
            SELECT 1 FROM batches b WHERE b.device = epochs.device AND b.epoch = epochs.number AND b.expired = 1)
        """);

    /// <summary>Files that a crash between index and removal left: their days are over all the same.</summary>
    private void RemoveLeftOver(int firstDay)
    {
        string kept = StoreFolder.DayName(firstDay);
        foreach (string day in Directory.Exists(folder.Archive)
            ? Directory.GetDirectories(folder.Archive, "????-??-??", SearchOption.AllDirectories)
            : [])
        {
            if (string.CompareOrdinal(Path.GetFileName(day), kept) < 0)
            {
                Array.ForEach(Directory.GetFiles(day, "*" + StoreFolder.BatchEnding), DurableFile.Delete);
            }
        }
    }

    private static int RemoveOld(string root, int firstDay)
    {
        int removed = 0;
        foreach (string path in Directory.Exists(root)
            ? Directory.GetFiles(root, "*" + StoreFolder.BatchEnding, SearchOption.AllDirectories)
            : [])
        {
            Refusal refusal = BatchClaim.TryRead(File.ReadAllBytes(path), out BatchClaim claim);
            if (refusal != Refusal.None || claim.Day < firstDay)
            {
                DurableFile.Delete(path);
                removed++;
            }
        }

        return removed;
    }
}
