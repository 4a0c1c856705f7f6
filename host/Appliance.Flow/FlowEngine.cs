using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// The door of this project: frames of both legs in, in order of time; attributed records out. Runs on one thread,
/// takes all its memory at start, reads no clock: time is what the stamps say.
/// </summary>
public sealed class FlowEngine
{
    private const byte Tcp = 6;
    private readonly FlowOptions options;
    private readonly RecordQueue queue;
    private readonly LegRules rules;
    private readonly FlowStore store;
    private readonly FlowKeeper keeper;
    private readonly FlowTracker tracker;
    private readonly Rechecker rechecker;
    private readonly DuplicateFilter insideCopies;
    private readonly DuplicateFilter outsideCopies;
    private readonly LossMeter insideLoss;
    private readonly LossMeter outsideLoss;
    private readonly PacketView[] views = new PacketView[Limits.RunPackets];
    private readonly PacketFacts[] facts = new PacketFacts[Limits.RunPackets];
    private readonly RunPacket[] room = new RunPacket[Limits.RunPackets];
    private readonly DecodeState decoding;
    private readonly WitnessBook? witnesses;
    private readonly ulong[] counters;
    private long wakeNs = long.MinValue;
    private int closeAt;
    private long touched;

    /// <summary>Takes all memory.</summary>
    /// <param name="options">Must be free of faults (<see cref="FlowOptions.Validate"/>).</param>
    /// <param name="queue">Where records go; this engine is its only writer.</param>
    /// <param name="key">32 random bytes, fresh at each start; a fixed key only makes tests repeatable.</param>
    /// <exception cref="ArgumentOutOfRangeException">The options have a fault, or the key another length.</exception>
    /// <param name="decoding">What decoding remembers; its routes are what records point to.</param>
    public FlowEngine(FlowOptions options, RecordQueue queue, ReadOnlySpan<byte> key, DecodeState? decoding = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Validate().Count, 0, nameof(options));
        this.options = options;
        this.queue = queue;
        this.decoding = decoding ?? new DecodeState();
        rules = new LegRules(options);
        store = new FlowStore(options, queue, key);
        counters = new ulong[store.Counters.Length];
        TcpRewriting rewriting = new(options.NatRewritesTcp);
        insideLoss = new LossMeter(store, Leg.Inside);
        outsideLoss = new LossMeter(store, Leg.Outside);
        Doubt doubt = new(store, insideLoss, outsideLoss, options.LossUnknownPpm);
        Matcher matcher = new(store, options, rewriting, doubt);
        Judge judge = new(store, matcher, doubt);
        CandidateList candidates = new(store, matcher, judge);
        witnesses = options.Witness.IsUsed ? new WitnessBook(store, options) : null;
        MirrorCheck mirror = new(store, matcher.Graph, judge, candidates);
        Recorder recorder = new(store, queue, candidates, mirror, witnesses);
        Decider decider = new(store, matcher, judge, recorder, rewriting);
        NameFinder names = new(store);
        NamedJoin? named = witnesses is null ? null : new NamedJoin(store, witnesses, decider, mirror);
        keeper = new FlowKeeper(store, recorder, decider, names, rewriting, named);
        rechecker = new Rechecker(store, matcher, decider, keeper, doubt);
        tracker = new FlowTracker(store, keeper, matcher, names);
        insideCopies = new DuplicateFilter(store.Hash, options.DuplicateWindowUs * 1000L);
        outsideCopies = new DuplicateFilter(store.Hash, options.DuplicateWindowUs * 1000L);
    }

    /// <summary>Names that records point to.</summary>
    public NameTable Names => store.Names;

    /// <summary>
    /// Counters by <see cref="Counter"/>, cumulative; published once a call of a method of this class.
    /// </summary>
    public ReadOnlySpan<ulong> Counters => counters;

    /// <summary>The delay between each two legs as joined flows show it; any thread may read.</summary>
    public ReadOnlySpan<LegDelayReading> LegDelays => store.Delays.Readings;

    /// <summary>The NAT's timeouts as silences of public tuples show them; any thread may read.</summary>
    public ReadOnlySpan<NatTimeoutReading> NatTimeouts => store.Timeouts.Readings;

    /// <summary>Routes that records point to.</summary>
    public RouteTable Routes => decoding.Routes;

    /// <summary>The latest time that a packet or a call gave; long.MinValue before the first.</summary>
    public long NowNs => store.NowNs;

    /// <summary>Flows in memory.</summary>
    public int FlowCount => store.Table.Count;

    /// <summary>
    /// Takes frames in order of time; stamps that go back a little are tolerated. Returns how many were taken: fewer
    /// than all only with back-pressure, where the record queue must be drained before the rest is offered again.
    /// </summary>
    /// <param name="bytes">Where the frames lie.</param>
    /// <param name="packets">The frames.</param>
    public int Process(ReadOnlySpan<byte> bytes, ReadOnlySpan<PacketRef> packets)
    {
        int taken = 0;
        while (taken < packets.Length)
        {
            PacketRun run = new(room, bytes, default, default, default);
            while (!run.IsFull && taken + run.Count < packets.Length)
            {
                run.Add(packets[taken + run.Count], 0);
            }

            int count = Process(run);
            taken += count;
            if (count < run.Count)
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>Takes one run; returns how many of its packets, as the other method does.</summary>
    internal int Process(scoped in PacketRun run)
    {
        int taken = 0;
        if (HasRoom())
        {
            Prepare(run);
            while (taken < run.Count && Take(ref facts[taken], views[taken], run.Frame(taken)))
            {
                taken++;
            }
        }

        Publish();
        return taken;
    }

    /// <summary>
    /// Takes an event that a NAT's log told, on the thread of the packets and in the order of arrival; without effect
    /// where the options have no log. It speaks for flows whose record is not due yet.
    /// </summary>
    public void Take(in NatEvent item) => witnesses?.Table?.Take(item);

    /// <summary>What logs told; null where the options have no log.</summary>
    internal BindingTable? Bindings => witnesses?.Table;

    /// <summary>Counts events that found no room on their way to <see cref="Take(in NatEvent)"/>.</summary>
    public void CountDroppedEvents(ulong dropped) => store.Count(Counter.WitnessDropped, dropped);

    /// <summary>
    /// Moves time on without packets: timeouts, records that are due, decisions. False where the record queue has no
    /// room (only with back-pressure): drain it and call again.
    /// </summary>
    public bool AdvanceTo(long nowNs)
    {
        bool isDone = Advance(nowNs);
        Publish();
        return isDone;
    }

    /// <summary>
    /// Ends all flows: waits out the delay window for decisions, then closes. False where the record queue has no room
    /// (only with back-pressure): drain it and call again.
    /// </summary>
    public bool CloseAll(EndReason reason)
    {
        if (closeAt == 0)
        {
            long lastNs = store.NowNs;
            if (lastNs != long.MinValue && !Advance(lastNs + Math.Max(2 * store.WindowNs, witnesses?.WaitNs ?? 0) + 1))
            {
                return false;
            }
        }

        for (; closeAt < store.Table.Reach; closeAt++)
        {
            if (!HasRoom())
            {
                Publish();
                return false;
            }

            if (store.Table.IsUsed(closeAt))
            {
                keeper.Close(closeAt, reason, store.Table.Hot(closeAt).LastNs);
            }
        }

        closeAt = 0;
        insideLoss.Finish(store.NowNs);
        outsideLoss.Finish(store.NowNs);
        Publish();
        return true;
    }

    /// <summary>
    /// Decodes a run and makes its keys; then asks for all slots, then for all lines that they lead to.
    /// </summary>
    private void Prepare(scoped in PacketRun run)
    {
        for (int i = 0; i < run.Count; i++)
        {
            ref readonly PacketRef packet = ref run[i];
            Decoder.Decode(run.Frame(i), packet, decoding, ref views[i]);
            if (rules.Classify(ref facts[i], ref views[i], packet))
            {
                PacketKeys.Fill(ref facts[i], views[i], store);
            }
        }

        // Loops of their own, without decoding between: so many loads wait for memory at the same time.
        long seen = 0;
        for (int i = 0; i < run.Count; i++)
        {
            seen += store.Table.Touch(facts[i].Hash, facts[i].Leg, line: false);
        }

        for (int i = 0; i < run.Count; i++)
        {
            seen += store.Table.Touch(facts[i].Hash, facts[i].Leg, line: true);
        }

        touched = seen;
    }

    /// <summary>Takes one packet; false where what is due before it finds no room.</summary>
    private bool Take(ref PacketFacts fact, in PacketView view, ReadOnlySpan<byte> frame)
    {
        if (fact.StampNs >= wakeNs && !Advance(fact.StampNs))
        {
            return false;
        }

        store.NowNs = Math.Max(store.NowNs, fact.StampNs);
        if (CountFrame(fact, view))
        {
            TakeFlow(ref fact, view, frame);
        }

        return true;
    }

    private void TakeFlow(ref PacketFacts fact, in PacketView view, ReadOnlySpan<byte> frame)
    {
        if (fact.Key.Flags != KeyFlags.None)
        {
            // Numbers of addresses may have changed since the run was prepared.
            PacketKeys.SetKey(ref fact, view, store);
        }

        bool isInside = fact.Leg == Leg.Inside;
        ulong tuple = PacketKeys.StableHash(fact, view, store);
        if ((isInside ? insideCopies : outsideCopies).IsCopy(view, frame, tuple, fact.IsUp, fact.StampNs))
        {
            store.Count(isInside ? Counter.DuplicatesInside : Counter.DuplicatesOutside);
            return;
        }

        if (tracker.Take(ref fact, view, frame) >= 0 && view.Protocol == Tcp)
        {
            (isInside ? insideLoss : outsideLoss).Take(fact, view);
        }
    }

    /// <summary>Counts a frame of a leg; false where it is no packet of a flow.</summary>
    private bool CountFrame(in PacketFacts fact, in PacketView view)
    {
        if (fact.Rule < 0)
        {
            store.Count(Counter.NoLegRule);
            return false;
        }

        bool isInside = fact.Leg == Leg.Inside;
        store.Count(isInside ? Counter.PacketsInside : Counter.PacketsOutside);
        store.LastInsideNs = isInside ? Math.Max(store.LastInsideNs, fact.StampNs) : store.LastInsideNs;
        if (view.IsSliced)
        {
            store.Count(Counter.Sliced);
            store.Count(isInside ? Counter.CutBeforeInside : Counter.CutBeforeOutside, fact.IsCutBefore ? 1u : 0);
        }

        if (view.Kind == PacketKind.Flow)
        {
            return true;
        }

        store.Count(view.Kind == PacketKind.IcmpError ? Counter.IcmpErrors : view.Undecoded);
        return false;
    }

    private bool Advance(long nowNs)
    {
        while (HasRoom())
        {
            if (store.Table.Count == 0)
            {
                store.Wheel.Leap(nowNs);
            }

            store.NowNs = Math.Max(store.NowNs, Math.Min(nowNs, store.Wheel.NextNs));
            if (StepAll() && store.NowNs >= nowNs)
            {
                wakeNs = Math.Min(store.Wheel.NextNs, rechecker.NextNs);
                return true;
            }
        }

        wakeNs = long.MinValue;
        return false;
    }

    /// <summary>Does all that is due now; false where the record queue filled up.</summary>
    private bool StepAll()
    {
        while (rechecker.TryStep())
        {
            if (!HasRoom())
            {
                return false;
            }
        }

        while (HasRoom())
        {
            if (!store.Wheel.TryPop(store.NowNs, out int entry))
            {
                return true;
            }

            keeper.Look(entry);
        }

        return false;
    }

    private bool HasRoom() => !options.BackPressure || queue.Free >= Limits.QueueRoom;

    private void Publish()
    {
        if (store.NowNs != long.MinValue)
        {
            insideLoss.Advance(store.NowNs);
            outsideLoss.Advance(store.NowNs);
        }

        store.Counters.CopyTo(counters, 0);
    }
}
