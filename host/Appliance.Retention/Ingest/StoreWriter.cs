using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Notices;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>
/// The only writer of a store. Things are added in any number and order; <see cref="Commit"/> makes all of them durable
/// together and says what became of each: nothing may be acknowledged or receipted before that. Files are durable
/// before the commit that names them, so a crash leaves at most a file that the index does not know; the batch comes
/// again, because it had no receipt, and takes its place. One thread. After an exception the writer is to be disposed
/// and opened again: what was not committed comes again.
/// </summary>
internal sealed partial class StoreWriter : IDisposable
{
    /// <summary>File that the writer of a store holds locked.</summary>
    public const string LockName = "store.lock";

    private const string NotEnrolled = "the device is not enrolled here: `retention keys add FILE`";
    private readonly StoreFolder folder;
    private readonly FolderLock folderLock;
    private readonly KeyRing keys;
    private readonly StoreDatabase database;
    private readonly ReceivedClock clock;
    private readonly EpochBook epochs;
    private readonly ChainBook chain;
    private readonly Alarms alarms;
    private readonly Ledger ledger;
    private readonly ReceiptMaker receipts;
    private readonly BatchJudge judge;
    private readonly BatchIndex index;
    private readonly Aside waiting;
    private readonly Aside forks;
    private readonly ArrivalFiles files;
    private readonly StatementIntake statements;
    private readonly KeyWatch watch;
    private readonly NoticeWatch notices;
    private readonly ForgetClock forget;
    private readonly HashSet<Id16> emptied = [];
    private readonly Action<DurableStep> after;
    private readonly TimeProvider time;
    private readonly List<string> toRemove = [];
    private List<Outcome> outcomes = [];

    private StoreWriter(
        StoreFolder folder,
        FolderLock folderLock,
        TimeProvider time,
        Action<DurableStep>? after,
        Rebuilding? rebuilt,
        Func<FilterKeyAsk, FilterKeys>? warden)
    {
        this.folder = folder;
        this.folderLock = folderLock;
        this.after = after ?? (static _ => { });
        this.time = time;
        keys = KeyRing.Load(folder);
        StoreKey store = keys.MakeStoreKey(folder);
        database = StoreDatabase.Open(rebuilt?.Database ?? folder.Database, toWrite: true);
        files = new ArrivalFiles(folder, inPlace: rebuilt is not null, this.after);
        clock = new ReceivedClock(time, LastReceived(database));
        epochs = new EpochBook(database);
        chain = new ChainBook(database);
        alarms = new Alarms(database);
        statements = new StatementIntake(folder, files, chain, alarms);
        watch = new KeyWatch(folder, keys, clock, time, alarms);
        ledger = Ledger.Load(database);
        receipts = new ReceiptMaker(store, chain, copies: 1);
        forget = ForgetClock.Open(folder.Root, time);
        notices = new NoticeWatch(folder, keys, clock, time, alarms, forget);

        // An index made anew has what the files say; the next `expire` acts on orders.
        judge = new BatchJudge(epochs, chain, clock, rebuilt is null ? notices : null);
        var filterKeys = new FilterKeySource(warden, missed => alarms.Raise(
            Alarms.Filters,
            default,
            0,
            0,
            default,
            $"no filter keys from the warden: {missed.Sentence}",
            clock.Next()));
        index = new BatchIndex(database, chain, ledger, alarms, receipts, filterKeys, rebuilt?.Before);
        waiting = new Aside(folder, folder.Waiting, StoreLimits.WaitingPerDeviceMax);
        forks = new Aside(folder, folder.Forks, StoreLimits.ForksPerDeviceMax);
    }

    public KeyRing Keys => keys;

    /// <summary>Entries of the ledger and its root, with what was added since the last commit.</summary>
    public (ulong Count, Hash32 Root) LedgerHead => (ledger.Count, ledger.Root);

    /// <summary>Opens a store for writing; its folder and key are made where they are missing.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="time">Clock of this machine.</param>
    /// <param name="after">Called after each step that has reached the medium; for tests.</param>
    /// <param name="warden">Gives filter keys where the day keys are a warden's.</param>
    /// <exception cref="Journal.JournalDeviceException">Another process writes, or the disk refuses.</exception>
    /// <exception cref="ArchiveException">Keys or index cannot be used.</exception>
    public static StoreWriter Open(
        StoreFolder folder,
        TimeProvider time,
        Action<DurableStep>? after = null,
        Func<FilterKeyAsk, FilterKeys>? warden = null) => Open(folder, time, after, null, warden);

    /// <summary>Opens a store to enter the files that it has in an index made anew.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="time">Clock of this machine.</param>
    /// <param name="rebuilding">The new index, and those before it.</param>
    /// <param name="warden">Gives filter keys where the day keys are a warden's.</param>
    public static StoreWriter OpenRebuild(
        StoreFolder folder, TimeProvider time, Rebuilding rebuilding, Func<FilterKeyAsk, FilterKeys>? warden) =>
        Open(folder, time, null, rebuilding, warden);

    private static StoreWriter Open(
        StoreFolder folder,
        TimeProvider time,
        Action<DurableStep>? after,
        Rebuilding? rebuilt,
        Func<FilterKeyAsk, FilterKeys>? warden)
    {
        DurableFile.MakeFolder(folder.Root);
        FolderLock folderLock = FolderLock.Take(folder.Root, LockName);
        try
        {
            if (rebuilt is null && !File.Exists(folder.Database) && Directory.Exists(folder.Archive))
            {
                throw new ArchiveException(
                    $"{folder.Database} is gone, and batches are here: {StoreTables.Tables.Remedy} first; a new one "
                        + "would begin another ledger and pass over them");
            }

            var writer = new StoreWriter(folder, folderLock, time, after, rebuilt, warden);
            if (rebuilt is null)
            {
                writer.KeepClock();
            }

            writer.TakeUpWaiting();
            return writer;
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Takes a batch; the outcome comes with <see cref="Commit"/>.</summary>
    public void AddBatch(ReadOnlyMemory<byte> bytes, string topic) => AddBatch(bytes, topic, null);

    /// <summary>Takes an epoch statement or a checkpoint.</summary>
    public void AddStatement(ReadOnlyMemory<byte> bytes, string topic) => AddStatement(bytes, topic, null);

    /// <summary>Makes durable what was added since the last call; what became of each, in order.</summary>
    public IReadOnlyList<Outcome> Commit()
    {
        ledger.Save();
        database.Run(
            "INSERT OR REPLACE INTO meta (key, value) VALUES ('received', $1)", clock.Last);
        database.Commit();
        after(DurableStep.Commit);
        foreach (string file in toRemove)
        {
            DurableFile.Delete(file);
            after(DurableStep.FileRemoved);
        }

        toRemove.Clear();
        List<Outcome> done = outcomes;
        outcomes = [];
        return done;
    }

    /// <summary>Forgets what no notice keeps any more; to be called with nothing added since the last commit.</summary>
    /// <param name="keepDays">Days before today that are kept at most; null: only what is withdrawn goes.</param>
    /// <exception cref="ArchiveException">A file cannot be read, or somebody reads the index just now.</exception>
    public ExpiryReport Forget(int? keepDays)
    {
        ExpiryReport report = new StoreExpiry(folder, database, NoticeBook.Of(folder), time, forget).Run(keepDays);
        emptied.UnionWith(notices.Withdrawn());
        return report;
    }

    /// <summary>True where a notice is withdrawn and sealed bytes that were kept under it are still here.</summary>
    public bool OwesWithdrawal()
    {
        notices.Look();
        foreach (Id16 notice in notices.Withdrawn())
        {
            // Nothing more is taken under it: once there was nothing, there is nothing.
            if (!emptied.Contains(notice))
            {
                bool has = database.One<long>(
                    "SELECT EXISTS (SELECT 1 FROM batches WHERE notice = $1 AND expired = 0)", notice) > 0;
                if (has)
                {
                    return true;
                }

                emptied.Add(notice);
            }
        }

        return false;
    }

    /// <summary>Takes what the store has of signs of time, and writes down what is certain.</summary>
    /// <exception cref="ArchiveException">A file of an order cannot be read.</exception>
    public void KeepClock()
    {
        SignsOfTime.Read(forget, folder, database, NoticeBook.Of(folder));
        forget.Save();
    }

    public void Dispose()
    {
        receipts.Dispose();
        database.Dispose();
        folderLock.Dispose();
    }

    /// <summary>As the public one; with a time of receipt where the file is in the folder already.</summary>
    internal void AddBatch(ReadOnlyMemory<byte> bytes, string topic, ulong? receivedBefore)
    {
        database.Begin();
        watch.Look();
        notices.Look();
        Refusal refusal = BatchClaim.TryRead(bytes, out BatchClaim claim);
        ulong received = Received(receivedBefore);
        if (refusal != Refusal.None)
        {
            SetAsUnreadable(bytes, refusal, topic, received);
        }
        else if (keys.Find(claim.Device) is not { } device)
        {
            Refuse(
                claim,
                Refusal.UnknownEpoch,
                Alarms.NotEnrolled,
                NotEnrolled,
                topic,
                received);
        }
        else
        {
            Take(device, claim, bytes, topic, received, isHere: receivedBefore is not null);
        }
    }

    /// <inheritdoc cref="AddBatch(ReadOnlyMemory{byte}, string, ulong?)"/>
    internal void AddStatement(ReadOnlyMemory<byte> bytes, string topic, ulong? receivedBefore)
    {
        database.Begin();
        watch.Look();
        notices.Look();
        Refusal refusal = StatementClaim.TryRead(bytes, out StatementClaim claim);
        ulong received = Received(receivedBefore);
        DeviceKeys? device = refusal == Refusal.None ? keys.Find(claim.Device) : null;
        if (refusal != Refusal.None)
        {
            SetAsUnreadable(bytes, refusal, topic, received);
            return;
        }

        if (device is null)
        {
            alarms.Raise(Alarms.NotEnrolled, claim.Device, 0, 0, default, NotEnrolled, received);
            outcomes.Add(new Outcome(OutcomeKind.StatementRefused, Refusal.ForeignDevice, claim.Device, null, topic));
            return;
        }

        refusal = claim.Type == SignedType.Epoch
            ? statements.TakeEpoch(device, bytes, received)
            : statements.TakeCheckpoint(device, bytes, received);
        bool taken = refusal is Refusal.None or Refusal.Swapped or Refusal.Replayed;
        outcomes.Add(new Outcome(
            taken ? OutcomeKind.Noted : OutcomeKind.StatementRefused, refusal, claim.Device, null, topic));
        if (taken && claim.Type == SignedType.Epoch)
        {
            // Receipts of what waits go where its statement came from, also after a restart.
            database.Run("UPDATE devices SET topic = $2 WHERE device = $1", claim.Device, topic);
            TakeUpWaiting(device, topic);
        }
    }

    /// <summary>Enters what is left of an expired batch, from its file.</summary>
    internal void AddExpired(ReadOnlyMemory<byte> bytes, Id16 device, string path, ulong receivedBefore)
    {
        database.Begin();
        clock.AdvanceTo(receivedBefore);
        Refusal refusal = Refusal.ForeignDevice;
        if (keys.Find(device) is { } known)
        {
            refusal = judge.JudgeManifest(known, bytes, out VerifiedManifest? header);
            if (header is not null)
            {
                index.AddExpired(header, path, bytes.Length, receivedBefore);
            }
        }

        bool stored = refusal is Refusal.None or Refusal.Swapped;
        outcomes.Add(new Outcome(stored ? OutcomeKind.Stored : OutcomeKind.Refused, refusal, device, null, path));
    }

    private static ulong LastReceived(StoreDatabase database) =>
        (ulong)database.One<long>("SELECT value FROM meta WHERE key = 'received'");

    private void SetAsUnreadable(ReadOnlyMemory<byte> bytes, Refusal refusal, string topic, ulong received)
    {
        string text = $"from {topic}: {refusal.Sentence()}";
        alarms.Raise(Alarms.Unreadable, default, 0, 0, Hash32.Of(bytes.Span), text, received);
        outcomes.Add(new Outcome(OutcomeKind.Unreadable, refusal, default, null, topic));
    }

    private ulong Received(ulong? before)
    {
        if (before is { } known)
        {
            clock.AdvanceTo(known);
            return known;
        }

        return clock.Next();
    }

    private void Take(
        DeviceKeys device,
        BatchClaim claim,
        ReadOnlyMemory<byte> bytes,
        string topic,
        ulong received,
        bool isHere)
    {
        byte[]? receipt = database.One<byte[]>(
            "SELECT receipt FROM batches WHERE device = $1 AND epoch = $2 AND seq = $3 AND id = $4",
            claim.Device,
            claim.Epoch.Number,
            claim.Sequence,
            claim.Id);
        if (receipt is not null)
        {
            outcomes.Add(new Outcome(OutcomeKind.Duplicate, Refusal.Replayed, claim.Device, receipt, topic));
            return;
        }

        TakeUpOrphan(device, claim, topic, isHere);
        Refusal refusal = judge.Judge(device, claim, bytes, isHere, out JudgedBatch? judged, out bool evidence);
        if (judged is not null)
        {
            Store(device, claim, judged, bytes, topic, received);
        }
        else if (refusal == Refusal.UnknownEpoch && waiting.TryKeep(claim, bytes, received))
        {
            after(DurableStep.AsideFile);
            outcomes.Add(new Outcome(OutcomeKind.Waiting, refusal, claim.Device, null, topic));
        }
        else
        {
            Reject(claim, refusal, evidence, bytes, topic, received);
        }
    }

    private void Store(
        DeviceKeys device,
        BatchClaim claim,
        JudgedBatch judged,
        ReadOnlyMemory<byte> bytes,
        string topic,
        ulong received)
    {
        string path = folder.BatchOf(claim.Device, claim.Day, claim.Epoch.Number, claim.Sequence);
        if (judged.IsOver)
        {
            StoreManifest(claim, judged.Batch.Header, bytes.Length, topic, StoreFolder.ManifestOf(path), received);
            return;
        }

        files.Put(path, bytes, received, DurableStep.BatchFile);
        byte[] receipt = judged.Rows is { } rows
            ? index.Add(device, judged, rows, folder.Relative(path), bytes.Length, received)
            : index.AddSealed(judged.Batch.Header, folder.Relative(path), bytes.Length, received);
        outcomes.Add(new Outcome(
            OutcomeKind.Stored, Refusal.None, claim.Device, receipt, topic, judged.Batch.Manifest.Rows));
    }

    /// <summary>A batch that came after its retention: its place in the chain is kept, and not one record.</summary>
    private void StoreManifest(
        BatchClaim claim, VerifiedManifest header, int size, string topic, string path, ulong received)
    {
        files.Put(path, header.Bytes, received, DurableStep.BatchFile);
        byte[] receipt = index.AddExpired(header, folder.Relative(path), size, received);
        alarms.Raise(
            Alarms.Late,
            claim.Device,
            claim.Epoch.Number,
            0,
            default,
            "batches came after the retention of their day: their manifests alone are kept",
            received);
        outcomes.Add(new Outcome(OutcomeKind.Stored, Refusal.None, claim.Device, receipt, topic));
    }

    private void Reject(
        BatchClaim claim, Refusal refusal, bool evidence, ReadOnlyMemory<byte> bytes, string topic, ulong received)
    {
        if (evidence && forks.TryKeep(claim, bytes, received))
        {
            after(DurableStep.AsideFile);
        }

        string kind = refusal switch
        {
            Refusal.Fork => Alarms.Fork,
            Refusal.Rollback => Alarms.Rollback,
            Refusal.UnknownEpoch => Alarms.WaitingFull,
            Refusal.NoticeWithdrawn => Alarms.Withdrawn,
            _ => Alarms.Refused,
        };
        Refuse(claim, refusal, kind, refusal.Sentence(), topic, received);
    }

    private void Refuse(
        BatchClaim claim, Refusal reason, string kind, string text, string topic, ulong received)
    {
        // A box may go on for days under a withdrawn notice: one line for each of its runs, not for each batch.
        bool isOne = reason != Refusal.NoticeWithdrawn;
        alarms.Raise(
            kind,
            claim.Device,
            claim.Epoch.Number,
            isOne ? claim.Sequence : 0,
            isOne ? claim.Id : default,
            text,
            received);
        byte[] receipt = receipts.Refuse(claim, reason, received);
        outcomes.Add(new Outcome(OutcomeKind.Refused, reason, claim.Device, receipt, topic));
    }
}
