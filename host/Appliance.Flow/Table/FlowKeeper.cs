using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Opens and closes flows, writes their records when they are due, and chooses what to give up when the table is
/// full. Records come by the rule of the design: at 5 s of age, at 60 s and every 300 s where packets came, and at the
/// end unless the last record already said all.
/// </summary>
internal sealed class FlowKeeper(
    FlowStore store, Recorder recorder, Decider decider, NameFinder names, TcpRewriting rewriting,
    NamedJoin? named = null)
{
    private const byte Tcp = 6;
    private const long SecondNs = 1_000_000_000;
    private const long FirstRecordNs = 5 * SecondNs;
    private const long QuietNs = 4 * SecondNs;
    private const long SecondRecordNs = 60 * SecondNs;
    private const long NextRecordsNs = 300 * SecondNs;

    /// <summary>A first record waits this much longer for a decision, at most.</summary>
    private const long PatienceNs = 2 * SecondNs;
    private ulong lastNumber;

    /// <summary>Opens a flow for a packet whose key is not known; -1 where there is no room.</summary>
    public int Open(ref PacketFacts facts, in PacketView view)
    {
        int entry = TakeEntry(facts.Leg);
        if (entry < 0)
        {
            store.Count(Counter.FlowsRefused);
            return -1;
        }

        if (facts.Key.Flags != KeyFlags.None && !PacketKeys.TryTake(ref facts, view, store))
        {
            store.Table.Free(entry);
            store.Count(Counter.FlowsRefused);
            return -1;
        }

        Begin(entry, facts.Key, facts.Leg, facts.StampNs);
        ref HotFlow hot = ref store.Table.Hot(entry);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        hot.Seen |= facts.End is LineEnd.Unknown or LineEnd.Both ? Seen.EndGuessed : Seen.None;
        hot.Marks |= facts.End == LineEnd.Both && facts.Leg == Leg.Inside ? Marks.OnNet : Marks.None;
        hot.Marks |= IsByRemote(facts, view) ? Marks.OpenedByRemote : Marks.None;
        hot.Marks |= IsHairpin(facts, view) ? Marks.Hairpin : Marks.None;
        cold.Route = view.Route;
        cold.LegRule = (ushort)facts.Rule;
        return entry;
    }

    /// <summary>Opens an outside half for the public tuple that a flow has just lost.</summary>
    public int OpenOutside(FlowKey key, long startNs, ushort legRule)
    {
        int entry = TakeEntry(Leg.Outside);
        if (entry >= 0)
        {
            Begin(entry, key, Leg.Outside, startNs);
            store.Table.Cold(entry).LegRule = legRule;
        }

        return entry;
    }

    /// <summary>Ends a flow: last decision, last record, and everything it holds is given back.</summary>
    public void Close(int entry, EndReason reason, long endNs)
    {
        if (decider.DecideBeforeEnd(entry) || (named?.TryJoin(entry) ?? false))
        {
            return;
        }

        names.Close(entry);
        ref HotFlow hot = ref store.Table.Hot(entry);
        bool isReused = reason == EndReason.Reused;
        bool isBindingLost = isReused && !hot.IsClosing && (hot.Marks & Marks.Joined) != 0;
        if ((hot.Marks & Marks.Settled) == 0 || isBindingLost)
        {
            // What had ended by itself is not called stopped or evicted because it still lingered.
            EndReason said = hot.IsClosing && !isReused ? FlowStore.SilentReason(hot) : reason;
            recorder.Write(entry, FlowKind.End, said, Math.Max(endNs, hot.LastNs));
        }

        CountEnd(entry);
        Unbind(entry, hot.LastNs);
        decider.Leave(entry);
        if ((hot.Seen & Seen.Inside) != 0)
        {
            store.Table.RemoveInside(entry);
        }

        if ((hot.Seen & Seen.Outside) != 0)
        {
            store.Table.RemoveOutside(entry);
        }

        store.Wheel.Disarm(entry);
        store.ReleaseAddresses(hot);
        store.Names.Release(store.Table.Cold(entry).NameSlot);
        store.Table.Free(entry);
    }

    /// <summary>
    /// The NAT has given a flow another public tuple: its record ends, and the same inside tuple begins anew. Packets
    /// since the change are in the old flow's totals already; they are not counted twice.
    /// </summary>
    public void Reopen(int entry, long startNs)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        recorder.Write(entry, FlowKind.End, EndReason.Reused, hot.LastNs);
        store.Count(Counter.FlowsClosed);
        store.Count(Counter.FlowsOpened);
        Unbind(entry, cold.LastOutsideNs);
        store.Table.RemoveOutside(entry);
        cold = new ColdFlow
        {
            FlowNumber = ++lastNumber,
            StartNs = startNs,
            LegRule = cold.LegRule,
            Route = cold.Route,
            NameSlot = cold.NameSlot,
            NameSource = cold.NameSource,
            Name = cold.Name,
        };
        hot.Marks &= Marks.NameDone | Marks.OpenedByRemote;
        hot.PacketsUp = 0;
        hot.PacketsDown = 0;
        hot.BytesUp = 0;
        hot.BytesDown = 0;
        Hasten(entry);
    }

    /// <summary>A flow has fallen silent for longer than its state allows: its end was when the time ran out.</summary>
    public void CloseSilent(int entry)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        EndReason reason = FlowStore.SilentReason(hot);
        Close(entry, reason, reason == EndReason.Idle ? hot.LastNs + store.IdleNs(hot) : hot.LastNs);
    }

    /// <summary>Looks at a flow that the wheel popped: closes it, writes what is due, arms it again.</summary>
    public void Look(int entry)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        long now = store.NowNs;
        long idleDue = hot.LastNs + store.IdleNs(hot);
        if (now >= idleDue)
        {
            store.Wheel.Arm(entry, now);
            CloseSilent(entry);
            return;
        }

        long recordDue = cold.StartNs + StageNs(cold.Stage);
        bool mayWait = cold.Stage == 0 && now < recordDue + PatienceNs && decider.IsUnripe(hot);
        if (now >= recordDue && !mayWait)
        {
            if (cold.Stage == 0 && hot.Join != 0 && IsJoinedLate(entry))
            {
                return;
            }

            if (cold.Stage == 0 && (named?.TryJoinPopped(entry) ?? false))
            {
                return;
            }

            WriteByAge(entry, ref hot, ref cold);
            recordDue = cold.StartNs + StageNs(cold.Stage);
        }

        store.Wheel.Arm(entry, Math.Max(now, Math.Min(idleDue, recordDue)));
    }

    // It is on the wheel no more, and joining takes it off.
    private bool IsJoinedLate(int entry)
    {
        store.Wheel.Arm(entry, store.NowNs);
        bool isGone = decider.DecideBeforeRecord(entry);
        if (!isGone)
        {
            store.Wheel.Disarm(entry);
        }

        return isGone;
    }

    /// <summary>The flow's state has shortened its life: look at it sooner.</summary>
    public void Hasten(int entry)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        long due = Math.Min(hot.LastNs + store.IdleNs(hot), cold.StartNs + StageNs(cold.Stage));
        store.Wheel.Disarm(entry);
        store.Wheel.Arm(entry, due);
    }

    /// <summary>Whoever sends the first packet opens the flow, unless it is an answer to a handshake.</summary>
    private static bool IsByRemote(in PacketFacts facts, in PacketView view)
    {
        const byte synAck = 18;
        bool isAnswer = view.Protocol == Tcp && (view.TcpFlags & synAck) == synAck;
        return facts.IsUp == isAnswer;
    }

    private bool IsHairpin(in PacketFacts facts, in PacketView view) =>
        facts.Leg == Leg.Inside && facts.End != LineEnd.Both && store.IsPublic(PacketKeys.Remote(facts, view));

    /// <summary>The binding may outlive its flow: from here on only its tuple is remembered.</summary>
    private void Unbind(int entry, long lastNs)
    {
        if ((store.Table.Hot(entry).Marks & (Marks.Joined | Marks.Hairpin)) == Marks.Joined)
        {
            store.Tuples.Unbind(entry, Math.Max(lastNs, store.Table.Cold(entry).LastOutsideNs));
        }
    }

    private static long StageNs(ushort stage) => stage switch
    {
        0 => FirstRecordNs,
        1 => SecondRecordNs,
        _ => SecondRecordNs + ((stage - 1) * NextRecordsNs),
    };

    private void WriteByAge(int entry, ref HotFlow hot, ref ColdFlow cold)
    {
        if (cold.Stage == 0 && hot.IsClosing)
        {
            // It will end within the linger time: one record says both, unless late packets follow.
            recorder.Write(entry, FlowKind.End, FlowStore.SilentReason(hot), hot.LastNs);
        }
        else if (cold.Stage == 0)
        {
            bool isQuiet = store.NowNs - hot.LastNs >= QuietNs;
            recorder.Write(entry, isQuiet ? FlowKind.Quiet : FlowKind.Open, EndReason.None, 0);
        }
        else if (hot.LastNs > cold.StartNs + StageNs((ushort)(cold.Stage - 1)))
        {
            recorder.Write(entry, FlowKind.Interim, EndReason.None, 0);
        }

        // A stage that passed unseen (a long silence of the whole capture) is not made up for.
        while (cold.Stage < ushort.MaxValue && store.NowNs >= cold.StartNs + StageNs(cold.Stage))
        {
            cold.Stage++;
        }
    }

    private void CountEnd(int entry)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        store.Count(Counter.FlowsClosed);
        bool isOutsideOnly = (hot.Seen & Seen.Inside) == 0;
        if (isOutsideOnly && (hot.Seen & Seen.Up) == 0)
        {
            store.Count(Counter.Unsolicited, hot.PacketsDown);
        }
        else if ((hot.Marks & (Marks.Joined | Marks.OnNet)) == 0 && recorder.IsNamed(entry))
        {
            store.Count(recorder.IsContested(entry) ? Counter.FlowsAmbiguous : Counter.FlowsAttributed);
        }
        else if ((hot.Marks & (Marks.Joined | Marks.OnNet)) == 0)
        {
            bool isAmbiguous = isOutsideOnly && recorder.IsAmbiguous(entry);
            store.Count(isAmbiguous ? Counter.FlowsAmbiguous : Counter.FlowsUnattributed);
            store.Count(isOutsideOnly ? Counter.FlowsOutsideOnly : Counter.FlowsInsideOnly, isAmbiguous ? 0u : 1);
            if (isOutsideOnly && !isAmbiguous && hot.Protocol == Tcp && (hot.Seen & Seen.Down) != 0)
            {
                rewriting.Note(isMatched: false);
            }
        }
    }

    private void Begin(int entry, FlowKey key, Leg leg, long startNs)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        cold.FlowNumber = ++lastNumber;
        cold.StartNs = startNs;
        hot.LastNs = startNs;
        if (leg == Leg.Inside)
        {
            hot.SetInside(key);
            store.Table.AddInside(entry);
        }
        else
        {
            hot.SetOutsideOnly(key);
            store.Table.AddOutside(entry);
        }

        store.Wheel.Arm(entry, startNs + FirstRecordNs);
        store.Count(Counter.FlowsOpened);
    }

    private int TakeEntry(Leg leg)
    {
        int entry = store.Table.Take();
        if (entry >= 0 || leg == Leg.Outside)
        {
            return entry;
        }

        Evict();
        return store.Table.Take();
    }

    /// <summary>Gives up the least loss among some entries; its record is written.</summary>
    private void Evict()
    {
        store.Count(Counter.FlowsEvicted);
        Close(Sacrifice.Choose(store.Table), EndReason.Evicted, store.NowNs);
    }
}
