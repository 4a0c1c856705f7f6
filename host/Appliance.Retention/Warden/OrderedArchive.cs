using System.Security.Cryptography;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Retention.Holds;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// The store's archive behind a warden: reads for one logged question of one order. Which batches may answer is told by
/// filter tokens that the warden makes; what is opened stands in the log before its keys arrive. One thread.
/// </summary>
internal sealed class OrderedArchive : IRecordArchive, IDisposable
{
    // Batches of one release: few enough that a question which finds its answer early opens little, many enough that
    // a month is some hundred round trips.
    private const int ReleaseBatches = 128;

    private readonly EmbeddedArchive archive;
    private readonly TransparencyLog log;
    private readonly IWarden warden;
    private readonly LogWitness witness;
    private readonly Papers papers;
    private readonly Request request;
    private readonly AskedQuestion asked;
    private readonly byte[] question;
    private readonly LoggedEntry entry;
    private readonly RecipientKey own;
    private readonly RowOpener opener = new([]);
    private readonly FilterSearch filters;
    private readonly ReadGaps gaps = new();
    private readonly HashSet<Hash32> touching = [];
    private readonly HashSet<Hash32> opened = [];
    private readonly List<ulong> releases = [];

    /// <param name="archive">The sealed archive; disposed with this one.</param>
    /// <param name="log">The log that the question stands in.</param>
    /// <param name="warden">Who has the keys.</param>
    /// <param name="witness">Has the log cosigned.</param>
    /// <param name="papers">The order's papers.</param>
    /// <param name="request">The request in them.</param>
    /// <param name="question">What was asked, as logged.</param>
    /// <param name="entry">Its entry in the log.</param>
    public OrderedArchive(
        EmbeddedArchive archive,
        TransparencyLog log,
        IWarden warden,
        LogWitness witness,
        Papers papers,
        Request request,
        AskedQuestion question,
        LoggedEntry entry)
    {
        this.archive = archive;
        this.log = log;
        this.warden = warden;
        this.witness = witness;
        this.papers = papers;
        this.request = request;
        asked = question;
        this.question = question.Encode();
        this.entry = entry;
        filters = new FilterSearch(archive, warden, Under);
        own = RecipientKey.New(SectionPlain.AttributionNumber, 0, KeyRole.WardenA, RandomNumberGenerator.Fill);
    }

    /// <inheritdoc/>
    public CorrectionBook Corrections => archive.Corrections;

    /// <inheritdoc/>
    public IEnumerable<OpenedRows> Read(
        TaiTime from, TaiTime to, SectionSet sections, IReadOnlyList<TokenQuery> anyOf)
    {
        List<StoredBatch> candidates = archive.Candidates(from, to);
        touching.UnionWith(candidates.Select(batch => batch.Id));
        foreach (StoredBatch[] some in filters.MayAnswer(candidates, sections, anyOf).Chunk(ReleaseBatches))
        {
            foreach (OpenedRows opened in Open(some, sections))
            {
                yield return opened;
            }
        }
    }

    /// <inheritdoc/>
    public Coverage Coverage(TaiTime from, TaiTime to) => gaps.Fill(archive.Coverage(from, to), from, to);

    /// <summary>
    /// Proofs of rows of a section of a batch, for whoever has to believe an answer: the batch is opened again, and
    /// that stands in the log like any other release.
    /// </summary>
    /// <param name="stored">The batch.</param>
    /// <param name="rows">Rows by section.</param>
    /// <exception cref="ArchiveException">The batch cannot be opened.</exception>
    public List<byte[]> Prove(StoredBatch stored, IReadOnlyDictionary<byte, int[]> rows)
    {
        SectionSet sections = SectionSet.None;
        foreach (byte section in rows.Keys)
        {
            sections |= SectionSets.Of(section);
        }

        AskedBatch ask = archive.AskFor(stored, sections, out VerifiedBatch batch);
        var proofs = new List<byte[]>();
        foreach (((_, byte section), byte[] key) in Release([ask]))
        {
            var one = new Dictionary<byte, byte[]> { [section] = key };
            Refusal refusal = opener.TryProve(batch, one, rows[section], proofs);
            CryptographicOperations.ZeroMemory(key);
            if (refusal != Refusal.None)
            {
                throw new ArchiveException($"{stored.Path} cannot be opened: {refusal.Sentence()}");
            }
        }

        return proofs;
    }

    /// <summary>What was searched up to now, for the statement that the store signs about it.</summary>
    public SearchRecord Search()
    {
        TaiTime from = LeapSeconds.ToTai((long)asked.FromUtcUs);
        TaiTime to = LeapSeconds.ToTai((long)asked.ToUtcUs);
        var missing = new Coverages(Coverage(from, to)).In(new Window(from, to), new HashSet<Id16>());
        return new SearchRecord(
            [.. missing.Select(gap => (gap.Device, gap.Gap))],
            (ulong)touching.Count,
            (ulong)opened.Count,
            releases);
    }

    public void Dispose() => archive.Dispose();

    private List<OpenedRows> Open(StoredBatch[] batches, SectionSet sections)
    {
        var opened = new List<OpenedRows>();
        WithKeys(batches, sections, (stored, batch, _, keys) => opened.Add(Open(stored, batch, keys)));
        this.opened.UnionWith(opened.Select(rows => rows.Id));
        opened.ForEach(gaps.Take);
        return opened;
    }

    /// <summary>
    /// The records at these places with their proofs, of the sections that the question reaches: a further release, in
    /// the log as every other.
    /// </summary>
    /// <exception cref="ArchiveException">A batch of them is not here any more.</exception>
    public HeldRecords Prove(IReadOnlyCollection<AnswerPlace> places, SectionSet sections)
    {
        var pack = new HeldRecordsBuilder(question);
        foreach (StoredBatch[] some in pack.Batches(places, archive).Chunk(ReleaseBatches))
        {
            WithKeys(some, sections, (stored, batch, ask, keys) =>
            {
                PublicKey device = archive.DeviceKey(stored.Device)!;
                Refusal refusal = opener.TryProve(batch, keys, pack.Begin(stored, ask, device), pack.Proofs);
                if (refusal != Refusal.None)
                {
                    throw new ArchiveException($"{stored.Path} cannot be opened: {refusal.Sentence()}");
                }
            });
        }

        return pack.Finish();
    }

    /// <summary>Papers and question with a fresh proof that the question is logged.</summary>
    public AskedUnder Under() => new(
        papers.Request.ToArray(),
        [.. papers.Approvals.Select(approval => approval.ToArray())],
        question,
        LogProofs.Of(log, entry, warden.SeenSize(), witness));

    /// <summary>Has the batches' keys released, and clears them when all were used.</summary>
    private void WithKeys(
        StoredBatch[] batches,
        SectionSet sections,
        Action<StoredBatch, VerifiedBatch, AskedBatch, SortedDictionary<byte, byte[]>> use)
    {
        var verified = new List<(StoredBatch Stored, VerifiedBatch Batch, AskedBatch Ask)>();
        foreach (StoredBatch stored in batches)
        {
            AskedBatch ask = archive.AskFor(stored, sections, out VerifiedBatch batch);
            verified.Add((stored, batch, ask));
        }

        Dictionary<(Hash32 Batch, byte Section), byte[]> keys = Release(
            [.. verified.Select(one => one.Ask).Where(ask => ask.Sections.Length > 0)]);
        foreach ((StoredBatch stored, VerifiedBatch batch, AskedBatch ask) in verified)
        {
            use(stored, batch, ask, KeysOf(batch, keys));
        }

        foreach (byte[] key in keys.Values)
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static SortedDictionary<byte, byte[]> KeysOf(
        VerifiedBatch batch, Dictionary<(Hash32 Batch, byte Section), byte[]> keys)
    {
        var own = new SortedDictionary<byte, byte[]>();
        foreach (SectionEntry section in batch.Manifest.Sections)
        {
            if (keys.TryGetValue((batch.Id, section.Number), out byte[]? key))
            {
                own.Add(section.Number, key);
            }
        }

        return own;
    }

    private OpenedRows Open(StoredBatch stored, VerifiedBatch batch, SortedDictionary<byte, byte[]> own)
    {
        Refusal refusal = opener.TryOpen(batch, own, out RowBatch rows, out SectionSet opened);
        return refusal == Refusal.None
            ? new OpenedRows(
                stored.Device, stored.Epoch, stored.Sequence, stored.Id, opened, rows, batch.Manifest.Last)
                .With(archive.Corrections)
            : throw new ArchiveException($"{stored.Path} cannot be opened: {refusal.Sentence()}");
    }

    /// <summary>Both steps of a release, with its entry in the log between them.</summary>
    private Dictionary<(Hash32 Batch, byte Section), byte[]> Release(List<AskedBatch> asked)
    {
        var keys = new Dictionary<(Hash32, byte), byte[]>();
        if (asked.Count == 0)
        {
            return keys;
        }

        ReleasePromise promise = warden.Promise(new ReleaseAsk(Under(), [.. asked], own.Public.Point.ToArray()));
        LoggedEntry logged = log.Append(new LogDraft
        {
            Kind = LogKind.Release,
            Actor = LogActor.Warden,
            Content = promise.Statement,
            Request = request.Id,
            Purpose = request.Purpose,
            Batches = (ulong)asked.Count,
            RefersTo = entry.Index,
        });
        releases.Add(logged.Index);
        LogProof proof = LogProofs.Of(log, logged, warden.SeenSize(), witness);
        ReleasedKeys released = warden.Release(new ReleaseClaim(promise.Statement, proof));
        log.AddCosignature(proof.Checkpoint, released.Cosignature);
        foreach (SealedKey sealedKey in released.Keys)
        {
            var place = new ReleasedSection(Hash32.FromBytes(sealedKey.Batch), sealedKey.Section);
            byte[] key = new byte[ContentKeys.Size];
            keys[(place.Batch, place.Section)] = ContentKeys.TryOpen(sealedKey.Key, request.Id, place, own, key)
                ? key
                : throw new ArchiveException("a content key from the warden cannot be opened; see the warden's log");
        }

        return keys;
    }
}
