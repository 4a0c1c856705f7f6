using System.Buffers.Binary;
using Appliance.Retention.Corrections;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>
/// The store's own archive: SQLite says which batches may answer, the files hold them. Every batch that is opened is
/// verified anew, so that a file that was changed on disk is not believed. Reads beside the writer. One thread.
/// </summary>
internal sealed class EmbeddedArchive : IRecordArchive, IDisposable
{
    private readonly StoreFolder folder;
    private readonly KeyRing keys;
    private readonly StoreDatabase database;
    private readonly EpochBook epochs;

    private EmbeddedArchive(StoreFolder folder, KeyRing keys, StoreDatabase database)
    {
        this.folder = folder;
        this.keys = keys;
        this.database = database;
        epochs = new EpochBook(database);
        Corrections = CorrectionBook.Of(folder, database);
    }

    /// <summary>What was found wrong later of records here, as it was known when this was opened.</summary>
    public CorrectionBook Corrections { get; }

    /// <summary>Opens the store in a data folder for reading.</summary>
    /// <exception cref="ArchiveException">There is none, or it cannot be used.</exception>
    public static EmbeddedArchive Open(StoreFolder folder)
    {
        StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
        try
        {
            return new EmbeddedArchive(folder, KeyRing.Load(folder), database);
        }
        catch (ArchiveException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<OpenedRows> Read(
        TaiTime from, TaiTime to, SectionSet sections, IReadOnlyList<TokenQuery> anyOf)
    {
        foreach (StoredBatch batch in Candidates(from, to))
        {
            if (MayAnswer(batch, sections, anyOf))
            {
                yield return Open(batch, sections);
            }
        }
    }

    /// <inheritdoc/>
    public Coverage Coverage(TaiTime from, TaiTime to) => new CoverageReader(database).Read(from, to);

    public void Dispose() => database.Dispose();

    /// <summary>Reads a file of the archive and verifies it against its row in the index.</summary>
    /// <exception cref="ArchiveException">It is not there, or not what was stored.</exception>
    internal VerifiedBatch Verify(StoredBatch stored, DeviceKeys device) => Verify(stored, device, out _);

    private VerifiedBatch Verify(StoredBatch stored, DeviceKeys device, out byte[] bytes)
    {
        try
        {
            bytes = File.ReadAllBytes(Path.Combine(folder.Root, stored.Path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                $"{stored.Path} cannot be read ({failure.Message}); restore it from a copy", failure);
        }

        var rules = new ReaderRules(device.Device, default, int.MaxValue);
        Refusal refusal = BatchCheck.TryVerify(
            bytes, kid => epochs.Find(device, kid)?.Certified, rules, out VerifiedBatch? batch);
        if (refusal == Refusal.None && batch!.Id == stored.Id)
        {
            return batch;
        }

        string why = refusal == Refusal.None ? "it is another batch than the index says" : refusal.Sentence();
        throw new ArchiveException($"{stored.Path} is not what was stored: {why}; restore it from a copy");
    }

    /// <summary>
    /// False only where the filter of a batch excludes every token; an absent filter excludes nothing.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="values">What is looked for.</param>
    /// <param name="tokens">The values' tokens with the batch's keys, 4 bytes each; empty without keys.</param>
    internal bool MayHave(StoredBatch batch, List<Token> values, byte[] tokens)
    {
        var filters = new BatchFilters(database, null, batch);
        for (int i = 0; i < values.Count; i++)
        {
            uint token = tokens.Length == values.Count * FilterTokens.Size
                ? BinaryPrimitives.ReadUInt32BigEndian(tokens.AsSpan(i * FilterTokens.Size))
                : 0;
            if (token == 0 || filters.Tokens(values[i].Section) is not { } filter
                || FilterTokens.MayHave(filter, token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Verifies a batch and gives what a warden needs to release its keys, with no sealed row.</summary>
    /// <exception cref="ArchiveException">It is not there, or not what was stored.</exception>
    internal AskedBatch AskFor(StoredBatch stored, SectionSet sections, out VerifiedBatch batch)
    {
        DeviceKeys device = DeviceOf(stored);
        batch = Verify(stored, device, out byte[] bytes);
        BatchClaim.TryReadSealed(bytes, out _, out ReadOnlyMemory<byte> recipients);
        var wanted = new List<byte>();
        foreach (SectionEntry section in batch.Manifest.Sections)
        {
            if (sections.Has(section.Number))
            {
                wanted.Add(section.Number);
            }
        }

        SignedObject.TryRead(SignedType.Batch, batch.Header.Bytes, out SignedObject? signed);
        return new AskedBatch(
            batch.Header.Bytes.ToArray(), epochs.StatementOf(device, signed!.Kid), recipients.ToArray(), [.. wanted]);
    }

    /// <summary>
    /// Batches that may touch the interval, the oldest first: by the times of their records, and by the wider bounds of
    /// those that are in doubt.
    /// </summary>
    internal List<StoredBatch> Candidates(TaiTime from, TaiTime to) => database.All(
        """
        SELECT no, device, epoch, epoch_id, seq, id, day, path FROM batches b
        WHERE expired = 0 AND last_us >= $1 - $3 AND first_us <= $2 + $3
            AND ((last_us >= $1 AND first_us <= $2) OR EXISTS (
                SELECT 1 FROM doubts d
                WHERE d.device = b.device AND (d.epoch, d.seq) >= (b.epoch, b.seq)
                    AND d.from_us <= b.last_us AND d.to_us >= b.first_us
                    AND b.last_us >= $1 - min(d.bound_us, $3) AND b.first_us <= $2 + min(d.bound_us, $3)))
        ORDER BY first_us, device, epoch, seq
        """,
        StoredBatch.Read,
        from,
        to,
        Questions.Limits.DoubtUsMax);

    /// <summary>The batch at a position, or null where it is not here or its retention has ended.</summary>
    internal StoredBatch? Find(Id16 device, uint epoch, uint sequence)
    {
        List<StoredBatch> found = database.All(
            """
            SELECT no, device, epoch, epoch_id, seq, id, day, path FROM batches
            WHERE device = $1 AND epoch = $2 AND seq = $3 AND expired = 0
            """,
            StoredBatch.Read,
            device,
            epoch,
            sequence);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Notice that a batch is kept under.</summary>
    internal Id16 NoticeOf(StoredBatch batch) => BatchFilters.NoticeOf(database, batch);

    /// <summary>Pinned key of a device.</summary>
    internal PublicKey? DeviceKey(Id16 device) => keys.Find(device)?.DeviceKey;

    /// <summary>False only where the filters of the batch exclude every query.</summary>
    private bool MayAnswer(StoredBatch batch, SectionSet sections, IReadOnlyList<TokenQuery> anyOf)
    {
        var filters = new BatchFilters(database, keys.Find(batch.Device), batch);
        foreach (TokenQuery query in anyOf)
        {
            foreach (Token token in query.Tokens)
            {
                // The filter of a section that is not asked for is not looked at: it would tell what is in there.
                if (!sections.Has(token.Section) || !filters.Excludes(token))
                {
                    return true;
                }
            }
        }

        return anyOf.Count == 0;
    }

    private OpenedRows Open(StoredBatch stored, SectionSet sections)
    {
        DeviceKeys device = DeviceOf(stored);
        VerifiedBatch batch = Verify(stored, device);
        Refusal refusal = device.Reader.TryOpen(batch, sections, out RowBatch rows, out SectionSet opened);
        return refusal == Refusal.None
            ? new OpenedRows(
                stored.Device, stored.Epoch, stored.Sequence, stored.Id, opened, rows, batch.Manifest.Last)
                .With(Corrections)
            : throw new ArchiveException($"{stored.Path} cannot be opened: {refusal.Sentence()}");
    }

    private DeviceKeys DeviceOf(StoredBatch stored) => keys.Find(stored.Device)
        ?? throw new ArchiveException($"{stored.Path}: device {stored.Device} has no keys here any more");
}
