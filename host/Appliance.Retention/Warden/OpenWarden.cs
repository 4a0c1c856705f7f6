using Appliance.Linux;
using Appliance.Retention.Archive;
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

    private OpenWarden(
        WardenFolder folder,
        KeyRing ring,
        TimeProvider clock,
        FolderLock held,
        WardenState state,
        Warden warden,
        WardenStatus status)
    {
        this.folder = folder;
        this.ring = ring;
        this.clock = clock;
        this.held = held;
        this.state = state;
        Warden = warden;
        Status = status;
    }

    public Warden Warden { get; }

    public WardenStatus Status { get; }

    /// <summary>Reads keys, pinned keys, people and confirmations.</summary>
    /// <exception cref="ArchiveException">Something is missing or not signed as it must be.</exception>
    public static OpenWarden At(WardenFolder folder, TimeProvider clock)
    {
        WardenTrust trust = folder.ReadTrust();
        People people = folder.ReadPeople(trust);
        var ring = KeyRing.Load(folder.KeyFolder);
        var rules = new WardenRules(trust, folder.ReadOrMakeKey(), people, OrderLaw.Load(folder.Rules, trust));
        string[] confirmed = [.. OrderLaw.Confirmed(folder.Rules, trust.Control).Select(rule => rule.Jurisdiction)];
        FolderLock held = FolderLock.Take(folder.Root, "warden.lock");
        var state = WardenState.Open(folder.State);
        var warden = new Warden(rules, ring, state, clock);
        var status = new WardenStatus(ring, people, confirmed, !trust.IsLab);
        return new OpenWarden(folder, ring, clock, held, state, warden, status);
    }

    /// <summary>
    /// Destroys the day keys whose retention has ended, on the medium and in memory: from then on no copy of their
    /// batches opens anywhere. Returns how many.
    /// </summary>
    public int Forget()
    {
        int today = (int)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays;
        return ring.Destroy(folder.KeyFolder, KeyRole.WardenA, today - WardenLimits.KeepDays);
    }

    public void Dispose()
    {
        state.Dispose();
        held.Dispose();
    }
}
