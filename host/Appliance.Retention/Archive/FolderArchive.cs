using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention.Corrections;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>
/// A folder of journal segments as an archive, in the lab: what a box or a replay wrote, opened with the lab's key set.
/// The chain is verified once when the folder is opened; a batch is read and verified again when it is asked for, so
/// only places are held in memory. There are no filters: every batch of the time is opened, unless its last opening
/// showed that it has no sessions and only those are asked for.
/// </summary>
internal sealed class FolderArchive : IRecordArchive, IDisposable
{
    private readonly FlashFolder flash;
    private readonly JournalReader journal;
    private readonly KeySet keys;
    private readonly FolderChain chain;
    private readonly RowOpener opener;
    private readonly CorrectionBook corrections;

    // How far a record may lie from its own time by a clock that was taken back.
    private readonly long slackUs;
    private readonly Dictionary<FolderBatch, IReadOnlyList<CoverageGap>> gapRows = [];
    private readonly HashSet<FolderBatch> withoutSessions = [];

    private FolderArchive(FlashFolder flash, JournalReader journal, KeySet keys, FolderChain chain)
    {
        this.flash = flash;
        this.journal = journal;
        this.keys = keys;
        this.chain = chain;
        opener = new RowOpener(keys.Recipients);
        corrections = CorrectionBook.Of(keys.Device, chain.Doubts);
        slackUs = chain.Doubts.Count == 0
            ? 0 : chain.Doubts.Max(told => Math.Min(told.Doubt.BoundUs, Questions.Limits.DoubtUsMax));
    }

    /// <summary>Opens a folder. What in it is refused is said, one line each, and counts as missing.</summary>
    /// <exception cref="JournalDeviceException">The folder cannot be read.</exception>
    /// <exception cref="ArchiveException">It holds no segments.</exception>
    public static FolderArchive Open(string folder, KeySet keys, Action<string> complain)
    {
        FlashFolder flash = FlashFolder.OpenForReading(folder);
        try
        {
            JournalReader journal = new(flash);
            if (journal.Segments().Count == 0)
            {
                throw new ArchiveException(
                    $"{folder} holds no segments; give the folder that the box or a replay wrote");
            }

            return new FolderArchive(flash, journal, keys, FolderChain.Read(journal, keys, complain));
        }
        catch
        {
            flash.Dispose();
            throw;
        }
    }

    public CorrectionBook Corrections => corrections;

    public IEnumerable<OpenedRows> Read(
        TaiTime from, TaiTime to, SectionSet sections, IReadOnlyList<TokenQuery> anyOf)
    {
        bool areOfSessions = AreOfSessions(anyOf);
        foreach (FolderBatch batch in chain.Batches)
        {
            Questions.Window own = new Questions.Window(batch.First, batch.Last).Widen(slackUs);
            if (own.Touches(from, to) && !(withoutSessions.Contains(batch) && areOfSessions))
            {
                yield return Open(batch, sections);
            }
        }
    }

    public Coverage Coverage(TaiTime from, TaiTime to)
    {
        var gaps = new List<CoverageGap>();
        foreach (CoverageGap gap in chain.Gaps)
        {
            AddTouching(gap);
        }

        chain.Doubts.ForEach(told =>
        {
            if (told.Doubt.BoundUs > Questions.Limits.DoubtUsMax)
            {
                AddTouching(CoverageGap.OfDoubt(told));
            }
        });
        foreach (FolderBatch batch in chain.Batches)
        {
            if (batch.First <= to && from <= batch.Last)
            {
                GapRows(batch).ToList().ForEach(AddTouching);
            }
        }

        gaps.Sort((a, b) => a.From != b.From ? a.From.CompareTo(b.From) : a.To.CompareTo(b.To));
        return new Coverage(
            chain.Batches.Count == 0 ? [] : [new DeviceCoverage(keys.Device, chain.First, chain.Last, gaps)]);

        void AddTouching(CoverageGap gap)
        {
            if (gap.From <= to && from <= gap.To)
            {
                gaps.Add(gap);
            }
        }
    }

    public void Dispose() => flash.Dispose();

    private static bool AreOfSessions(IReadOnlyList<TokenQuery> anyOf) => anyOf.Count > 0
        && anyOf.All(query => query.Tokens.All(token => token.Bytes.Span[0] == (byte)TokenField.InsidePrefix));

    private IReadOnlyList<CoverageGap> GapRows(FolderBatch batch)
    {
        if (!gapRows.TryGetValue(batch, out IReadOnlyList<CoverageGap>? rows))
        {
            _ = Open(batch, SectionSet.Attribution);
            rows = gapRows[batch];
        }

        return rows;
    }

    private OpenedRows Open(FolderBatch batch, SectionSet sections)
    {
        string where = $"batch {batch.Sequence} of epoch {batch.Epoch.Number}";
        if (!journal.TryRead(batch.Place, out JournalFrame frame))
        {
            throw new ArchiveException($"{where} cannot be read any more; restore the segment from a copy");
        }

        Refusal refusal = BatchCheck.TryVerify(frame.Payload, chain.Find, chain.Rules, out VerifiedBatch? verified);
        if (refusal != Refusal.None)
        {
            throw new ArchiveException($"{where} is refused: {refusal.Sentence()}; restore the segment from a copy");
        }

        refusal = opener.TryOpen(verified!, sections, out RowBatch rows, out SectionSet opened);
        if (refusal != Refusal.None)
        {
            throw new ArchiveException($"{where} does not open: {refusal.Sentence()}; give the keys of its day");
        }

        if ((opened & SectionSet.Attribution) != 0)
        {
            gapRows.TryAdd(batch, FolderGaps.OfRows(rows, CoverageGap.WhereOf(batch.Epoch.Number, batch.Sequence)));
            if (rows.Sessions.Count == 0)
            {
                withoutSessions.Add(batch);
            }
        }

        return new OpenedRows(keys.Device, batch.Epoch, batch.Sequence, batch.Id, opened, rows, batch.Last)
            .With(corrections);
    }
}
