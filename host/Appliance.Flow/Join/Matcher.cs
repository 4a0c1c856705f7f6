using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Finds which flows of the two legs show equal packets. Every sample of either leg is remembered and compared with
/// those of the other leg within the delay window, so it does not matter which leg shows a packet first. Each
/// agreement adds evidence to a pair; deciding is left to <see cref="Decider"/>.
/// </summary>
internal sealed class Matcher(FlowStore store, FlowOptions options, TcpRewriting rewriting, Doubt doubt)
{
    private const ulong HairpinPart = 0x00FF_FFFF_FFFF_0000;
    private readonly Sampler sampler = new(store.Hash, rewriting);
    private readonly bool isOn = options.HasOutside;
    private long blindUntilNs = long.MinValue;
    private long popularUntilNs = long.MinValue;
    private long hairpinUntilNs = long.MinValue;

    public HairpinLink Hairpins { get; } = new(store);

    public JoinGraph Graph { get; } = new(options.JoinLimit);

    public ProbeIndex Probes { get; } = new(options.ProbeLimit);

    /// <summary>Outside flows whose evidence will be complete.</summary>
    public DueQueue Decisions { get; } = new(options.JoinLimit);

    /// <summary>Outside flows that showed little: they are decided when more had time to come.</summary>
    public DueQueue Patient { get; } = new(options.JoinLimit);

    /// <summary>Samples of joined flows whose counterpart must have come by then.</summary>
    public DueQueue Checks { get; } = new(options.JoinLimit);

    /// <summary>Samples or pairs were lost for want of room within the last two windows.</summary>
    public bool IsBlind => store.NowNs < blindUntilNs;

    /// <summary>Takes a packet of a known flow: a sample of it, where it is one, is compared.</summary>
    public void Take(int entry, in PacketFacts facts, in PacketView view, ReadOnlySpan<byte> frame)
    {
        ref HotFlow flow = ref store.Table.Hot(entry);
        if (!IsCompared(flow))
        {
            return;
        }

        // The second half of a hairpin shows the same packets as the first, the other way round; where it keeps the
        // caller's address, the same way round.
        bool isUp = facts.IsUp ^ flow.IsCalledHalf;
        Leg leg = IsSecondHalf(flow) ? Leg.Outside : facts.Leg;
        if (!sampler.IsSample(ref flow, view, frame, leg, isUp)
            || !sampler.TryMake(view, frame, RemotePart(flow, facts, view), isUp, out Probe probe))
        {
            return;
        }

        bool isCalling = (flow.Marks & Marks.Hairpin) != 0 && leg == Leg.Inside;
        hairpinUntilNs = isCalling ? store.NowNs + (2 * store.WindowNs) : hairpinUntilNs;
        probe.StampNs = facts.StampNs;
        probe.Entry = entry;
        probe.Flow = (uint)store.Table.Cold(entry).FlowNumber;
        probe.Leg = leg;
        if (store.NowNs - Probes.OldestNs < 2 * store.WindowNs)
        {
            GoBlind();
        }

        if (store.NowNs < popularUntilNs && IsKnownPopular(probe, out bool isMarkerOld))
        {
            if (isMarkerOld)
            {
                probe.Marks |= ProbeMarks.Popular;
                Probes.Add(probe);
                NotePopular();
            }

            return;
        }

        uint position = Probes.Add(probe);
        if (facts.Leg == Leg.Outside && (flow.Marks & Marks.Joined) != 0)
        {
            Checks.TryAdd(store.NowNs + store.WindowNs, position, 0);
            return;
        }

        Compare(position);
    }

    /// <summary>Pairs a sample with all equal ones of the other leg within the window.</summary>
    public void Compare(uint position)
    {
        ref Probe own = ref Probes[position];
        int equal = 0;
        int sameLeg = 0;
        int otherLeg = 0;
        int steps = 0;
        for (uint at = Probes.Newest(own.Digest);
            at != 0 && steps < Limits.ChainWalkMax;
            at = Probes.Before(at), steps++)
        {
            ref Probe other = ref Probes[at];
            if (own.StampNs - other.StampNs > 2 * store.WindowNs)
            {
                break;
            }

            if (!IsRival(own, other))
            {
                continue;
            }

            if (++equal > Limits.ChainEqualMax)
            {
                break;
            }

            if (other.Leg == own.Leg)
            {
                sameLeg++;
            }
            else
            {
                otherLeg++;
                Agree(own, other);
            }
        }

        if (steps == Limits.ChainWalkMax)
        {
            GoBlind();
        }

        if (sameLeg >= Limits.PopularFlows || otherLeg > Limits.PopularFlows)
        {
            MarkPopular(position);
        }
    }

    /// <summary>True where the flow of a sample still lives in its entry.</summary>
    public bool IsLive(in Probe probe) =>
        probe.Entry >= 0 && (uint)store.Table.Cold(probe.Entry).FlowNumber == probe.Flow;

    /// <summary>The state of a flow, made where there is none; 0 where there is no room.</summary>
    public int StateOf(int entry)
    {
        ref HotFlow flow = ref store.Table.Hot(entry);
        if (flow.Join != 0)
        {
            return flow.Join;
        }

        bool isOutside = (flow.Seen & Seen.Inside) == 0 || IsSecondHalf(flow);
        flow.Join = Graph.TakeState(entry, flow.InsideKey, isOutside ? JoinFlags.Outside : JoinFlags.None);
        if (flow.Join == 0)
        {
            GoBlind();
            return 0;
        }

        Graph.State(flow.Join).LegRule = store.Table.Cold(entry).LegRule;
        return flow.Join;
    }

    /// <summary>
    /// True where packets show half of what is needed and the public tuple is known to be the line's: then it is the
    /// other half. What many showed confirms nothing.
    /// </summary>
    public bool IsConfirmed(in Pair pair)
    {
        ref JoinState outside = ref Graph.State(pair.Outside);
        ref JoinState inside = ref Graph.State(pair.Inside);
        return pair.Contents >= Limits.TuplePackets
            && pair.Bits is >= Limits.EvidenceBitsMin - Limits.TupleBits and < Limits.EvidenceBitsMin
            && outside.PopularBits == 0 && inside.PopularBits == 0 && outside.Entry >= 0 && inside.Entry >= 0
            && !store.Table.Hot(outside.Entry).IsCalledHalf && store.Tuples.IsHeld(outside.Entry, inside.Key);
    }

    /// <summary>Puts an outside flow on the list of decisions.</summary>
    public void Queue(int number, long dueNs)
    {
        ref JoinState state = ref Graph.State(number);
        if ((state.Flags & JoinFlags.Queued) == 0 && Decisions.TryAdd(dueNs, (uint)number, state.Generation))
        {
            state.Flags |= JoinFlags.Queued;
        }
    }

    /// <summary>Puts an outside flow on the list of decisions once more, at once.</summary>
    public void Requeue(int entry)
    {
        int number = store.Table.Hot(entry).Join;
        if (number != 0)
        {
            Queue(number, store.NowNs);
        }
    }

    /// <summary>Counts an agreeing sample for the pair of its flows.</summary>
    public void Agree(in Probe one, in Probe two)
    {
        int outside = StateOf(one.Leg == Leg.Outside ? one.Entry : two.Entry);
        int inside = StateOf(one.Leg == Leg.Outside ? two.Entry : one.Entry);
        int number = outside == 0 || inside == 0 ? 0 : Graph.Connect(outside, inside);
        if (number == 0)
        {
            MarkBlind(outside);
            MarkBlind(inside);
            GoBlind();
            return;
        }

        ref Pair pair = ref Graph.PairAt(number);
        ref JoinState outsideState = ref Graph.State(outside);
        ref JoinState insideState = ref Graph.State(inside);
        outsideState.Flags |= IsBlind ? JoinFlags.Blind : JoinFlags.None;
        if (pair.Parts == Parts.None && PortsAreEqual(outsideState, insideState))
        {
            pair.Parts = Parts.Port;
        }

        if (pair.Contents == 0)
        {
            pair.DelayUs = one.Leg == Leg.Outside
                ? LegDelays.Between(two.StampNs, one.StampNs)
                : LegDelays.Between(one.StampNs, two.StampNs);
        }

        if (!Evidence.Add(ref pair, one, two))
        {
            return;
        }

        long ripe = store.NowNs + store.WindowNs;
        outsideState.RipeNs = ripe;
        insideState.RipeNs = Math.Max(ripe, insideState.RipeNs);
        Settle(pair, ref outsideState, ref insideState);
        if (pair.Bits >= Limits.EvidenceBitsMin || IsConfirmed(pair))
        {
            Queue(outside, ripe);
        }
    }

    /// <summary>
    /// With enough evidence and nobody else in sight more samples only cost, and put the decision off; a rival that
    /// comes has them taken again.
    /// </summary>
    private void Settle(in Pair pair, ref JoinState outside, ref JoinState inside)
    {
        // One packet may be all that a rival showed of a flow whose own line's copy was lost: the next ones tell.
        bool isEnough = pair.Contents >= Limits.SettledContentsMin
            && pair.Contents * doubt.BitsPerMissing >= Limits.SettledBitsMin
            && ((pair.Bits >= Limits.EvidenceBitsMin && (pair.Parts & Parts.BothSequences) == Parts.BothSequences)
                || pair.Bits >= Limits.EvidenceBitsMin + Limits.MarginBits);
        if (outside.Degree > 1 || inside.Degree > 1)
        {
            Unsettle(outside, inside);
        }
        else if (isEnough && Hairpins.MayLink(outside.Entry, pair.Parts))
        {
            outside.Flags |= JoinFlags.Settling;
            inside.Flags |= JoinFlags.Settling;
        }
    }

    private void Unsettle(in JoinState outside, in JoinState inside)
    {
        for (int at = outside.FirstPair; at != 0; at = Graph.PairAt(at).NextOfOutside)
        {
            Graph.State(Graph.PairAt(at).Inside).Flags &= ~JoinFlags.Settling;
        }

        for (int at = inside.FirstPair; at != 0; at = Graph.PairAt(at).NextOfInside)
        {
            Graph.State(Graph.PairAt(at).Outside).Flags &= ~JoinFlags.Settling;
        }
    }

    /// <summary>
    /// What both legs of a flow share: remote end and protocol. An address stands for itself, since its number may be
    /// another's between the two legs' packets.
    /// </summary>
    private ulong RemotePart(in HotFlow flow, in PacketFacts facts, in PacketView view)
    {
        if ((flow.Marks & (Marks.Hairpin | Marks.OnNet)) != 0)
        {
            // Each half has the other's public end as its remote: nothing of it is shared.
            return HairpinPart | flow.Protocol;
        }

        ulong port = flow.InsideKey.RemotePort | ((ulong)flow.Protocol << 16);
        ref readonly Ip remote = ref PacketKeys.Remote(facts, view);
        return remote.IsV4 ? remote.V4 | (port << 32) : store.Hash.Of(remote.High ^ (port << 32), remote.Low);
    }

    private bool IsCompared(in HotFlow flow)
    {
        bool isLooking = (flow.Marks & (Marks.OnNet | Marks.Hairpin)) switch
        {
            Marks.None => isOn,

            // Within the network nothing is looked for, unless somebody has just called a public address from there.
            Marks.OnNet => store.NowNs < hairpinUntilNs,
            _ => (flow.Marks & Marks.Joined) == 0,
        };
        return isLooking && !IsSettling(flow);
    }

    private static bool IsSecondHalf(in HotFlow flow) => flow.IsCalledHalf || (flow.Marks & Marks.OnNet) != 0;

    private bool MayPair(in Probe own, in Probe other)
    {
        (int outside, int inside) = own.Leg == Leg.Outside ? (own.Entry, other.Entry) : (other.Entry, own.Entry);
        return own.Leg == other.Leg || (store.Table.Hot(outside).Marks & Marks.OnNet) == 0
            || Hairpins.MayBeHalf(outside, inside);
    }

    private bool IsSettling(in HotFlow flow) =>
        flow.Join != 0 && (Graph.State(flow.Join).Flags & JoinFlags.Settling) != 0;

    private bool IsRival(in Probe own, in Probe other) =>
        other.Digest == own.Digest && other.Entry != own.Entry
        && Math.Abs(own.StampNs - other.StampNs) <= store.WindowNs && IsLive(other)
        && (other.Leg == Leg.Inside || (store.Table.Hot(other.Entry).Marks & Marks.Joined) == 0)
        && MayPair(own, other);

    private bool PortsAreEqual(in JoinState outside, in JoinState inside) => outside.Entry >= 0
        && ((store.Table.Hot(outside.Entry).Marks & Marks.OnNet) != 0 || IsPublicPort(outside, inside));

    private bool IsPublicPort(in JoinState outside, in JoinState inside) =>
        store.Table.Hot(outside.Entry).PublicPort == inside.Key.LinePort
        && (store.Table.Hot(outside.Entry).Seen & Seen.Outside) != 0;

    private void MarkBlind(int number)
    {
        if (number != 0)
        {
            Graph.State(number).Flags |= JoinFlags.Blind;
        }
    }

    private void GoBlind() => blindUntilNs = store.NowNs + (2 * store.WindowNs);

    private void NotePopular() => popularUntilNs = store.NowNs + (2 * store.WindowNs);

    /// <summary>
    /// What so many have shown that it counts nothing is not kept either, but for a marker twice a window: nobody can
    /// fill the index with copies of one packet.
    /// </summary>
    private bool IsKnownPopular(in Probe own, out bool isMarkerOld)
    {
        isMarkerOld = false;
        int steps = 0;
        for (uint at = Probes.Newest(own.Digest);
            at != 0 && steps < Limits.ChainWalkMax;
            at = Probes.Before(at), steps++)
        {
            ref Probe other = ref Probes[at];
            if (own.StampNs - other.StampNs > store.WindowNs)
            {
                return false;
            }

            if (other.Digest == own.Digest && (other.Marks & ProbeMarks.Popular) != 0)
            {
                isMarkerOld = own.StampNs - other.StampNs >= store.WindowNs / 2;
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A content that too many flows show within the window says nothing about any of them: its worth is taken off
    /// every flow that showed it. Done once a sample, so each content is taken off once.
    /// </summary>
    private void MarkPopular(uint position)
    {
        NotePopular();
        ref Probe own = ref Probes[position];
        int equal = 0;
        int steps = 0;
        for (uint at = Probes.Newest(own.Digest);
            at != 0 && steps < Limits.ChainWalkMax;
            at = Probes.Before(at), steps++)
        {
            ref Probe other = ref Probes[at];
            if (own.StampNs - other.StampNs > 2 * store.WindowNs || equal > Limits.ChainEqualMax)
            {
                return;
            }

            if (at != position && !IsRival(own, other))
            {
                continue;
            }

            equal++;
            int number = (other.Marks & ProbeMarks.Popular) != 0 ? 0 : StateOf(other.Entry);
            other.Marks |= ProbeMarks.Popular;
            if (number != 0)
            {
                ref JoinState state = ref Graph.State(number);
                int bits = state.PopularBits + other.PayloadBits + Evidence.BitsOf(other.Parts);
                state.PopularBits = (ushort)Math.Min(bits, ushort.MaxValue);
            }
        }
    }
}
