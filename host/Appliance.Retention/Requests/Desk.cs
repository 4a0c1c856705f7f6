using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Warden;

namespace Appliance.Retention.Requests;

/// <summary>The desk of a store's folder, with what it is made of.</summary>
internal sealed class Desk : IDisposable
{
    private Desk(OrderDesk orders, TransparencyLog log)
    {
        Orders = orders;
        Log = log;
    }

    public OrderDesk Orders { get; }

    public TransparencyLog Log { get; }

    /// <summary>Opens the desk: pinned keys, people, rules, log.</summary>
    /// <exception cref="ArchiveException">The store was not set up for orders.</exception>
    public static Desk Open(StoreFolder folder, TimeProvider clock)
    {
        WardenTrust trust = WardenTrust.Read(folder.TrustFile);
        People people = People.Load(folder.People, trust.Control);
        LawGate gate = OrderLaw.Load(folder.Rules, trust);
        var log = TransparencyLog.Open(folder.Log, clock);
        return new Desk(new OrderDesk(new PaperFolder(folder.Requests), people, log, gate, clock), log);
    }

    public void Dispose() => Log.Dispose();
}
