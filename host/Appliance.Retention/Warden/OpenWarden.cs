using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>A warden as it stands in its folder; one process at a time.</summary>
internal sealed class OpenWarden : IDisposable
{
    private readonly FolderLock held;
    private readonly WardenState state;

    private readonly WardenFolder folder;
    private readonly KeyRing ring;
    private readonly TimeProvider clock;
    private readonly CaseKeys cases;

    private OpenWarden(
        WardenFolder folder,
        KeyRing ring,
        TimeProvider clock,
        FolderLock held,
        WardenState state,
        Warden warden,
        HoldCustody holds,
        CaseKeys cases,
        WardenStatus status)
    {
        this.folder = folder;
        this.ring = ring;
        this.clock = clock;
        this.held = held;
        this.state = state;
        Warden = warden;
        Holds = holds;
        this.cases = cases;
        Destructions = new Destructions(folder.Root, folder.ReadOrMakeKey(), clock);
        Status = status;
    }

    public Warden Warden { get; }

    public HoldCustody Holds { get; }

    /// <summary>Statements of what was destroyed, until the log has them.</summary>
    public Destructions Destructions { get; }

    public WardenStatus Status { get; }

    /// <summary>Reads keys, pinned keys, people and confirmations.</summary>
    /// <exception cref="ArchiveException">Something is missing or not signed as it must be.</exception>
    public static OpenWarden At(WardenFolder folder, TimeProvider clock)
    {
        WardenTrust trust = folder.ReadTrust();
        People people = folder.ReadPeople(trust);
        var ring = KeyRing.Load(folder.KeyFolder);
        StoreKey identity = folder.ReadOrMakeKey();
        var cases = CaseKeys.Load(folder.Holds, identity);
        LawGate gate = OrderLaw.Load(folder.Rules, trust, hold => cases.Find(hold)?.Statement.MadeUtcUs);
        var rules = new WardenRules(trust, identity, people, gate);
        string[] confirmed = [.. OrderLaw.Confirmed(folder.Rules, trust.Control).Select(rule => rule.Jurisdiction)];
        FolderLock held = FolderLock.Take(folder.Root, "warden.lock");
        var state = WardenState.Open(folder.State);
        var warden = new Warden(rules, ring, state, clock);
        var status = new WardenStatus(ring, people, confirmed, trust);
        var holds = new HoldCustody(warden, rules, cases, clock);
        return new OpenWarden(folder, ring, clock, held, state, warden, holds, cases, status);
    }

    /// <summary>
    /// Destroys the day keys whose retention has ended, on the medium and in memory: from then on no copy of their
    /// batches opens anywhere; and the case keys of holds whose time is over. Returns how many day keys.
    /// </summary>
    public int Forget()
    {
        cases.EndExpired(UtcClock.Now(clock));
        int today = (int)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays;
        int firstDay = today - WardenLimits.KeepDays;
        return Destructions.Run(
            KeyRing.Expired(folder.KeyFolder, KeyRole.WardenA, firstDay),
            () => ring.Destroy(folder.KeyFolder, KeyRole.WardenA, firstDay));
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
