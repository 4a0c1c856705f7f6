using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using WardenOfKeys = Appliance.Retention.Warden.Warden;

namespace Appliance.Tests.Retention.Warden;

/// <summary>
/// A store without day keys of a warden, a warden with them, a log, and two people who may order. Each part can be
/// replaced by one that cheats.
/// </summary>
internal sealed class WardenWorld : IDisposable
{
    public static readonly ulong Noon = ((TestBox.Day * 86_400UL) + 43_200) * 1_000_000;

    private readonly Random random = new(7);
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("warden-");
    private readonly TestBox box = new();
    private readonly TestStore store;
    private readonly SigningKey operatorKey;
    private readonly SigningKey custodianKey;
    private readonly StoreKey wardenKey;
    private readonly StoreKey witnessKey;
    private readonly WardenState state;
    private readonly WardenState witnessState;
    private readonly KeptTerm term;

    /// <param name="isWitnessed">A second witness is pinned.</param>
    /// <param name="setBackDays">How far the warden's clock was set back before it was started.</param>
    /// <param name="rowsOf">Rows of the batch at a second; by default one flow.</param>
    public WardenWorld(bool isWitnessed = false, int setBackDays = 0, Func<long, RowBatch>? rowsOf = null)
    {
        operatorKey = SigningKey.New(random.NextBytes);
        custodianKey = SigningKey.New(random.NextBytes);
        wardenKey = StoreKey.New(random.NextBytes);
        witnessKey = StoreKey.New(random.NextBytes);
        Asker = Person(PersonRoles.Requester, "police", out AskerKey);
        Chief = Person(PersonRoles.Approver, "police", out ChiefKey);
        store = Filled(rowsOf ?? TestBox.Rows);
        Log = TransparencyLog.Open(LogFolder, TestClock.OfDay(TestBox.Day));
        state = WardenState.Open(Path.Combine(temporary.FullName, "state.db"));
        witnessState = WardenState.Open(Path.Combine(temporary.FullName, "witness.db"));
        People = new People();
        People.Add(Asker);
        People.Add(Chief);
        var trust = new WardenTrust(
            new ControlTrust(operatorKey.Public, custodianKey.Public), Log.Id, Log.Key, IsLab: true,
            isWitnessed ? witnessKey.Public : null);
        PinnedWitness = trust.Witness;
        Second = new DirectWitness(new LogWatch(trust.Watched with { Witness = null }, witnessState, witnessKey));
        var ring = KeyRing.Load(WardenKeys());
        TestClock before = TestClock.OfDay(TestBox.Day + setBackDays);
        var clock = new TestClock(TestClock.OfDay(TestBox.Day).GetUtcNow()) { Ran = before.Ran };
        _ = new KeptTerm(Folder, trust.Control, ring, before);
        term = new KeptTerm(Folder, trust.Control, ring, clock);
        Direct = new DirectWarden(new WardenOfKeys(
            new WardenRules(trust, wardenKey, People, (_, _) => null), ring, state, term, clock));
    }

    /// <summary>Key of the requester.</summary>
    public readonly SigningKey AskerKey;

    /// <summary>Key of the approver.</summary>
    public readonly SigningKey ChiefKey;

    public Enrolment Asker { get; }

    public Enrolment Chief { get; }

    public People People { get; }

    public TransparencyLog Log { get; }

    public string LogFolder => Path.Combine(temporary.FullName, "log");

    public DirectWarden Direct { get; }

    public DirectWitness Second { get; }

    /// <summary>Key of the second witness, where one is pinned.</summary>
    public PublicKey? PinnedWitness { get; }

    /// <summary>An old copy of the warden's state is put back: it remembers nothing.</summary>
    public void RollBackWarden() => state.See(0, default);

    /// <summary>The same of the witness's.</summary>
    public void RollBackWitness() => witnessState.See(0, default);

    /// <summary>The warden knows of the end of the notice, and has not destroyed its keys yet.</summary>
    public void Withdraw()
    {
        Directory.CreateDirectory(Folder.Notices);
        var order = new KeepingOrder(KeepingKind.Withdrawn, Notice, 1, 0, "test");
        File.WriteAllBytes(Path.Combine(Folder.Notices, "w.keeping"), order.Sign(operatorKey, custodianKey));
        term.Look();
    }

    private WardenFolder Folder => new(Path.Combine(temporary.FullName, "warden"));

    public PublicKey WardenPublic => wardenKey.Public;

    public StoreFolder Store => store.Folder;

    public Id16 Notice => box.Keys.Notice;

    public Id16 Device => box.Keys.Device;

    /// <summary>A person whom both roles enrolled, with a key.</summary>
    public Enrolment Person(PersonRoles roles, string kind, out SigningKey key)
    {
        key = SigningKey.New(random.NextBytes);
        return new Enrolment
        {
            Number = 1,
            Person = Id16.New(random.NextBytes),
            Label = "officer",
            Authority = "County Police",
            Kind = kind,
            Office = "",
            Roles = roles,
            Key = key.Public,
            FromUtcUs = Noon - 1_000_000_000,
            UntilUtcUs = Noon + 1_000_000_000,
        };
    }

    /// <summary>An order for the line behind port 1100 in the first 300 s of the day.</summary>
    public Request Request(byte purpose = 1) => new()
    {
        Id = Id16.New(random.NextBytes),
        Notice = Notice,
        Jurisdiction = "GB",
        Authority = Asker.Authority,
        LegalBasis = "RIPA 2000 s. 22",
        Purpose = purpose,
        Case = "case 1",
        Statements = [new RequestStatement("necessity", "a threat to life")],
        Offence = null,
        IsSensitiveProfession = false,
        Scope = new Scope
        {
            Addresses = [new ScopeAddress(TestBox.Address("192.0.2.1"), 1100, 0)], Lines = ["line-1"],
        },
        FromUtcUs = UtcOf(0),
        ToUtcUs = UtcOf(300),
        Urgency = RequestUrgency.None,
        MadeUtcUs = Noon - 2_000_000,
        ExpiresUtcUs = Noon + 1_000_000,
        NotifyUtcUs = null,
        Requester = Asker.Person,
        Questions = 2,
        Candidates = 1,
        SealTo = null,
    };

    /// <summary>Signed by requester and approver.</summary>
    public Papers Papers(Request request, SigningKey? approver = null, Enrolment? by = null)
    {
        byte[] payload = request.Encode();
        byte[] signed = SignedObject.Sign(SignedType.Request, payload, AskerKey).Bytes;
        byte[] approval = SignedObject.Sign(
            SignedType.Approval, Approval(request, by ?? Chief).Encode(), approver ?? ChiefKey).Bytes;
        return new Papers(signed, [approval]);
    }

    public Approval Approval(Request request, Enrolment by) => new()
    {
        Request = request.Id,
        Digest = Hash32.Of(request.Encode()),
        Approver = by.Person,
        IsApproved = true,
        UtcUs = Noon - 1_000_000,
        IsOral = false,
        Remarks = "",
    };

    public static AskedQuestion Question(Request request) => new()
    {
        Verb = "resolve",
        Request = request.Id.ToString(),
        Address = "192.0.2.1",
        Port = 1100,
        FromUtcUs = UtcOf(100),
        ToUtcUs = UtcOf(101),
    };

    public LoggedEntry LogQuestion(Request request, AskedQuestion question) => Log.Append(new LogDraft
    {
        Kind = LogKind.Question,
        Actor = LogActor.Store,
        Content = question.Encode(),
        Request = request.Id,
        Purpose = request.Purpose,
    });

    /// <summary>The store's reading of the archive for a question, whose sections are asked for.</summary>
    public OpenedRows[] Read(
        Papers papers, Request request, AskedQuestion question, SectionSet sections, LoggedEntry? entry = null)
    {
        using OrderedArchive archive = Ordered(papers, request, question, entry);
        TokenQuery[] queries = question.Verb == "resolve"
            ? [TokenQuery.PublicEndpoint(TestBox.Address(question.Address), question.Port)]
            : [TokenQuery.Subscriber(question.Line)];
        return [.. archive.Read(TestBox.At(0), TestBox.At(300), sections, queries)];
    }

    /// <summary>The archive as one logged question reads it.</summary>
    public OrderedArchive Ordered(
        Papers papers, Request request, AskedQuestion question, LoggedEntry? entry = null) => new(
        EmbeddedArchive.Open(Store),
        Log,
        Direct,
        new LogWitness(Log, Direct, Second, PinnedWitness),
        papers,
        request,
        question,
        entry ?? LogQuestion(request, question));

    public static ulong UtcOf(long second) => (ulong)LeapSeconds.ToUtc(TestBox.At(second));

    public void Dispose()
    {
        state.Dispose();
        witnessState.Dispose();
        Log.Dispose();
        store.Dispose();
        box.Dispose();
        operatorKey.Dispose();
        custodianKey.Dispose();
        AskerKey.Dispose();
        ChiefKey.Dispose();
        temporary.Delete(recursive: true);
    }

    /// <summary>Filters are made at ingest; afterwards the store keeps ingest's keys alone.</summary>
    private TestStore Filled(Func<long, RowBatch> rowsOf)
    {
        var filled = new TestStore(box);
        StartedEpoch epoch = box.Start(1);
        filled.State(box.LastStatement);
        filled.Add([.. new long[] { 0, 100, 200 }.Select(second => box.Seal(epoch, second, rowsOf(second)))]);
        filled.Kill();
        foreach (string file in Directory.GetFiles(filled.Folder.Keys, "*" + StoreFolder.KeySetEnding))
        {
            File.Delete(file);
        }

        KeyRing.Load(filled.Folder).Add(filled.Folder, box.Keys.ForRole(KeyRole.Ingest));
        return filled;
    }

    private StoreFolder WardenKeys()
    {
        var folder = new StoreFolder(Path.Combine(temporary.FullName, "warden"));
        Directory.CreateDirectory(folder.Root);
        KeyRing.Load(folder).Add(folder, box.Keys.ForRole(KeyRole.WardenA));
        return folder;
    }
}

/// <summary>A second witness in the same process; it can be gone, or sign with another key.</summary>
internal sealed class DirectWitness(LogWatch watch) : IWitness
{
    /// <summary>Called before anything is signed; throws where the witness cannot be reached.</summary>
    public Action OnCosign { get; set; } = () => { };

    /// <summary>What becomes of the signature on its way.</summary>
    public Func<byte[], byte[]> Altered { get; set; } = made => made;

    public ulong SeenSize() => watch.SeenSize;

    public byte[] Cosign(byte[] checkpoint, byte[][] consistency)
    {
        OnCosign();
        OrderRefusal? refusal = watch.Cosign(checkpoint, consistency, out byte[] made);
        return refusal is null ? Altered(made) : throw new WardenException(refusal);
    }

    public void Dispose()
    {
        // The world that made the witness ends it.
    }
}

/// <summary>A warden in the same process; what is sent can be altered on its way.</summary>
internal sealed class DirectWarden(WardenOfKeys warden) : IWarden
{
    public Func<ReleaseAsk, ReleaseAsk> OnPromise { get; set; } = ask => ask;

    public Func<ReleaseClaim, ReleaseClaim> OnRelease { get; set; } = claim => claim;

    public Func<TokenAsk, TokenAsk> OnTokens { get; set; } = ask => ask;

    public ulong SeenSize() => warden.SeenSize;

    public byte[] Cosign(byte[] checkpoint, byte[][] consistency) =>
        Answer(warden.Cosign(checkpoint, consistency, out byte[] made), made);

    public ReleasePromise Promise(ReleaseAsk ask) =>
        Answer(warden.Promise(OnPromise(ask), out ReleasePromise? promise), promise);

    public ReleasedKeys Release(ReleaseClaim claim) =>
        Answer(warden.Release(OnRelease(claim), out ReleasedKeys? released), released);

    public TokenAnswer Tokens(TokenAsk ask) =>
        Answer(warden.Tokens(OnTokens(ask), out TokenAnswer? answer), answer);

    public HoldMade MakeHold(HoldAsk ask) => throw new NotSupportedException("holds are asked of a warden's process");

    public ReleasePromise OpenHold(HoldOpenAsk ask) =>
        throw new NotSupportedException("holds are asked of a warden's process");

    public OrderRefusal? FilterKeys(FilterKeyAsk ask, out FilterKeys? keys) => warden.FilterKeys(ask, out keys);

    public void Dispose()
    {
        // The world that made the warden ends it.
    }

    private static T Answer<T>(OrderRefusal? refusal, T? answer)
        where T : class => refusal is null ? answer! : throw new WardenException(refusal);
}
