using Appliance.Retention.AddressPlan;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Retention.Holds;
using Appliance.Retention.Log;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>The desk of a store's folder, with what it is made of.</summary>
internal sealed class Desk : IDisposable
{
    private readonly StoreFolder folder;
    private readonly StoreKey identity;
    private readonly bool isLab;
    private readonly TimeProvider clock;

    private Desk(
        StoreFolder folder,
        OrderDesk orders,
        TransparencyLog log,
        HoldDesk holds,
        PublicKey? witness,
        StoreKey identity,
        bool isLab,
        TimeProvider clock)
    {
        this.isLab = isLab;
        this.folder = folder;
        Witness = witness;
        Orders = orders;
        Log = log;
        Holds = holds;
        this.identity = identity;
        this.clock = clock;
    }

    public OrderDesk Orders { get; }

    public TransparencyLog Log { get; }

    public HoldDesk Holds { get; }

    /// <summary>Key of the log's second witness; null where the warden is its only one.</summary>
    public PublicKey? Witness { get; }

    /// <summary>Opens the desk: pinned keys, people, rules, log.</summary>
    /// <exception cref="ArchiveException">The store was not set up for orders.</exception>
    public static Desk Open(StoreFolder folder, TimeProvider clock)
    {
        WardenTrust trust = WardenTrust.Read(folder.TrustFile);
        People people = People.Load(folder.People, trust.Control);
        LawGate law = OrderLaw.Load(
            folder.Rules, trust, hold => new HoldFolder(folder.Holds).Find(hold)?.MadeUtcUs,
            PlanStore.ReadOf(folder));
        OrderRefusal? Gate(Order order, ulong now) => law(order, now) ?? AnswerKey.Judge(order, trust.IsLab);
        StoreKey identity = KeyRing.Load(folder).MakeStoreKey(folder);
        var log = TransparencyLog.Open(folder.Log, clock);
        var orders = new OrderDesk(new PaperFolder(folder.Requests), people, log, Gate, clock);
        var holds = new HoldDesk(new HoldFolder(folder.Holds), log, clock);
        return new Desk(folder, orders, log, holds, trust.Witness, identity, trust.IsLab, clock);
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

    /// <summary>Says that this process asks a question, until disposed.</summary>
    /// <exception cref="ArchiveException">Another process does.</exception>
    public AskingMark Mark(LoggedEntry question) => AskingMark.TryTake(folder, question.Index)
        ?? throw new ArchiveException($"question {question.Index} is being asked by another process");

    /// <summary>The answer as it may leave: sealed, unless this is a lab or the order says why not.</summary>
    public string Seal(string answer, Order order) => AnswerKey.Seal(answer, order, isLab, UtcClock.Now(clock));

    /// <summary>
    /// Keeps which records an answer relied on, so that a correction of one finds it: from the question's begin on, for
    /// the answer knows only what was corrected by then.
    /// </summary>
    public void Register(
        LoggedEntry delivery,
        AskedQuestion question,
        LoggedEntry entry,
        IReadOnlyCollection<AnswerPlace> places,
        IReadOnlyCollection<AnswerMoment> moments)
    {
        using var register = AnswerRegister.Open(folder);
        register.Add(
            new DeliveredAnswer(
                delivery.Index, entry.Index, delivery.Entry.Request, delivery.Entry.UtcUs, question.FromUtcUs,
                question.ToUtcUs, entry.Entry.UtcUs, []),
            places,
            moments);
    }

    public void Dispose() => Log.Dispose();
}
