using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Public tuples beyond the life of their flows: which line had each of them last, and since when it is silent. What
/// becomes of a tuple after a silence tells the NAT's timeouts; and a tuple that is known to have survived it is a hint
/// for the join, which packets must confirm. Touched when a flow is joined or ends, never for a packet.
/// </summary>
internal sealed class TupleBook
{
    private const byte Tcp = 6;
    private const int SampleAt = 40;
    private readonly FlowStore store;
    private readonly NatTimeouts timeouts;
    private readonly TupleHolder[] holders;
    private readonly uint setMask;
    private uint sampleMask;
    private long sampledSinceNs;
    private int lostYoung;
    private uint changes;
    private uint overlaps;

    public TupleBook(FlowStore store, NatTimeouts timeouts, int flowLimit)
    {
        this.store = store;
        this.timeouts = timeouts;
        int sets = 1 << (31 - int.LeadingZeroCount(Math.Min(flowLimit, Limits.TuplesMax) / Limits.TupleWays));
        holders = new TupleHolder[sets * Limits.TupleWays];
        setMask = (uint)sets - 1;
    }

    /// <summary>
    /// The NAT kept the line's own port: it would give the same one after any silence, which tells nothing.
    /// </summary>
    public static bool IsPreserved(in HotFlow flow) => flow.PublicPort == flow.InsideKey.LinePort;

    /// <summary>A flow was joined; <paramref name="sinceNs"/> is its first packet behind its tuple.</summary>
    public void Bind(int entry, long sinceNs)
    {
        ref HotFlow flow = ref store.Table.Hot(entry);
        ulong tuple = PublicOf(flow);
        if (IsPreserved(flow) || !IsFollowed(tuple) || !TryPlace(tuple, out int place))
        {
            return;
        }

        ref TupleHolder holder = ref holders[place];
        ulong line = LineOf(flow.InsideKey);
        ulong remote = RemoteOf(flow);
        bool isKnown = holder.Public == tuple;
        bool isSame = isKnown && holder.Line == line;
        if (isKnown)
        {
            Learn(holder, flow.InsideKey.Realm, sinceNs, isSame, holder.Remote == remote);
        }

        uint number = (uint)store.Table.Cold(entry).FlowNumber;
        holder.Open = isSame ? (ushort)Math.Min(holder.Open + 1, ushort.MaxValue) : (ushort)1;
        holder.FirstFlow = isSame ? holder.FirstFlow : number;
        holder.LastNs = isSame ? Math.Max(holder.LastNs, sinceNs) : sinceNs;
        holder.Public = tuple;
        holder.Line = line;
        holder.Remote = remote;
        holder.Slot = entry;
        holder.Flow = number;
    }

    /// <summary>A joined flow leaves its public tuple: it ends, or the NAT has given it another.</summary>
    public void Unbind(int entry, long lastNs)
    {
        ref HotFlow flow = ref store.Table.Hot(entry);
        ulong tuple = PublicOf(flow);
        int place = IsPreserved(flow) || !IsFollowed(tuple) ? -1 : Find(tuple);
        if (place < 0 || holders[place].Line != LineOf(flow.InsideKey))
        {
            return;
        }

        ref TupleHolder holder = ref holders[place];
        uint number = (uint)store.Table.Cold(entry).FlowNumber;
        holder.Open -= (ushort)(holder.Open > 0 && (int)(number - holder.FirstFlow) >= 0 ? 1 : 0);
        holder.LastNs = Math.Max(holder.LastNs, lastNs);
        holder.Class = NatTimeouts.ClassOf(flow);
    }

    /// <summary>
    /// True where an outside flow's tuple had this line towards this remote before, and was silent for no longer than
    /// bindings are known to survive. TCP has its own numbers as evidence and asks for no hint.
    /// </summary>
    public bool IsHeld(int outside, FlowKey insideKey)
    {
        ref HotFlow half = ref store.Table.Hot(outside);
        ulong tuple = half.Protocol == Tcp ? 0 : PublicOf(half);
        int place = tuple == 0 || !IsFollowed(tuple) ? -1 : Find(tuple);
        if (place < 0 || holders[place].Line != LineOf(insideKey) || holders[place].Remote != RemoteOf(half))
        {
            return false;
        }

        ref readonly TupleHolder holder = ref holders[place];
        long quietNs = store.Table.Cold(outside).StartNs - LastOf(holder);
        return timeouts.IsSurvived(insideKey.Realm, holder.Class, quietNs);
    }

    private void Learn(in TupleHolder holder, ushort realm, long sinceNs, bool isSame, bool isSameRemote)
    {
        bool isLive = IsLive(holder);
        if (isSame ? isLive : isLive && holder.Open > 1)
        {
            // Not silent, or nobody knows which of several flows spoke last.
            return;
        }

        long quietNs = sinceNs - LastOf(holder);
        if (isSame)
        {
            timeouts.Take(realm, holder.Class, quietNs, isKept: true);
            return;
        }

        changes++;
        overlaps += quietNs < 0 ? 1u : 0;
        if (quietNs >= 0 && (isSameRemote || (ulong)overlaps * Limits.TupleOverlapPart <= changes))
        {
            NatClass kind = isLive ? NatTimeouts.ClassOf(store.Table.Hot(holder.Slot)) : holder.Class;
            timeouts.Take(realm, kind, quietNs, isKept: false);
        }
    }

    private long LastOf(in TupleHolder holder) => IsLive(holder) && holder.Open == 1
        ? Math.Max(
            holder.LastNs,
            Math.Max(store.Table.Hot(holder.Slot).LastNs, store.Table.Cold(holder.Slot).LastOutsideNs))
        : holder.LastNs;

    private bool IsLive(in TupleHolder holder) =>
        holder.Open > 0 && (uint)store.Table.Cold(holder.Slot).FlowNumber == holder.Flow;

    /// <summary>Where there are more tuples than places, only some are followed, but those for long.</summary>
    private bool IsFollowed(ulong tuple) => ((uint)(tuple >> SampleAt) & sampleMask) == 0;

    private int SetOf(ulong tuple) => (int)((uint)(tuple >> 1) & setMask) * Limits.TupleWays;

    private int Find(ulong tuple)
    {
        int first = SetOf(tuple);
        for (int place = first; place < first + Limits.TupleWays; place++)
        {
            if (holders[place].Public == tuple)
            {
                return place;
            }
        }

        return -1;
    }

    /// <summary>The place of a tuple, or the one that it may take: free, or of the longest silent.</summary>
    private bool TryPlace(ulong tuple, out int place)
    {
        place = Find(tuple);
        if (place >= 0)
        {
            return true;
        }

        int first = SetOf(tuple);
        for (int at = first; at < first + Limits.TupleWays; at++)
        {
            if (!IsLive(holders[at]) && (place < 0 || holders[at].LastNs < holders[place].LastNs))
            {
                place = at;
            }
        }

        if (place < 0)
        {
            return false;
        }

        Resample(holders[place]);
        holders[place] = default;
        return true;
    }

    private void Resample(in TupleHolder lost)
    {
        if (store.NowNs - sampledSinceNs > Limits.TupleMoreNs)
        {
            sampleMask >>= 1;
            sampledSinceNs = store.NowNs;
            lostYoung = 0;
        }

        lostYoung += lost.Public != 0 && store.NowNs - lost.LastNs < Limits.TupleYoungNs ? 1 : 0;
        if (lostYoung > holders.Length / Limits.TupleWays && sampleMask < Limits.TupleSampleMaskMax)
        {
            sampleMask = (sampleMask << 1) | 1;
            sampledSinceNs = store.NowNs;
            lostYoung = 0;
        }
    }

    private ulong PublicOf(in HotFlow flow)
    {
        ulong ends = ((ulong)flow.PublicPort << 24) | ((ulong)flow.OutsideRealm << 8) | flow.Protocol;
        return End(flow.PublicAddress, (flow.Flags & KeyFlags.Public) != 0, ends) | 1;
    }

    private ulong LineOf(FlowKey key) =>
        End(key.Line, key.IsLineNumber, ((ulong)key.LinePort << 24) | ((ulong)key.Realm << 8) | key.Protocol);

    private ulong RemoteOf(in HotFlow flow)
    {
        FlowKey key = flow.InsideKey;
        return End(key.Remote, key.IsRemoteNumber, ((ulong)key.RemotePort << 24) | key.Protocol);
    }

    // Numbers of addresses are given back with their flow: what outlives it is made of the address itself.
    private ulong End(uint bits, bool isNumber, ulong ends)
    {
        if (!isNumber)
        {
            return store.Hash.Of(bits, ends);
        }

        Ip address = store.Addresses[bits];
        Ip softwire = store.Addresses.SoftwireOf(bits);
        ulong hash = store.Hash.Of(address.High ^ (ends << 1), address.Low);
        return softwire.IsNone ? hash : store.Hash.Of(hash ^ softwire.High, softwire.Low);
    }
}
