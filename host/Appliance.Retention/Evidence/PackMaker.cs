using System.Text;
using Appliance.Evidence;
using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Evidence;

/// <summary>A pack that was made and checked.</summary>
/// <param name="Archive">Its bytes.</param>
/// <param name="Page">The statement in it, HTML.</param>
/// <param name="Report">What its check found, with the store's own keys.</param>
internal sealed record MadePack(byte[] Archive, byte[] Page, PackReport Report);

/// <summary>
/// Makes the evidence for one delivered answer. Exactly the records that the answer names are proven: their batches
/// are opened again, by a release of the warden that stands in the log like any other. The pack is checked before it
/// leaves, and that it was made is logged.
/// </summary>
internal sealed class PackMaker(StoreFolder folder, Desk desk, WardenClient warden, LogWitness witness)
{
    private readonly SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);

    /// <summary>Makes the pack.</summary>
    /// <param name="request">Request that was answered.</param>
    /// <param name="answer">The answer, as it was handed over in JSON.</param>
    /// <param name="clock">Now.</param>
    /// <param name="zone">Zone whose local time the statement shows beside UTC; null: none.</param>
    /// <exception cref="ArchiveException">Something that the pack needs is not there, or does not hold.</exception>
    /// <exception cref="WardenException">The warden releases nothing any more.</exception>
    public MadePack Make(Id16 request, byte[] answer, TimeProvider clock, TimeZoneInfo? zone)
    {
        LogParts steps = LogParts.Find(desk.Log, request, answer);
        AnswerClaims claims = AnswerClaims.Parse(answer)
            ?? throw new ArchiveException("the answer is not the JSON that it should be");
        using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
        var chain = new ChainParts(folder, database);
        Dictionary<StoredBatch, SortedDictionary<byte, int[]>> wanted = Wanted(chain, claims);
        files[PackNames.Answer] = answer;
        PutList(PackNames.Records, Prove(request, steps, wanted));
        PutOrder(request);
        PutChain(chain, steps.Asked, wanted.Keys);
        PutLog(request, steps);
        PutStamps(database, [.. wanted.Keys], clock);
        return Seal(request, steps, zone);
    }

    private static Dictionary<StoredBatch, SortedDictionary<byte, int[]>> Wanted(ChainParts chain, AnswerClaims claims)
    {
        var wanted = new Dictionary<StoredBatch, SortedDictionary<byte, int[]>>();
        foreach (ClaimedRecord claim in claims.Records)
        {
            string[] place = claim.Place.Split('-');
            if (!Id16.TryParse(claim.Device, out Id16 device) || place.Length != 3
                || !uint.TryParse(place[0], out uint epoch) || !uint.TryParse(place[1], out uint sequence)
                || !int.TryParse(place[2], out int row))
            {
                throw new ArchiveException($"the answer names a record {claim.Place} that is none");
            }

            StoredBatch batch = chain.Find(device, epoch, sequence);
            if (!wanted.TryGetValue(batch, out SortedDictionary<byte, int[]>? rows))
            {
                wanted.Add(batch, rows = []);
            }

            Add(rows, SectionPlain.AttributionNumber, row);
            if (claim.HasContact)
            {
                Add(rows, SectionPlain.ContactNumber, row);
            }
        }

        return wanted;
    }

    private static void Add(SortedDictionary<byte, int[]> rows, byte section, int row) =>
        rows[section] = [.. rows.GetValueOrDefault(section) ?? [], row];

    private List<ReadOnlyMemory<byte>> Prove(
        Id16 request, LogParts steps, Dictionary<StoredBatch, SortedDictionary<byte, int[]>> wanted)
    {
        var proofs = new List<ReadOnlyMemory<byte>>();
        OrderStanding standing = desk.Orders.Standing(request);
        if (standing is not { Order: { } order, Refusal: null })
        {
            throw new ArchiveException(
                $"{standing.Refusal!.Sentence}; ask again under a further order and make the pack of that answer, or, "
                    + "where the records are past their term, open the legal hold: `retention hold show`");
        }

        using var archive = new OrderedArchive(
            EmbeddedArchive.Open(folder), desk.Log, warden, witness, desk.Orders.Read(request), order.Request,
            steps.Asked, steps.Question);
        foreach ((StoredBatch batch, SortedDictionary<byte, int[]> rows) in wanted.OrderBy(pair => pair.Key.Number))
        {
            proofs.AddRange(archive.Prove(batch, rows).Select(proof => new ReadOnlyMemory<byte>(proof)));
        }

        return proofs;
    }

    private void PutOrder(Id16 request)
    {
        Papers papers = desk.Orders.Read(request);
        files[PackNames.Request] = papers.Request.ToArray();
        PutList(PackNames.Approvals, papers.Approvals);
        Order order = desk.Orders.Standing(request).Order!;
        HashSet<Id16> people = [order.Requester.Person, .. order.Approvals.Select(said => said.By.Person)];
        PutList(PackNames.People, People.Papers(folder.People, WardenTrust.Read(folder.TrustFile).Control, people));
    }

    // Those that say something of records of the pack: a correction of others' is none of this answer's.
    private void PutCorrections(IReadOnlyCollection<DisclosedRow> rows)
    {
        List<ReadOnlyMemory<byte>> papers = CorrectionBook.PapersOf(
            folder, line => rows.Any(row => PackCorrections.Concerns(line, row)));
        if (papers.Count > 0)
        {
            PutList(PackNames.Corrections, papers);
        }
    }

    private void PutChain(ChainParts chain, AskedQuestion asked, IEnumerable<StoredBatch> proven)
    {
        TaiTime from = LeapSeconds.ToTai((long)asked.FromUtcUs);
        TaiTime to = LeapSeconds.ToTai((long)asked.ToUtcUs);
        HashSet<Id16> own = [.. proven.Select(batch => batch.Device)];

        // An address is behind one box; a line may show up at any.
        HashSet<Id16> devices = asked.Verb == "resolve" && own.Count > 0 ? own : chain.Devices();
        chain.Take(devices, from, to, proven);
        PutList(PackNames.Manifests, chain.Manifests);
        PutList(PackNames.Statements, chain.Statements);
        PutList(PackNames.Heads, chain.Heads);
        PutList(PackNames.Vouchers, VoucherFolder.Read(
            folder, WardenTrust.Read(folder.TrustFile).Control, devices));
    }

    private void PutLog(Id16 request, LogParts steps)
    {
        witness.Attest();
        SignedCheckpoint signed = desk.Log.Checkpoint();
        ulong size = signed.Checkpoint.Size;
        files[PackNames.Checkpoint] = signed.Bytes;
        PutList(PackNames.Cosignatures, Memories(desk.Log.Cosignatures(size)));
        PutList(PackNames.Entries, steps.Prove(desk.Orders.Read(request), size));
        PutList(PackNames.Seen, steps.Seen(size));
    }

    private void PutStamps(StoreDatabase database, List<StoredBatch> proven, TimeProvider clock)
    {
        var authority = StampAuthority.Read(folder);
        if (authority is not null)
        {
            files[PackNames.CheckpointStamp] = authority.Stamp(files[PackNames.Checkpoint]);
        }

        var stamps = new LedgerStamps(folder, database, KeyRing.Load(folder).MakeStoreKey(folder), clock);
        if (proven.Count == 0)
        {
            return;
        }

        ulong last = proven.Max(batch => stamps.PlaceOf(batch).Index);
        StampedHead? head = stamps.Covering(last) ?? (authority is null ? null : stamps.Take(authority));
        if (head is not null)
        {
            files[PackNames.LedgerHead] = head.Head;
            files[PackNames.LedgerStamp] = head.Token;
            PutList(PackNames.LedgerProofs, Memories(stamps.Prove(proven, head.Size)));
        }
    }

    /// <summary>Writes the statement, seals, checks the whole as a reader would, and logs that it was made.</summary>
    private MadePack Seal(Id16 request, LogParts steps, TimeZoneInfo? zone)
    {
        PublicKey first = WardenTrust.TryPoint(warden.Status().Public, out PublicKey? key)
            ? key! : throw new ArchiveException("the warden's key cannot be read");
        Pins pins = StorePins.Of(folder, desk.Log, desk.Witness is { } second ? [first, second] : [first]);
        files[PackNames.Statement] = [];
        SealFiles(request, steps.Question.Index);
        PackChecker.Run(PackArchive.Write(files), pins, out PackState bare);
        PutCorrections(bare.Rows);
        SealFiles(request, steps.Question.Index);
        PackReport draft = PackChecker.Run(PackArchive.Write(files), pins, out PackState state);
        if (!draft.IsGood)
        {
            CheckLine wrong = draft.Checks.First(check => check.Result == CheckResult.Fail);
            throw new ArchiveException($"no pack is handed over: {wrong.Id} does not hold: {wrong.Detail}");
        }

        files[PackNames.Statement] = Encoding.UTF8.GetBytes(StatementPage.Write(state, zone));
        byte[] seal = SealFiles(request, steps.Question.Index);
        byte[] archive = PackArchive.Write(files);
        PackReport report = PackChecker.Run(archive, pins);
        desk.Log.Append(new LogDraft
        {
            Kind = LogKind.Delivery,
            Actor = LogActor.Store,
            Content = seal,
            Request = request,
            Purpose = steps.Question.Entry.Purpose,
            Batches = 0,
            Records = (ulong)report.Rows.Count,
            RefersTo = steps.Question.Index,
        });
        witness.Attest();
        return new MadePack(archive, files[PackNames.Statement], report);
    }

    private byte[] SealFiles(Id16 request, ulong question)
    {
        files.Remove(PackNames.Seal);
        byte[] seal = desk.Log.Seal(
            request, question, [.. files.Select(file => new PackedFile(file.Key, Hash32.Of(file.Value)))]);
        return files[PackNames.Seal] = seal;
    }

    private void PutList(string name, IReadOnlyList<ReadOnlyMemory<byte>> items) =>
        files[name] = ByteList.Encode(items);

    private static List<ReadOnlyMemory<byte>> Memories(IReadOnlyList<byte[]> items) =>
        [.. items.Select(item => new ReadOnlyMemory<byte>(item))];
}
