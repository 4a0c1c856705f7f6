using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Decides to which inside flow an outside flow belongs, once the window has passed beyond all its evidence, so that
/// every rival has had its chance to show itself. On a decision the outside half ends in the inside flow: one entry,
/// both keys.
/// </summary>
internal sealed class Decider(
    FlowStore store, Matcher matcher, Judge judge, Recorder recorder, TcpRewriting rewriting)
{
    private const byte Tcp = 6;
    private readonly JoinGraph graph = matcher.Graph;
    private readonly HairpinLink hairpins = matcher.Hairpins;

    /// <summary>The two entries of the last <see cref="Verdict.FoundTaken"/>.</summary>
    public (int Outside, int Inside) Taken { get; private set; }

    /// <summary>When the next decision is due.</summary>
    public long NextNs => Math.Min(matcher.Decisions.NextNs, matcher.Patient.NextNs);

    /// <summary>Decides one flow whose time has come; false when none is left.</summary>
    public bool TryStep(out Verdict verdict)
    {
        verdict = Verdict.Open;
        if (matcher.Decisions.TryTake(store.NowNs, out DueItem item))
        {
            if (IsOfLive(item))
            {
                graph.State((int)item.Number).Flags &= ~JoinFlags.Queued;
                verdict = DecideRipe((int)item.Number);
            }

            return true;
        }

        if (!matcher.Patient.TryTake(store.NowNs, out item))
        {
            return false;
        }

        if (IsOfLive(item))
        {
            graph.State((int)item.Number).Flags |= JoinFlags.Late;
            verdict = DecideRipe((int)item.Number);
        }

        return true;
    }

    /// <summary>
    /// The last word before a flow ends: an outside flow is decided, an inside flow lets its claimants be decided.
    /// True where the flow was an outside half and is gone, joined.
    /// </summary>
    public bool DecideBeforeEnd(int entry) => DecideNow(entry, isEnd: true);

    /// <summary>
    /// The same before a flow's first record, of evidence that has seen its rivals: more packets are waited for no
    /// longer.
    /// </summary>
    public bool DecideBeforeRecord(int entry) => DecideNow(entry, isEnd: false);

    /// <summary>
    /// Takes a flow that ends out of the graph. Inside flows stay as candidates while anyone may name them.
    /// </summary>
    public void Leave(int entry)
    {
        ref HotFlow flow = ref store.Table.Hot(entry);
        int number = flow.Join;
        if (number == 0)
        {
            return;
        }

        flow.Join = 0;
        ref JoinState state = ref graph.State(number);
        state.Entry = -1;
        if ((state.Flags & JoinFlags.Outside) != 0)
        {
            DropPairs(number, isContest: true);
            graph.FreeState(number);
        }
        else if (state.Degree == 0)
        {
            graph.FreeState(number);
        }
        else
        {
            store.Hold(state.Key);
        }
    }

    /// <summary>True while evidence of the flow still waits for its rivals.</summary>
    public bool IsUnripe(in HotFlow flow) => flow.Join != 0 && graph.State(flow.Join).RipeNs > store.NowNs;

    /// <summary>The called half of a hairpin: the inside leg shows it, and it goes on after it was linked.</summary>
    private bool IsInsideHalf(int entry) => (store.Table.Hot(entry).Marks & (Marks.Hairpin | Marks.OnNet)) != 0;

    private bool IsOfLive(in DueItem item)
    {
        ref JoinState state = ref graph.State((int)item.Number);
        return state.Generation == item.Generation && state.Entry >= 0;
    }

    private Verdict DecideRipe(int number)
    {
        ref JoinState state = ref graph.State(number);
        if (state.RipeNs > store.NowNs)
        {
            matcher.Queue(number, state.RipeNs);
            return Verdict.Open;
        }

        Verdict verdict = Decide(number, (state.Flags & JoinFlags.Late) != 0);
        if (verdict == Verdict.Early && (state.Flags & JoinFlags.Patient) == 0
            && matcher.Patient.TryAdd(store.NowNs + Limits.PatienceNs, (uint)number, state.Generation))
        {
            state.Flags |= JoinFlags.Patient;
        }

        return verdict;
    }

    private bool DecideNow(int entry, bool isEnd)
    {
        int number = store.Table.Hot(entry).Join;
        if (number == 0)
        {
            return false;
        }

        if ((graph.State(number).Flags & JoinFlags.Outside) != 0)
        {
            bool isInside = IsInsideHalf(entry);
            return DecideLate(number, isEnd) == Verdict.Found && !isInside;
        }

        for (int at = graph.State(number).FirstPair; at != 0;)
        {
            int next = graph.PairAt(at).NextOfInside;
            if (DecideLate(graph.PairAt(at).Outside, isEnd) == Verdict.Found)
            {
                // The graph has changed under the walk; one inside flow has one outside flow, so all is said.
                break;
            }

            at = next;
        }

        return false;
    }

    private Verdict DecideLate(int number, bool isEnd)
    {
        ref JoinState state = ref graph.State(number);
        if (state.Entry < 0 || (!isEnd && state.RipeNs > store.NowNs))
        {
            return Verdict.Open;
        }

        // Evidence whose rivals may yet come counts only if no rival can share it.
        bool isRipe = state.RipeNs <= store.NowNs;
        state.Flags |= isRipe ? JoinFlags.None : JoinFlags.Blind;
        return Decide(number, isLate: true);
    }

    private Verdict Decide(int number, bool isLate)
    {
        ref JoinState state = ref graph.State(number);
        Verdict verdict = judge.Decide(state, isLate, out int best);
        if (verdict == Verdict.Found && !hairpins.MayLink(state.Entry, graph.PairAt(best).Parts))
        {
            verdict = Verdict.Open;
        }

        if (verdict == Verdict.FoundTaken)
        {
            Taken = (state.Entry, graph.State(graph.PairAt(best).Inside).Entry);
        }

        if (verdict == Verdict.Found)
        {
            if (state.Key.Protocol == Tcp)
            {
                rewriting.Note(isMatched: true);
            }

            Join(graph.PairAt(best));
            return verdict;
        }

        Resume(number);
        return verdict;
    }

    private void Join(in Pair pair)
    {
        int outside = graph.State(pair.Outside).Entry;
        int inside = graph.State(pair.Inside).Entry;
        int delayUs = pair.DelayUs;
        bool isConfirmed = pair.Bits < Limits.EvidenceBitsMin;
        store.Count(Counter.TuplesConfirmed, isConfirmed ? 1u : 0);
        Bind(outside, inside, (ushort)(pair.Bits + (isConfirmed ? Limits.TupleBits : 0)));
        if (IsInsideHalf(outside))
        {
            hairpins.Link(outside, inside);
            Absorb(inside);
            Absorb(outside);
        }
        else
        {
            ref readonly ColdFlow cold = ref store.Table.Cold(inside);
            store.Delays.Take(delayUs, cold.LegRule, cold.OutsideRule, store.NowNs);
            MoveKey(outside, inside);
        }

        store.Count(Counter.FlowsAttributed);
    }

    /// <summary>What a router behind the NAT showed of a hairpin on the outside leg is the linked flow's.</summary>
    private void Absorb(int linked)
    {
        int half = hairpins.OutsideHalfOf(linked);
        if (half >= 0)
        {
            LeaveGraph(half);
            MoveKey(half, linked);
        }
    }

    /// <summary>
    /// Joins two halves that another witness named; what the mirror's own evidence says of them ends here.
    /// </summary>
    public void JoinNamed(int outside, int inside)
    {
        Bind(outside, inside, evidenceBits: 0);
        MoveKey(outside, inside);
        store.Count(Counter.FlowsAttributed);
    }

    /// <summary>What the inside flow keeps of its outside half, whose place in the graph ends.</summary>
    private void Bind(int outside, int inside, ushort evidenceBits)
    {
        ref ColdFlow cold = ref store.Table.Cold(inside);
        cold.EvidenceBits = evidenceBits;
        cold.OutsideRule = store.Table.Cold(outside).LegRule;
        cold.LastOutsideNs = store.Table.Hot(outside).LastNs;
        LeaveGraph(outside);
        if (store.Table.Hot(inside).Join is int insideNumber and not 0)
        {
            FreeIfAlone(insideNumber, inside);
        }
    }

    private void LeaveGraph(int outside)
    {
        int number = store.Table.Hot(outside).Join;
        if (number != 0)
        {
            DropPairs(number, isContest: false);
            graph.FreeState(number);
        }
    }

    /// <summary>The outside half ends; its key goes over to the inside flow.</summary>
    private void MoveKey(int outside, int inside)
    {
        ref HotFlow half = ref store.Table.Hot(outside);
        ref HotFlow flow = ref store.Table.Hot(inside);
        half.Join = 0;
        if ((flow.Flags & KeyFlags.Public) != 0)
        {
            store.Addresses.Release(flow.PublicAddress);
        }

        bool isNumber = (half.Flags & KeyFlags.Public) != 0;
        flow.SetPublic(half.PublicAddress, half.PublicPort, half.OutsideRealm, isNumber);

        // From here on only content, silence and the end choose samples: the first ones have done their work.
        flow.Samples = Sampler.FirstTaken;
        flow.Marks = (flow.Marks | Marks.Joined) & ~Marks.Settled;
        if (isNumber)
        {
            store.Addresses.Hold(flow.PublicAddress);
        }

        if ((half.Marks & Marks.Recorded) != 0)
        {
            recorder.WriteAbsorbed(outside, inside);
        }

        // Where both halves began together the inside's stamp is the better one: the silence before was its own.
        long sinceNs = store.Table.Cold(inside).StartNs;
        long outsideNs = store.Table.Cold(outside).StartNs;
        store.Tuples.Bind(inside, sinceNs >= outsideNs - store.WindowNs ? sinceNs : outsideNs);
        store.Table.RemoveOutside(outside);
        store.Wheel.Disarm(outside);
        store.ReleaseAddresses(half);
        store.Table.Free(outside);
        store.Table.AddOutside(inside);
    }

    /// <summary>
    /// Takes all pairs of an outside flow away. Where it ends without being attributed its claims are remembered:
    /// what two flows claimed does not become certain because one of them is over.
    /// </summary>
    private void DropPairs(int outside, bool isContest)
    {
        ref JoinState state = ref graph.State(outside);
        while (state.FirstPair != 0)
        {
            int number = state.FirstPair;
            Pair pair = graph.PairAt(number);
            ref JoinState inside = ref graph.State(pair.Inside);
            inside.Flags &= ~JoinFlags.Settling;
            if (isContest && judge.IsClaim(pair))
            {
                inside.ContestContents = Math.Max(inside.ContestContents, pair.Contents);
            }

            graph.Disconnect(number);
            if (!isContest)
            {
                WakeRivals(inside);
            }

            if (inside.Entry < 0 && inside.Degree == 0)
            {
                ReleaseGone(pair.Inside);
            }
        }
    }

    private void WakeRivals(in JoinState inside)
    {
        for (int at = inside.FirstPair; at != 0; at = graph.PairAt(at).NextOfInside)
        {
            matcher.Queue(graph.PairAt(at).Outside, store.NowNs);
        }
    }

    private void ReleaseGone(int number)
    {
        FlowKey key = graph.State(number).Key;
        store.Release(key);
        graph.FreeState(number);
    }

    private void FreeIfAlone(int number, int entry)
    {
        ref JoinState state = ref graph.State(number);
        if (state.Degree == 0)
        {
            store.Table.Hot(entry).Join = 0;
            graph.FreeState(number);
        }
    }

    private void Resume(int outside)
    {
        ref JoinState state = ref graph.State(outside);
        state.Flags &= ~JoinFlags.Settling;
        for (int at = state.FirstPair; at != 0; at = graph.PairAt(at).NextOfOutside)
        {
            graph.State(graph.PairAt(at).Inside).Flags &= ~JoinFlags.Settling;
        }
    }
}
