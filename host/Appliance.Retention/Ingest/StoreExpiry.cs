using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Log;
using Appliance.Retention.Notices;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Refusal = Appliance.Wire.Refusal;

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

    /// <summary>Orders about notices that the warden would not act on.</summary>
    public int OrdersRefused { get; set; }

    /// <summary>Why this machine's clock is not believed, and what to do; null where it is.</summary>
    public string? Doubt { get; init; }

    /// <summary>False where its clock or the warden's is not believed.</summary>
    public bool IsBelieved { get; set; } = true;
}

/// <summary>
/// Forgets days whose retention under their notice has ended, and all of a notice that is withdrawn. The keys go first:
/// from then on no copy of a batch anywhere opens. Then the sealed bytes, filters and rows; the signed manifest stays,
/// so that the chain can be verified for ever. A crash at any point is made good by running it again. What a disk
/// keeps of overwritten blocks is why the keys go first, and why they belong on a medium that can forget. The time is
/// that of <see cref="ForgetClock"/>: what is over by this machine's clock alone stays.
/// </summary>
internal sealed class StoreExpiry(
    StoreFolder folder, StoreDatabase database, NoticeBook book, TimeProvider clock, ForgetClock forget)
{
    private readonly ForgetTime time = SignsOfTime.Read(forget, folder, database, book);
    private bool isWithdrawnAlone;

    /// <summary>The time that it goes by.</summary>
    public ForgetTime Time => time;

    private ulong Now => time.NowUs;

    /// <summary>The one notice that is looked at; null for all.</summary>
    public Id16? Only { get; init; }

    private int Today => time.Day;

    /// <summary>Forgets what no notice keeps any more; the caller holds the writer's lock.</summary>
    /// <param name="keepDays">Days before today that are kept at most, whatever the notices say; null: nothing is
    /// forgotten but what stands under a notice that is withdrawn.</param>
    /// <param name="progress">Told batches done and in all.</param>
    public ExpiryReport Run(int? keepDays, Action<long, long>? progress = null)
    {
        isWithdrawnAlone = keepDays is null;
        int floor = FloorOf(keepDays);
        int FirstDay(Id16 notice) => this.FirstDay(notice, floor);
        IReadOnlyList<KeySet> sets = KeyRing.Sets(folder);
        List<Id16> notices = Notices(sets);
        ExpiryReport report = Report(floor, notices.Count > 0);
        forget.Save();
        RaiseDoubt(report);
        book.Remember(notices, FirstDay);
        report.Keys = DestroyKeys((set, key) => key.Day < FirstDay(set.Notice));
        List<Old> old = Find(notices, sets, FirstDay);
        foreach (Old batch in old)
        {
            Expire(batch.Number, batch.Path, batch.Received);
            report.Batches++;
            report.Records += batch.Rows;
            report.Bytes += batch.Size;
            progress?.Invoke(report.Batches, old.Count);
        }

        Narrow();
        RemoveLeftOver(FirstDay, notices.Select(FirstDay).Append(floor).Max(), floor);
        foreach (string root in (string[])[folder.Forks, folder.Waiting])
        {
            report.Aside += RemoveOld(root, FirstDay, isUnreadableOver: Only is null && !isWithdrawnAlone);
        }

        File.Delete(folder.Database + StoreDatabase.BeforeEnding);
        database.Shrink();
        return report;
    }

    /// <summary>
    /// Destroys the day keys whose days are over, and nothing else: needs no lock of the writer, so that a store that
    /// is being served does not hold it up. Sealed bytes and rows are forgotten by who serves.
    /// </summary>
    public ExpiryReport RunKeys(int keepDays)
    {
        int floor = FloorOf(keepDays);
        int FirstDay(Id16 notice) => this.FirstDay(notice, floor);
        List<Id16> notices = Notices(KeyRing.Sets(folder));
        ExpiryReport report = Report(floor, notices.Count > 0);
        book.Remember(notices, FirstDay);
        report.Keys = DestroyKeys((set, key) => key.Day < FirstDay(set.Notice));
        return report;
    }

    // Where one notice alone is looked at, every day of the others stays: day 0 is in 1970.
    private int FloorOf(int? keepDays) => Only is null && keepDays is { } days ? Math.Max(Today - days, 0) : 0;

    private int FirstDay(Id16 notice, int floor)
    {
        bool isLeft = (Only is { } one && one != notice) || (isWithdrawnAlone && !book.IsWithdrawn(notice, Now));
        return isLeft ? floor : Math.Max(floor, book.FirstDay(notice, Now));
    }

    private ExpiryReport Report(int floor, bool keepsAnything) => new()
    {
        FirstDayKept = StoreFolder.DayName(floor), Doubt = keepsAnything ? time.Sentence : null,
    };

    /// <summary>A clock that is not believed is an alarm, and another one where nobody sees to it.</summary>
    private void RaiseDoubt(ExpiryReport report)
    {
        if (report.Doubt is not null)
        {
            Raise(Alarms.Clock, "this machine's clock is not believed; `retention status` says why, and what to do");
        }

        if (report.Doubt is not null && time.IsOverdue)
        {
            Raise(
                Alarms.Forgetting,
                "for days nobody saw to a clock that is not believed: what is over by it alone is kept too long");
        }

        void Raise(string kind, string text) =>
            new Alarms(database).Raise(kind, default, 0, 0, default, text, time.ClockUs);
    }

    /// <summary>Destroys keys, and leaves the signed statement of it for the log.</summary>
    private int DestroyKeys(KeyGoes isOver)
    {
        var ring = KeyRing.Load(folder);
        var destructions = new Destructions(folder.Root, ring.MakeStoreKey(folder), clock);
        bool Goes(KeySet set, RecipientKey key) =>
            isOver(set, key)
            || (Only is null && !isWithdrawnAlone && ring.IsCustodySplit
                && IsDrained(ring.Find(set.Device)!, set.Notice, key));
        return destructions.Run(KeyRing.Expired(folder, Goes), () => KeyRing.DestroyExpired(folder, Goes));
    }

    /// <summary>
    /// Ingest's own keys live only as long as a box may take to deliver a day, and the last of a schedule until there
    /// is another, for a box whose schedule is exhausted goes on with it. Where custody is not split nothing is gained
    /// by it, and old captures are taken in.
    /// </summary>
    private bool IsDrained(DeviceKeys device, Id16 notice, RecipientKey key)
    {
        int first = Today - StoreLimits.DrainDays;
        return key.Role == KeyRole.Ingest && key.Day < first && device.HasSuccessor(notice, key, first);
    }

    /// <summary>Every notice that something may be kept under.</summary>
    private List<Id16> Notices(IReadOnlyList<KeySet> sets) =>
    [
        .. sets.Select(set => set.Notice)
            .Concat(book.Notices)
            .Concat(database.All("SELECT DISTINCT notice FROM batches WHERE expired = 0", row => row.Id(0)))
            .Distinct(),
    ];

    /// <summary>
    /// Batches that are forgotten: of days that are over, and all of a device's where even the last key of its schedule
    /// is gone, for nothing opens them.
    /// </summary>
    private List<Old> Find(List<Id16> notices, IReadOnlyList<KeySet> sets, Func<Id16, int> firstDay)
    {
        var old = new List<Old>();
        foreach (Id16 notice in notices)
        {
            foreach (Id16 device in database.All("SELECT device FROM devices", row => row.Id(0)))
            {
                int last = LastKey(sets, device, notice);
                old.AddRange(database.All(
                    """
                    SELECT no, path, rows, size, received_us FROM batches
                    WHERE expired = 0 AND notice = $1 AND device = $2 AND day < $3
                    """,
                    row => new Old(
                        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), (ulong)row.GetInt64(4)),
                    notice,
                    device,
                    firstDay(notice) > last ? NoticeBook.NoDay : firstDay(notice)));
            }
        }

        return old;
    }

    private static int LastKey(IReadOnlyList<KeySet> sets, Id16 device, Id16 notice)
    {
        int last = -1;
        foreach (KeySet set in sets)
        {
            foreach (RecipientKey key in set.Device == device && set.Notice == notice ? set.Recipients : [])
            {
                last = Math.Max(last, key.Day);
            }
        }

        return last < 0 ? NoticeBook.NoDay : last;
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
        database.Run(
            "DELETE FROM gaps WHERE batch = $1 AND source IN ($2, $3)",
            number,
            (int)GapSource.Record,
            (int)GapSource.Unread);
        database.Run(
            """
            DELETE FROM conflicts WHERE (device, epoch, seq) IN (SELECT device, epoch, seq FROM batches WHERE no = $1)
            """,
            number);
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
    private void RemoveLeftOver(Func<Id16, int> firstDay, int lastDay, int floor)
    {
        string unreadable = StoreFolder.DayName(floor);
        string last = lastDay == NoticeBook.NoDay ? "9999-12-31" : StoreFolder.DayName(lastDay);
        foreach (string path in Directory.Exists(folder.Archive)
            ? Directory.GetFiles(folder.Archive, "*" + StoreFolder.BatchEnding, SearchOption.AllDirectories)
            : [])
        {
            string? itsDay = Path.GetFileName(Path.GetDirectoryName(path));
            if (string.CompareOrdinal(itsDay, last) >= 0)
            {
                continue;
            }

            bool isKept = database.One<long>(
                "SELECT count(*) FROM batches WHERE path = $1 AND expired = 0", folder.Relative(path)) > 0;

            // What cannot be read names no notice: it stays as long as anything of its day may.
            bool isOver = IsOver(path, firstDay) ?? string.CompareOrdinal(itsDay, unreadable) < 0;
            if (!isKept && isOver)
            {
                DurableFile.Delete(path);
            }
        }
    }

    private static int RemoveOld(string root, Func<Id16, int> firstDay, bool isUnreadableOver)
    {
        int removed = 0;
        foreach (string path in Directory.Exists(root)
            ? Directory.GetFiles(root, "*" + StoreFolder.BatchEnding, SearchOption.AllDirectories)
            : [])
        {
            if (IsOver(path, firstDay) ?? isUnreadableOver)
            {
                DurableFile.Delete(path);
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Whether a batch is past what its notice keeps; null where it cannot be read.</summary>
    private static bool? IsOver(string path, Func<Id16, int> firstDay) =>
        BatchClaim.TryRead(File.ReadAllBytes(path), out BatchClaim claim) == Refusal.None
            ? claim.Day < firstDay(claim.Notice)
            : null;

    private sealed record Old(long Number, string Path, long Rows, long Size, ulong Received);
}
