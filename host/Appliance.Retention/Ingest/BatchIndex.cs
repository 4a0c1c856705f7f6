using System.Buffers.Binary;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>Enters a judged batch in the index: its row, filters, gaps, place in the chain and in the ledger.</summary>
internal sealed class BatchIndex(
    StoreDatabase database,
    ChainBook chain,
    Ledger ledger,
    Alarms alarms,
    ReceiptMaker receipts,
    FilterKeySource filterKeys,
    IndexBefore? before)
{
    private const string Unread = "batches have no filter, and gaps among their records are known only where they are"
        + " opened: the index was made anew without ingest's keys, and none before had them";

    private readonly FilterTokens filters = new();

    /// <summary>True for what is estimated over the last interval: it rises and falls, and has no sum.</summary>
    public static bool IsEstimate(Counter counter) => counter is Counter.LossInsidePpm or Counter.LossOutsidePpm;

    /// <summary>Adds the batch to the open transaction; returns its receipt.</summary>
    public byte[] Add(
        DeviceKeys keys, JudgedBatch judged, RowBatch rows, string path, int size, ulong receivedUtcUs)
    {
        long number = AddRow(judged.Batch.Header, path, size, receivedUtcUs, expired: false, out byte[] receipt);
        AddFilters(keys, judged, rows, number);
        AddGaps(rows, number);
        AddConflicts(keys.Device, rows, receivedUtcUs);
        return receipt;
    }

    /// <summary>
    /// Adds a batch of the archive that no key here opens any more, to an index made anew; returns its receipt.
    /// </summary>
    public byte[] AddSealed(VerifiedManifest header, string path, int size, ulong receivedUtcUs)
    {
        long number = AddRow(header, path, size, receivedUtcUs, expired: false, out byte[] receipt);
        RowsBefore? rows = before?.Find(header);
        foreach ((byte section, byte[] tokens) in rows?.Filters ?? [])
        {
            AddFilter(number, section, tokens);
        }

        foreach (CoverageGap gap in rows?.Gaps ?? [])
        {
            AddGap(number, gap.From, gap.To, gap.Source, gap.Cause, gap.Leg);
        }

        foreach (FlowId flow in rows?.Conflicts ?? [])
        {
            AddConflict(header.Manifest.Device, flow, receivedUtcUs);
        }

        if (rows is null)
        {
            Manifest manifest = header.Manifest;
            AddGap(number, manifest.First, manifest.Last, GapSource.Unread, CoverageGap.UnreadCause, "");
        }

        if (rows is null or { IsUnread: true })
        {
            alarms.Raise(
                Alarms.Unread, header.Manifest.Device, header.Manifest.Epoch.Number, 0, default, Unread, receivedUtcUs);
        }

        return receipt;
    }

    /// <summary>
    /// Adds what is left of an expired batch: when the index is made anew, or where it came too late; returns its
    /// receipt.
    /// </summary>
    public byte[] AddExpired(VerifiedManifest header, string path, int size, ulong receivedUtcUs)
    {
        AddRow(header, path, size, receivedUtcUs, expired: true, out byte[] receipt);
        return receipt;
    }

    /// <summary>Everything of a batch that its manifest alone gives.</summary>
    private long AddRow(
        VerifiedManifest header, string path, int size, ulong receivedUtcUs, bool expired, out byte[] receipt)
    {
        ulong index = ledger.Append(header.Id, receivedUtcUs);
        long number = InsertRow(header, path, size, receivedUtcUs, index, expired);
        foreach (ManifestGap gap in header.Manifest.Gaps)
        {
            AddGap(number, gap.From, gap.To, GapSource.Manifest, GapWords.Of(gap.Cause), "");
        }

        AddDoubts(header.Manifest, receivedUtcUs);
        CheckCounters(header, receivedUtcUs);
        chain.BatchAdded(header.Manifest, size);
        receipt = receipts.Durable(header, receivedUtcUs, index);
        database.Run("UPDATE batches SET receipt = $2 WHERE no = $1", number, receipt);
        return number;
    }

    private long InsertRow(
        VerifiedManifest batch, string path, int size, ulong receivedUtcUs, ulong ledgerIndex, bool expired)
    {
        Manifest manifest = batch.Manifest;
        return database.One<long>(
            """
            INSERT INTO batches (device, epoch, epoch_id, seq, id, previous, notice, day, first_us, last_us, rows,
                size, path, received_us, ledger, counters, expired, receipt)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, x'') RETURNING no
            """,
            manifest.Device,
            manifest.Epoch.Number,
            manifest.Epoch.Id,
            manifest.Sequence,
            batch.Id,
            manifest.Previous,
            manifest.Notice,
            manifest.Day,
            manifest.First,
            manifest.Last,
            manifest.Rows,
            size,
            path,
            receivedUtcUs,
            ledgerIndex,
            ToBytes(manifest.Counters),
            expired ? 1 : 0);
    }

    private void AddFilters(DeviceKeys keys, JudgedBatch judged, RowBatch rows, long number)
    {
        for (byte section = SectionPlain.AttributionNumber; section <= SectionPlain.ContactNumber; section++)
        {
            if (!judged.Opened.Has(section))
            {
                continue;
            }

            // Without the key there is no filter, and the batch is opened for every question about its time.
            if (filterKeys.Find(keys, judged.Batch.Manifest, judged.Batch.Id, section) is { } key)
            {
                AddFilter(number, section, filters.Make(key, rows, section));
            }
            else if (before?.Find(judged.Batch.Header)?.Filters.FirstOrDefault(one => one.Section == section).Tokens
                is { } tokens)
            {
                AddFilter(number, section, tokens);
            }
        }
    }

    private void AddFilter(long number, byte section, byte[] tokens) => database.Run(
        "INSERT INTO filters (batch, section, tokens) VALUES ($1, $2, $3)", number, section, tokens);

    private void AddGaps(RowBatch rows, long number)
    {
        StringPool strings = rows.Strings;
        foreach (GapRow gap in rows.Gaps)
        {
            AddGap(number, gap.From, gap.To, GapSource.Record, strings.Text(gap.Cause), strings.Text(gap.Leg));
        }
    }

    /// <summary>What an answer may have relied on before: the register of answers finds those by it.</summary>
    private void AddConflicts(Id16 device, RowBatch rows, ulong receivedUtcUs)
    {
        foreach (FlowRow row in rows.Flows)
        {
            if (row.Conflict && row.First != default)
            {
                AddConflict(device, row.First, receivedUtcUs);
            }
        }
    }

    private void AddConflict(Id16 device, FlowId flow, ulong receivedUtcUs) => database.Run(
        "INSERT OR IGNORE INTO conflicts (device, epoch, seq, row, received_us) VALUES ($1, $2, $3, $4, $5)",
        device,
        flow.Epoch,
        flow.Sequence,
        flow.Row,
        receivedUtcUs);

    /// <summary>What the box's clock took back of times in this batch and earlier ones.</summary>
    private void AddDoubts(Manifest manifest, ulong receivedUtcUs)
    {
        foreach (ManifestEvent happened in manifest.Events)
        {
            if (ClockDoubt.TryRead(happened, out ClockDoubt doubt))
            {
                database.Run(
                    """
                    INSERT INTO doubts (device, epoch, seq, from_us, to_us, bound_us, received_us)
                    VALUES ($1, $2, $3, $4, $5, $6, $7)
                    """,
                    manifest.Device,
                    manifest.Epoch.Number,
                    manifest.Sequence,
                    doubt.From,
                    doubt.To,
                    doubt.BoundUs,
                    receivedUtcUs);
            }
        }
    }

    private void AddGap(long batch, TaiTime from, TaiTime to, GapSource source, string cause, string leg) =>
        database.Run(
            "INSERT INTO gaps (batch, from_us, to_us, source, cause, leg) VALUES ($1, $2, $3, $4, $5, $6)",
            batch,
            from,
            to,
            (int)source,
            cause,
            leg);

    /// <summary>
    /// Cumulative counters never fall within an epoch. A batch in which one does is kept all the same: its records are
    /// whole and signed, only its counts are not to be believed.
    /// </summary>
    private void CheckCounters(VerifiedManifest batch, ulong receivedUtcUs)
    {
        Manifest manifest = batch.Manifest;
        byte[]? before = CountersOf(manifest, manifest.Sequence - 1L);
        byte[]? after = CountersOf(manifest, manifest.Sequence + 1L);
        byte[] own = ToBytes(manifest.Counters);
        int fallen = before is null ? -1 : Fallen(before, own);
        fallen = fallen < 0 && after is not null ? Fallen(own, after) : fallen;
        if (fallen >= 0)
        {
            alarms.Raise(
                Alarms.Counters,
                manifest.Device,
                manifest.Epoch.Number,
                manifest.Sequence,
                batch.Id,
                $"counter {(Counter)fallen} falls, which a cumulative one cannot: these counts are not to be believed",
                receivedUtcUs);
        }
    }

    private byte[]? CountersOf(Manifest manifest, long sequence) => database.One<byte[]>(
        "SELECT counters FROM batches WHERE device = $1 AND epoch = $2 AND seq = $3",
        manifest.Device,
        manifest.Epoch.Number,
        sequence);

    /// <summary>The first counter that is less in the later batch, or -1; a missing one is zero.</summary>
    private static int Fallen(ReadOnlySpan<byte> earlier, ReadOnlySpan<byte> later)
    {
        for (int at = 0; at < earlier.Length; at += sizeof(ulong))
        {
            ulong then = BinaryPrimitives.ReadUInt64LittleEndian(earlier[at..]);
            ulong now = at < later.Length ? BinaryPrimitives.ReadUInt64LittleEndian(later[at..]) : 0;
            if (now < then && !IsEstimate((Counter)(at / sizeof(ulong))))
            {
                return at / sizeof(ulong);
            }
        }

        return -1;
    }

    private static byte[] ToBytes(IReadOnlyList<ulong> counters)
    {
        byte[] bytes = new byte[counters.Count * sizeof(ulong)];
        for (int i = 0; i < counters.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), counters[i]);
        }

        return bytes;
    }
}
