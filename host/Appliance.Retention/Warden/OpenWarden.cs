using Appliance.Linux;
using Appliance.Retention.AddressPlan;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Log;
using Appliance.Retention.Notices;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Refusal = Appliance.Wire.Refusal;

namespace Appliance.Retention.Warden;

/// <summary>A warden as it stands in its folder; one process at a time.</summary>
internal sealed class OpenWarden : IDisposable
{
    private readonly FolderLock held;
    private readonly WardenState state;

    private readonly WardenFolder folder;
    private readonly KeyRing ring;
    private readonly CaseKeys cases;
    private readonly WardenTrust trust;
    private readonly KeptTerm term;

    private OpenWarden(
        WardenFolder folder,
        KeyRing ring,
        FolderLock held,
        WardenState state,
        Warden warden,
        HoldCustody holds,
        CaseKeys cases,
        WardenStatus status,
        WardenTrust trust,
        KeptTerm term,
        Destructions destructions)
    {
        this.folder = folder;
        this.ring = ring;
        this.held = held;
        this.state = state;
        Warden = warden;
        Holds = holds;
        this.cases = cases;
        this.trust = trust;
        this.term = term;
        Destructions = destructions;
        Status = status;
    }

    public Warden Warden { get; }

    public HoldCustody Holds { get; }

    /// <summary>Statements of what was destroyed, until the log has them.</summary>
    public Destructions Destructions { get; }

    public WardenStatus Status { get; }

    /// <summary>Why orders about notices are not acted on; null where all are.</summary>
    public string? NoticesProblem => term.Problem;

    /// <summary>Reads keys, pinned keys, people and confirmations.</summary>
    /// <exception cref="ArchiveException">Something is missing or not signed as it must be.</exception>
    public static OpenWarden At(WardenFolder folder, TimeProvider clock)
    {
        WardenTrust trust = folder.ReadTrust();
        People people = folder.ReadPeople(trust);
        var ring = KeyRing.Load(folder.KeyFolder);
        StoreKey identity = folder.ReadOrMakeKey();
        var cases = CaseKeys.Load(folder.Holds, identity);
        LawGate gate = OrderLaw.Load(
            folder.Rules,
            trust,
            hold => cases.Find(hold)?.Statement.MadeUtcUs,
            PlanStore.ReadOf(folder.KeyFolder));
        var rules = new WardenRules(trust, identity, people, gate);
        string[] confirmed = [.. OrderLaw.Confirmed(folder.Rules, trust.Control).Select(rule => rule.Jurisdiction)];
        FolderLock held = FolderLock.Take(folder.Root, "warden.lock");
        var state = WardenState.Open(folder.State);
        var destructions = new Destructions(folder.Root, identity, clock);
        var term = new KeptTerm(folder, trust.Control, ring, clock);
        var warden = new Warden(rules, ring, state, term, clock);
        var status = new WardenStatus(ring, people, confirmed, trust, term);
        var holds = new HoldCustody(warden, rules, cases, term, clock);
        return new OpenWarden(folder, ring, held, state, warden, holds, cases, status, trust, term, destructions);
    }

    /// <summary>
    /// Destroys the day keys whose retention under their notice has ended, on the medium and in memory: from then on no
    /// copy of their batches opens anywhere; and the case keys of holds whose time is over. Returns how many day keys.
    /// </summary>
    public int Forget()
    {
        term.Look();
        ForgetTime time = term.Now;
        cases.EndExpired(time.NowUs);
        NoticeBook book = term.Book;
        book.Remember(
            ring.Devices.SelectMany(device => device.Notices).Concat(book.Notices),
            notice => book.FirstDay(notice, time.NowUs));
        bool Goes(KeySet set, RecipientKey key) => book.IsOver(set.Notice, key, time.NowUs);
        return Destructions.Run(
            KeyRing.Expired(folder.KeyFolder, Goes), () => ring.Destroy(folder.KeyFolder, Goes));
    }

    /// <summary>
    /// Takes manifests that devices signed as signs of the time. Returns why this machine's clock is not believed all
    /// the same; null where it is.
    /// </summary>
    public TimeTold TellTime(TimeAsk ask)
    {
        foreach (AskedBatch shown in ask.Newest)
        {
            if (Warden.Check(shown) is { } manifest)
            {
                term.Saw(manifest);
            }
        }

        Forget();
        return new TimeTold(term.Now.Sentence);
    }

    /// <summary>
    /// Takes an order about a notice, durable, and acts on it at once: the warden believes the two signatures, not who
    /// brings them. One that it acted on before is done. A refusal where nothing acts on it: it is kept all the same,
    /// and acted on when what is in its way is gone.
    /// </summary>
    public OrderRefusal? Keep(byte[] signed)
    {
        if (KeepingOrder.TryVerify(signed, trust.Control, out KeepingOrder? order) != Refusal.None
            || order!.Kind == KeepingKind.HoldEnded)
        {
            return new OrderRefusal("keeping.signature", "operator and custodian did not both sign this of a notice");
        }

        DurableFile.MakeFolder(folder.Notices);
        string file = Path.Combine(folder.Notices, NoticeBook.NameOf(order) + NoticeBook.Ending);
        if (!File.Exists(file))
        {
            DurableFile.Put(file, file + ".part", signed);
        }

        if (NoticesProblem is not null || !term.Knows(order))
        {
            Forget();
        }

        return NoticesProblem is null
            ? null
            : new OrderRefusal(
                "keeping.notices", $"the warden has the order and does not act on it: {NoticesProblem}");
    }

    /// <summary>A statement is in the log, which is proven: it waits no more.</summary>
    public OrderRefusal? Logged(DestroyLogged logged)
    {
        OrderRefusal? wrong = Warden.Saw(logged.Proof, logged.Statement, LogKind.Destroy);
        if (wrong is null)
        {
            Destructions.Logged(logged.Statement);
        }

        return wrong;
    }

    public void Dispose()
    {
        state.Dispose();
        held.Dispose();
    }
}
