using Appliance.Retention.Archive;
using Appliance.Retention.Holds;
using Appliance.Retention.Log;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>The desk of a store's folder, with what it is made of.</summary>
internal sealed class Desk : IDisposable
{
    private readonly StoreKey identity;
    private readonly TimeProvider clock;

    private Desk(OrderDesk orders, TransparencyLog log, HoldDesk holds, StoreKey identity, TimeProvider clock)
    {
        Orders = orders;
        Log = log;
        Holds = holds;
        this.identity = identity;
        this.clock = clock;
    }

    public OrderDesk Orders { get; }

    public TransparencyLog Log { get; }

    public HoldDesk Holds { get; }

    /// <summary>Opens the desk: pinned keys, people, rules, log.</summary>
    /// <exception cref="ArchiveException">The store was not set up for orders.</exception>
    public static Desk Open(StoreFolder folder, TimeProvider clock)
    {
        WardenTrust trust = WardenTrust.Read(folder.TrustFile);
        People people = People.Load(folder.People, trust.Control);
        LawGate gate = OrderLaw.Load(
            folder.Rules, trust, hold => new HoldFolder(folder.Holds).Find(hold)?.MadeUtcUs);
        StoreKey identity = KeyRing.Load(folder).MakeStoreKey(folder);
        var log = TransparencyLog.Open(folder.Log, clock);
        var orders = new OrderDesk(new PaperFolder(folder.Requests), people, log, gate, clock);
        var holds = new HoldDesk(new HoldFolder(folder.Holds), log, clock);
        return new Desk(orders, log, holds, identity, clock);
    }

    /// <summary>Signs what was searched for an answer, with the key of the store's receipts.</summary>
    public byte[] Sign(
        AskedQuestion question, LoggedEntry entry, SearchRecord search, ulong records, ReadOnlySpan<byte> answer)
    {
        using SigningKey key = identity.Open();
        return search
            .ToStatement(
                identity.Store, question, (entry.Entry.Commitment, entry.Index), records, answer, UtcClock.Now(clock))
            .Sign(key).Bytes;
    }

    public void Dispose() => Log.Dispose();
}
