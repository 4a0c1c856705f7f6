using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;

namespace Appliance.Retention.Warden;

/// <summary>A warden as it stands in its folder; one process at a time.</summary>
internal sealed class OpenWarden : IDisposable
{
    private readonly FolderLock held;
    private readonly WardenState state;

    private OpenWarden(FolderLock held, WardenState state, Warden warden, WardenStatus status)
    {
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
        return new OpenWarden(held, state, warden, new WardenStatus(ring, people, confirmed, !trust.IsLab));
    }

    public void Dispose()
    {
        state.Dispose();
        held.Dispose();
    }
}
