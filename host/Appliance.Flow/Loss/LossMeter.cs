using System.Runtime.InteropServices;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Estimates for one leg how many packets the network carried and the mirror did not show. A sample of the TCP flows
/// is followed in a small table of its own; what their receivers acknowledged and the leg never showed is hidden. The
/// share of hidden bytes is taken for the share of hidden packets: loss at a mirror does not ask for a packet's length,
/// and a share of bytes needs no guess of how many packets a hole was. UDP and bare acknowledgments are taken to fare
/// alike.
/// </summary>
internal sealed class LossMeter(FlowStore store, Leg leg)
{
    private const byte Fin = 1;
    private const byte Syn = 2;
    private const byte Rst = 4;
    private const byte Ack = 16;
    private const int SampleAt = 48;
    private const long NsPerMs = 1_000_000;
    private const double PartsPerMillion = 1_000_000;
    private readonly Counter packets = leg == Leg.Inside ? Counter.PacketsInside : Counter.PacketsOutside;
    private readonly FollowedFlow[] flows = new FollowedFlow[Limits.LossFlows];
    private LossTally tally;
    private LossTally before;
    private LossTally weighed;
    private double segments;
    private double missing;
    private ulong packetsBefore;
    private uint sampleMask;
    private int followed;
    private long nextNs = long.MaxValue;

    /// <summary>
    /// The loss that the leg may well have, parts in a million: what the latest segments show and three standard
    /// deviations more, so that a few packets without a loss are no proof of a whole leg. 0 where too few were shown.
    /// Advances the estimate.
    /// </summary>
    public int WorstPpm()
    {
        ulong fresh = tally.Segments - weighed.Segments;
        ulong shown = tally.Shown - weighed.Shown;
        if (shown > 0)
        {
            // Hidden bytes as segments of the length that is shown.
            missing += (double)(tally.Hidden - weighed.Hidden) * fresh / shown;
            segments += fresh;
            weighed = tally;
        }

        if (segments > Limits.LossSegmentsKept)
        {
            missing *= Limits.LossSegmentsKept / segments;
            segments = Limits.LossSegmentsKept;
        }

        double worst = missing + (3 * Math.Sqrt(missing)) + 3;
        return segments < Limits.LossSegmentsMin
            ? 0
            : (int)(PartsPerMillion * worst / (segments + worst));
    }

    /// <summary>Takes a TCP packet that is no copy.</summary>
    public void Take(in PacketFacts fact, in PacketView view)
    {
        if (((uint)(fact.Hash >> SampleAt) & sampleMask) == 0)
        {
            Follow(ref flows[(int)fact.Hash & (Limits.LossFlows - 1)], fact, view);
        }
    }

    /// <summary>Closes the interval that is over; what it gave goes into the counters.</summary>
    public void Advance(long nowNs)
    {
        if (nowNs < nextNs && nextNs != long.MaxValue)
        {
            return;
        }

        if (nextNs != long.MaxValue)
        {
            Publish((uint)(nowNs / NsPerMs), isWhole: true);
        }

        nextNs = nowNs + Limits.LossIntervalNs;
    }

    /// <summary>Closes the interval before its time.</summary>
    public void Finish(long nowNs)
    {
        if (nextNs != long.MaxValue)
        {
            // A share of a moment would stand where one of ten seconds stood.
            bool isWhole = before.Shown == 0 || nextNs - nowNs <= Limits.LossIntervalNs / 2;
            Publish((uint)(nowNs / NsPerMs), isWhole);
        }

        nextNs = long.MaxValue;
    }

    private void Follow(ref FollowedFlow flow, in PacketFacts fact, in PacketView view)
    {
        uint nowMs = (uint)(fact.StampNs / NsPerMs);
        uint tag = (uint)(fact.Hash >> 32) | 1;
        if (flow.Tag != tag && !TryClaim(ref flow, tag, nowMs))
        {
            return;
        }

        followed++;
        flow.LastMs = nowMs;
        ref DataDirection own = ref fact.IsUp ? ref flow.Up : ref flow.Down;
        ref DataDirection peer = ref fact.IsUp ? ref flow.Down : ref flow.Up;
        byte flags = view.TcpFlags;
        if ((flags & (Syn | Fin | Rst)) != 0)
        {
            Count(own, peer, Mark(ref flow, ref own, view, nowMs));
        }
        else
        {
            Count(own, peer, own.Show(view.Sequence, view.PayloadLength + view.EarlyDataBytes, nowMs));
        }

        if ((flags & Ack) != 0)
        {
            peer.Acknowledge(view.Acknowledgment, nowMs);
        }

        if ((own.Hole | peer.Hole) != 0)
        {
            tally.Hidden += own.Settle(nowMs) + peer.Settle(nowMs);
        }
    }

    // A flow that was running when it was taken up shows its other direction within a few packets, or never.
    private void Count(in DataDirection own, in DataDirection peer, int bytes)
    {
        if (peer.State == DirectionState.Shown)
        {
            tally.Shown += (uint)bytes;
            tally.Segments += bytes > 0 ? 1u : 0;
        }
        else if (own.High - own.Acked > Limits.LossOneWayBytes)
        {
            tally.OneWay += (uint)bytes;
        }
    }

    /// <summary>Segments that begin or end something; a reset's own number may be anything.</summary>
    private static int Mark(ref FollowedFlow flow, ref DataDirection own, in PacketView view, uint nowMs)
    {
        bool isSyn = (view.TcpFlags & Syn) != 0;
        bool isFin = (view.TcpFlags & Fin) != 0;
        int length = view.PayloadLength + (isSyn ? 1 : 0) + (isFin ? 1 : 0);
        if ((view.TcpFlags & Rst) != 0 || view.IsFragment)
        {
            flow.Up.HasFin |= !view.IsFragment;
            flow.Down.HasFin |= !view.IsFragment;
            return 0;
        }

        if (isSyn && own.IsAnother(view.Sequence, length))
        {
            flow.Up = flow.Down = default;
        }

        own.HasFin |= isFin;
        return Math.Min(own.Show(view.Sequence, length, nowMs), view.PayloadLength);
    }

    private bool TryClaim(ref FollowedFlow flow, uint tag, uint nowMs)
    {
        bool isOver = flow.Up.HasFin && flow.Down.HasFin;
        if (flow.Tag != 0 && nowMs - flow.LastMs < (isOver ? Limits.LossLingerMs : Limits.LossIdleMs))
        {
            return false;
        }

        SettleQuiet(ref flow, nowMs);
        flow = new FollowedFlow { Tag = tag };
        return true;
    }

    private void Publish(uint nowMs, bool isWhole)
    {
        int used = Sweep(nowMs);
        ulong shown = tally.Shown - before.Shown;
        ulong hidden = tally.Hidden - before.Hidden;
        ulong oneWay = tally.OneWay - before.OneWay;
        ulong seen = store.Counters[(int)packets] - packetsBefore;
        bool isInside = leg == Leg.Inside;
        store.Count(isInside ? Counter.TcpShownInside : Counter.TcpShownOutside, shown);
        store.Count(isInside ? Counter.TcpHiddenInside : Counter.TcpHiddenOutside, hidden);
        store.Count(isInside ? Counter.TcpOneWayInside : Counter.TcpOneWayOutside, oneWay);
        if (shown > 0)
        {
            store.Count(
                isInside ? Counter.HiddenPacketsInside : Counter.HiddenPacketsOutside,
                (ulong)(((UInt128)seen * hidden) / shown));
        }

        if (isWhole)
        {
            store.Counters[(int)(isInside ? Counter.LossInsidePpm : Counter.LossOutsidePpm)] =
                shown == 0 ? 0 : hidden * 1_000_000 / (hidden + shown);
        }

        before = tally;
        packetsBefore += seen;
        Resample(used);
    }

    // With more flows than places, or more packets than the figure needs, fewer flows are looked up at all: at the
    // rated load nearly every packet costs one comparison.
    private void Resample(int used)
    {
        bool isMuch = used > Limits.LossFlows / 4 * 3 || followed > Limits.LossPacketsEnough;
        if (isMuch && sampleMask < Limits.LossSampleMaskMax)
        {
            sampleMask = (sampleMask << 1) | 1;
        }
        else if (used < Limits.LossFlows / 4 && followed < Limits.LossPacketsEnough / 4)
        {
            sampleMask >>= 1;
        }

        followed = 0;
    }

    private int Sweep(uint nowMs)
    {
        int used = 0;
        for (int i = 0; i < flows.Length; i++)
        {
            ref FollowedFlow flow = ref flows[i];
            if (flow.Tag == 0)
            {
                continue;
            }

            used++;
            if (nowMs - flow.LastMs >= Limits.LossGraceMs)
            {
                SettleQuiet(ref flow, nowMs);
            }

            if (nowMs - flow.LastMs >= Limits.LossIdleMs)
            {
                flow.Tag = 0;
            }
        }

        return used;
    }

    // What came behind the hole has waited as long: both get their verdict.
    private void SettleQuiet(ref FollowedFlow flow, uint nowMs)
    {
        tally.Hidden += flow.Up.Settle(nowMs) + flow.Down.Settle(nowMs);
        tally.Hidden += flow.Up.Settle(nowMs + Limits.LossGraceMs) + flow.Down.Settle(nowMs + Limits.LossGraceMs);
    }

    /// <summary>One cache line; a tag of 0 is a free place.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4, Size = 64)]
    private struct FollowedFlow
    {
        public uint Tag;
        public uint LastMs;
        public DataDirection Up;
        public DataDirection Down;
    }
}
