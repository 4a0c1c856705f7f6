using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Wire;

namespace Appliance.Retention.Reports;

/// <summary>
/// Verifies everything anew from the files: statements, chain, ciphertexts, roots of the rows, filters, receipts,
/// ledger; and that index and files say the same. May run beside the writer: files that came after it began
/// are left alone.
/// </summary>
internal sealed class StoreVerifier
{
    private readonly StoreFolder folder;
    private readonly KeyRing keys;
    private readonly StoreDatabase database;
    private readonly ulong begun;
    private readonly Action<long, long> progress;
    private readonly long batches;
    private readonly FilterTokens filters = new();
    private readonly VerifyReport report = new();

    /// <param name="folder">The data folder.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="database">Its index.</param>
    /// <param name="progress">Told batches done and in all.</param>
    public StoreVerifier(
        StoreFolder folder, KeyRing keys, StoreDatabase database, Action<long, long>? progress = null)
    {
        this.progress = progress ?? (static (_, _) => { });
        this.folder = folder;
        this.keys = keys;
        this.database = database;
        begun = (ulong)database.One<long>("SELECT value FROM meta WHERE key = 'received'");
        batches = database.One<long>("SELECT count(*) FROM batches");
    }

    public VerifyReport Run()
    {
        foreach (Id16 id in database.All("SELECT DISTINCT device FROM epochs ORDER BY device", row => row.Id(0)))
        {
            if (keys.Find(id) is { } device)
            {
                VerifyDevice(device);
            }
            else
            {
                Fault($"device {id}: no key set here, its batches cannot be verified; `retention keys add FILE`");
            }
        }

        VerifyLedger();
        FindStrayFiles();
        report.Unread = database.One<long>(
            "SELECT count(DISTINCT batch) FROM gaps WHERE source = $1", (int)GapSource.Unread);
        return report;
    }

    private void VerifyDevice(DeviceKeys device)
    {
        var chain = new ChainVerifier(device.DeviceKey, new ReaderRules(device.Device, default, int.MaxValue));
        foreach ((string path, long verdict) in StatementFiles(device))
        {
            if (TryRead(path) is { } bytes)
            {
                report.Statements++;
                Check(path, verdict != 0 ? Refusal.None : chain.AddEpoch(bytes));
            }
        }

        foreach (BatchRow row in Rows(device.Device))
        {
            if (TryRead(row.Stored.Path) is { } bytes)
            {
                VerifyBatch(device, chain, row, bytes);
            }

            progress(report.Batches, batches);
        }

        foreach (string path in FilesOf(folder.Statements, device.Device, StoreFolder.HeadEnding))
        {
            if (TryRead(folder.Relative(path)) is { } bytes && StoreFolder.ReceivedAt(path) <= begun)
            {
                report.Statements++;
                Check(folder.Relative(path), chain.AddCheckpoint(bytes));
            }
        }

        ChainReport found = chain.Finish();
        report.Missing += found.MissingBatches;
    }

    private void VerifyBatch(DeviceKeys device, ChainVerifier chain, BatchRow row, byte[] bytes)
    {
        report.Batches++;
        report.Expired += row.IsExpired ? 1 : 0;
        VerifiedBatch? batch = null;
        VerifiedManifest? header = null;
        Refusal refusal = row.IsExpired ? chain.AddManifest(bytes, out header) : chain.AddBatch(bytes, out batch);
        header ??= batch?.Header;
        if (refusal is not (Refusal.None or Refusal.Swapped))
        {
            Fault($"{row.Stored.Path}: {refusal.Sentence()}");
        }
        else if (header!.Id != row.Stored.Id || header.Manifest.Epoch != row.Stored.Epoch
            || header.Manifest.Sequence != row.Stored.Sequence)
        {
            Fault($"{row.Stored.Path}: it is another batch than the index says");
        }
        else
        {
            VerifyReceipt(row, header.Id);
            VerifyRows(device, row, batch);
        }
    }

    private void VerifyRows(DeviceKeys device, BatchRow row, VerifiedBatch? batch)
    {
        if (batch is null)
        {
            return;
        }

        Refusal refusal = device.Reader.TryOpen(batch, SectionSet.Both, out RowBatch rows, out SectionSet opened);
        if (refusal == Refusal.NoKey)
        {
            report.Unopened++;
            return;
        }

        Check(row.Stored.Path, refusal);
        if (refusal == Refusal.None)
        {
            report.Records += rows.Count;
            VerifyFilters(device, row, rows, opened);
        }
    }

    private void VerifyFilters(DeviceKeys device, BatchRow row, RowBatch rows, SectionSet opened)
    {
        for (byte section = SectionPlain.AttributionNumber; section <= SectionPlain.ContactNumber; section++)
        {
            Id16 notice = BatchFilters.NoticeOf(database, row.Stored);
            if (opened.Has(section) && device.IndexKey(notice, section, row.Stored.Day) is { } key)
            {
                byte[] expected = filters.Make(key, row.Stored.Id, rows, section);
                byte[]? found = database.One<byte[]>(
                    "SELECT tokens FROM filters WHERE batch = $1 AND section = $2", row.Stored.Number, section);
                if (found is null || !expected.AsSpan().SequenceEqual(found))
                {
                    Fault($"{row.Stored.Path}: its filter in the index is not that of its rows; "
                        + "run `retention verify --rebuild`");
                }
            }
        }
    }

    private void VerifyReceipt(BatchRow row, Hash32 id)
    {
        Refusal refusal = keys.Store is { } store
            ? Receipt.TryVerify(row.Receipt, store.Public, row.Stored.Device, out Receipt? receipt)
            : Receipt.TryVerify(row.Receipt, keys.Find(row.Stored.Device)!.DeviceKey, row.Stored.Device, out receipt);
        bool same = refusal == Refusal.None && receipt!.Id == id && receipt.LedgerIndex == row.Ledger
            && receipt.ReceivedUtcUs == row.Received && receipt.Reason == Refusal.None;
        if (!same)
        {
            Fault($"{row.Stored.Path}: the receipt in the index is not this store's receipt for it");
        }

        Hash32? leaf = database.One<byte[]>("SELECT leaf FROM ledger WHERE no = $1", row.Ledger) is { } bytes
            ? Hash32.FromBytes(bytes)
            : null;
        if (leaf != LedgerLeaf.Hash(id, row.Received))
        {
            Fault($"{row.Stored.Path}: entry {row.Ledger} of the ledger is another one");
        }
    }

    private void VerifyLedger()
    {
        var tree = new MerkleFrontier();
        foreach (Hash32 leaf in database.All("SELECT leaf FROM ledger ORDER BY no", row => row.Hash(0)))
        {
            tree.Append(leaf);
        }

        report.LedgerEntries = (long)tree.Count;
        byte[] edge = database.One<byte[]>("SELECT value FROM meta WHERE key = 'ledger'") ?? [];
        if (!edge.AsSpan().SequenceEqual(tree.ToBytes()))
        {
            Fault("ledger: its leaves do not give the root that was kept");
        }

        long gone = report.LedgerEntries - database.One<long>("SELECT count(*) FROM batches");
        if (gone != 0)
        {
            Fault($"ledger: {gone} batches that have an entry are not in the index");
        }
    }

    /// <summary>What a crash left, or somebody put there.</summary>
    private void FindStrayFiles()
    {
        var known = new HashSet<string>(
            database.All("SELECT path FROM batches", row => row.GetString(0)), StringComparer.Ordinal);
        foreach (string path in Directory.Exists(folder.Archive)
            ? Directory.EnumerateFiles(folder.Archive, "*", SearchOption.AllDirectories)
            : [])
        {
            if (!known.Contains(folder.Relative(path)) && StoreFolder.ReceivedAt(path) <= begun)
            {
                Fault($"{folder.Relative(path)}: not in the index; run `retention verify --rebuild`");
            }
        }
    }

    private List<(string Path, long Verdict)> StatementFiles(DeviceKeys device) => database.All(
        "SELECT number, statement, verdict FROM epochs WHERE device = $1 ORDER BY number, verdict",
        row => (folder.Relative(folder.EpochOf(device.Device, row.UInt32(0), row.Hash(1))), row.GetInt64(2)),
        device.Device);

    private List<BatchRow> Rows(Id16 device) => database.All(
        """
        SELECT no, device, epoch, epoch_id, seq, id, day, path, received_us, ledger, receipt, expired FROM batches
        WHERE device = $1 ORDER BY epoch, seq
        """,
        row => new BatchRow(
            StoredBatch.Read(row),
            (ulong)row.GetInt64(8),
            (ulong)row.GetInt64(9),
            row.Bytes(10),
            row.GetInt64(11) != 0),
        device);

    private static string[] FilesOf(string root, Id16 device, string ending)
    {
        string of = Path.Combine(root, device.ToString());
        return Directory.Exists(of) ? Directory.GetFiles(of, "*" + ending) : [];
    }

    private byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder.Root, path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Fault($"{path}: cannot be read ({failure.Message}); restore it from a copy");
            return null;
        }
    }

    private void Check(string path, Refusal refusal)
    {
        if (refusal is not (Refusal.None or Refusal.Swapped))
        {
            Fault($"{path}: {refusal.Sentence()}");
        }
    }

    private void Fault(string line)
    {
        report.FaultsTotal++;
        if (report.Faults.Count < StoreLimits.FaultsShownMax)
        {
            report.Faults.Add(line);
        }
    }

    private sealed record BatchRow(StoredBatch Stored, ulong Received, ulong Ledger, byte[] Receipt, bool IsExpired);
}
