using System.Security.Cryptography;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Holds;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>Whether the law allows an order; null where it does.</summary>
internal delegate OrderRefusal? LawGate(Order order, ulong nowUtcUs);

/// <summary>What a warden judges by: none of it comes from the store.</summary>
/// <param name="Trust">Pinned keys.</param>
/// <param name="Identity">Own identity and key.</param>
/// <param name="People">Who is enrolled.</param>
/// <param name="Gate">The law.</param>
internal sealed record WardenRules(WardenTrust Trust, StoreKey Identity, People People, LawGate Gate);

/// <summary>
/// Holds the day keys and gives a content key away only for an approved order, to one process, for a question and a
/// release that were both seen in the log. It believes nothing that the store says: signatures, gate, scope, time, log
/// and quota are judged here again. One thread at a time.
/// </summary>
internal sealed class Warden
{
    private readonly WardenRules rules;
    private readonly WardenState state;
    private readonly TimeProvider clock;
    private readonly KeptTerm term;
    private readonly LogWatch log;
    private readonly WardenKeys keys;
    private readonly Promises promises = new();
    private readonly ReferralFiles referrals = new();
    private readonly QuestionJudge judge;
    private readonly FilterDesk filters;

    public Warden(WardenRules rules, KeyRing ring, WardenState state, KeptTerm term, TimeProvider clock)
    {
        this.rules = rules;
        this.state = state;
        this.clock = clock;
        this.term = term;
        log = new LogWatch(rules.Trust.Watched, state, rules.Identity);
        keys = new WardenKeys(ring);
        judge = new QuestionJudge(rules, log, state, referrals, term, clock);
        filters = new FilterDesk(judge, keys, term, clock);
    }

    /// <summary>Entries of the log as it was seen last: where the next proof of consistency begins.</summary>
    public ulong SeenSize => state.SeenSize;

    public Id16 Id => rules.Identity.Store;

    /// <summary>Key of cosignatures and statements.</summary>
    public PublicKey Key => rules.Identity.Public;

    /// <summary>First step of a release: judges everything, and states what will be released.</summary>
    public OrderRefusal? Promise(ReleaseAsk ask, out ReleasePromise? promise)
    {
        promise = null;
        OrderRefusal? wrong = judge.JudgeArchive(ask.Under, out JudgedQuestion? asked);
        if (wrong is not null)
        {
            return wrong;
        }

        wrong = CheckBatches(ask.Batches, asked!, out List<(VerifiedManifest Header, AskedBatch Asked)> batches);
        if (wrong is not null)
        {
            return wrong;
        }

        if (!PublicKey.TryFromPoint(ask.SealTo, out PublicKey? process))
        {
            return new OrderRefusal("release.key", "the key of the process that asks is not on the curve");
        }

        promise = State(ask.Under, asked!, process, batches, null);
        return null;
    }

    /// <summary>Second step: the statement is in the log, so the keys leave, sealed for the process.</summary>
    public OrderRefusal? Release(ReleaseClaim claim, out ReleasedKeys? released)
    {
        released = null;
        if (promises.Take(claim.Statement) is not { } promise)
        {
            return new OrderRefusal("release.unknown", "nothing like that was promised, or too long ago; ask again");
        }

        OrderRefusal? wrong = log.Check(claim.Proof, claim.Statement, LogKind.Release, out LogEntry? entry);
        wrong ??= entry!.Request == promise.Order.Id
            ? null
            : new OrderRefusal("log.request", "the entry of the release names another request");
        List<SealedKey> sealedKeys = [];
        wrong ??= Unwrap(promise, sealedKeys);
        released = wrong is null ? new ReleasedKeys([.. sealedKeys], log.Sign(claim.Proof.Checkpoint)) : null;
        return wrong;
    }

    /// <summary>What a batch says of itself, verified with the pinned device key; null where it cannot be.</summary>
    public Manifest? Check(AskedBatch shown) =>
        keys.Check(shown, out VerifiedManifest? header) is null ? header!.Manifest : null;

    /// <summary>Filter tokens of values in batches: which of them may answer, and nothing more.</summary>
    public OrderRefusal? Tokens(TokenAsk ask, out TokenAnswer? answer) => filters.Tokens(ask, out answer);

    /// <summary>Filter keys for ingest: of batches so young that ingest's own day keys open them whole.</summary>
    public OrderRefusal? FilterKeys(FilterKeyAsk ask, out FilterKeys? answer) => filters.FilterKeys(ask, out answer);

    /// <summary>Takes the file of a referral whose lines will be asked.</summary>
    public OrderRefusal? TakeReferral(byte[] file) => referrals.Take(file);

    /// <summary>Whether it is still here.</summary>
    public bool HasReferral(Hash32 digest) => referrals.Has(digest);

    /// <summary>Papers, law, scope, log and quota: what every call for a request is held against.</summary>
    public OrderRefusal? Judge(AskedUnder under, out JudgedQuestion? asked) => judge.Judge(under, out asked);

    /// <summary>Whether an entry with this content stands in a log that only grew.</summary>
    public OrderRefusal? Saw(LogProof proof, ReadOnlySpan<byte> content, LogKind kind) =>
        log.Check(proof, content, kind, out _);

    /// <summary>Signs a checkpoint of a log that only grew.</summary>
    public OrderRefusal? Cosign(byte[] checkpoint, byte[][] consistency, out byte[] cosignature) =>
        log.Cosign(checkpoint, consistency, out cosignature);

    private ReleasePromise State(
        AskedUnder under,
        JudgedQuestion asked,
        PublicKey process,
        List<(VerifiedManifest Header, AskedBatch Asked)> batches,
        HeldCase? held)
    {
        using SigningKey key = rules.Identity.Open();
        byte[] statement = new ReleaseStatement
        {
            Warden = Id,
            Request = asked.Order.Request.Id,
            Question = asked.Entry.Commitment,
            QuestionIndex = under.Proof.Index,
            SealTo = process,
            UtcUs = UtcClock.Now(clock),
            Sections = SectionsOf(batches, held),
        }.Sign(key).Bytes;
        promises.Add(statement, new Promise(asked.Order.Request, process, batches, held));
        return new ReleasePromise(statement);
    }

    private static List<ReleasedSection> SectionsOf(
        List<(VerifiedManifest Header, AskedBatch Asked)> batches, HeldCase? held)
    {
        var sections = new List<ReleasedSection>();
        if (held is not null)
        {
            sections.Add(new ReleasedSection(held.Place, SectionPlain.AttributionNumber));
        }

        foreach ((VerifiedManifest header, AskedBatch asked) in batches)
        {
            foreach (byte section in asked.Sections)
            {
                sections.Add(new ReleasedSection(header.Id, section));
            }
        }

        return sections;
    }

    /// <summary>States that the case key of a hold will be released; the second step is that of a batch.</summary>
    public OrderRefusal? PromiseCase(
        HoldOpenAsk ask, JudgedQuestion asked, HeldCase held, out ReleasePromise? promise)
    {
        promise = null;
        if (!PublicKey.TryFromPoint(ask.SealTo, out PublicKey? process))
        {
            return new OrderRefusal("release.key", "the key of the process that asks is not on the curve");
        }

        promise = State(ask.Under, asked, process, [], held);
        return null;
    }

    private OrderRefusal? CheckBatches(
        AskedBatch[] batches, JudgedQuestion asked, out List<(VerifiedManifest Header, AskedBatch Asked)> verified)
    {
        verified = [];
        if (batches.Length is 0 or > WardenLimits.BatchesMax)
        {
            return new OrderRefusal(
                "release.many", "none, or more batches than one release may name; ask a shorter time");
        }

        foreach (AskedBatch batch in batches)
        {
            OrderRefusal? wrong = keys.Check(batch, out VerifiedManifest? header)
                ?? ReleaseScope.Judge(asked, header!.Manifest, batch.Sections)
                ?? CheckTerm(header.Manifest);
            if (wrong is not null)
            {
                return wrong;
            }

            verified.Add((header!, batch));
        }

        return null;
    }

    /// <summary>Keys that a clock in doubt has not destroyed yet open nothing.</summary>
    private OrderRefusal? CheckTerm(Manifest manifest) => term.IsOver(manifest.Notice, manifest.Day)
        ? new OrderRefusal("batch.day-over", "the retention of a batch's day is over; nothing of it is given any more")
        : null;

    private OrderRefusal? Unwrap(Promise promise, List<SealedKey> sealedKeys)
    {
        Span<byte> contentKey = stackalloc byte[ContentKeys.Size];
        if (promise.Held is { } held)
        {
            if (held.Key is null)
            {
                return new OrderRefusal("hold.ended", "the case key of this hold is destroyed");
            }

            held.Key.CopyPrivate(contentKey);
            Give(promise, new ReleasedSection(held.Place, SectionPlain.AttributionNumber), contentKey, sealedKeys);
        }

        foreach ((VerifiedManifest header, AskedBatch asked) in promise.Batches)
        {
            foreach (byte section in asked.Sections)
            {
                OrderRefusal? wrong = keys.Unwrap(header, asked.Recipients, section, contentKey);
                if (wrong is not null)
                {
                    return wrong;
                }

                Give(promise, new ReleasedSection(header.Id, section), contentKey, sealedKeys);
            }
        }

        CryptographicOperations.ZeroMemory(contentKey);
        return null;
    }

    private static void Give(
        Promise promise, ReleasedSection place, ReadOnlySpan<byte> contentKey, List<SealedKey> sealedKeys)
    {
        byte[] made = ContentKeys.Seal(
            contentKey, promise.Order.Id, place, promise.SealTo, RandomNumberGenerator.Fill);
        sealedKeys.Add(new SealedKey(place.Batch.ToArray(), place.Section, made));
    }
}
