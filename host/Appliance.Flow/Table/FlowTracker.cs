using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Takes each decoded packet to its flow: finds or opens it, counts it on the leg that counts, follows the TCP state,
/// and shows it to the join. The counting leg is the inside one; an outside half counts for itself until it is joined.
/// </summary>
internal sealed class FlowTracker(FlowStore store, FlowKeeper keeper, Matcher matcher, NameFinder names)
{
    private const byte Tcp = 6;
    private const byte Fin = 1;
    private const byte Syn = 2;
    private const byte Rst = 4;
    private const byte Ack = 16;

    /// <summary>Returns the entry that the packet belongs to, or -1 where there was no room for it.</summary>
    public int Take(ref PacketFacts facts, in PacketView view, ReadOnlySpan<byte> frame)
    {
        int entry = Find(ref facts, view);
        if (entry >= 0 && IsOver(entry, facts, view))
        {
            entry = -1;
        }

        if (entry < 0)
        {
            entry = keeper.Open(ref facts, view);
            if (entry < 0)
            {
                return -1;
            }
        }

        ref HotFlow hot = ref store.Table.Hot(entry);
        if (facts.Leg == Leg.Inside || (hot.Seen & Seen.Inside) == 0)
        {
            BeforeCount(entry, ref hot, facts);
            Count(entry, ref hot, facts, view);
            if (view.Protocol == Tcp)
            {
                FollowTcp(entry, ref hot, facts, view);
            }
        }
        else
        {
            SeeOutside(ref hot, facts);
        }

        if (facts.Leg == Leg.Inside)
        {
            names.Take(entry, facts, view, frame);
        }

        matcher.Take(entry, facts, view, frame);
        return entry;
    }

    private int Find(ref PacketFacts facts, in PacketView view)
    {
        int entry = Find(facts);
        if (entry >= 0 || facts.End is LineEnd.Source or LineEnd.Destination)
        {
            return entry;
        }

        // Which end is the line was a guess: the flow may have begun the other way round.
        PacketFacts turned = facts;
        turned.IsUp = !facts.IsUp;
        PacketKeys.SetKey(ref turned, view, store);
        entry = Find(turned);
        if (entry >= 0)
        {
            facts = turned;
        }

        return entry;
    }

    private int Find(in PacketFacts facts) => facts.Leg == Leg.Inside
        ? store.Table.FindInside(facts.Key, facts.Hash)
        : store.Table.FindOutside(facts.Key, facts.Hash);

    /// <summary>True where the flow that holds the key has ended, and the packet begins another.</summary>
    private bool IsOver(int entry, in PacketFacts facts, in PacketView view)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        if (facts.StampNs - hot.LastNs > store.IdleNs(hot))
        {
            keeper.CloseSilent(entry);
            return true;
        }

        if (!IsNewHandshake(hot, store.Table.Cold(entry), facts, view))
        {
            return false;
        }

        if (facts.Leg == Leg.Outside && (hot.Seen & Seen.Inside) != 0)
        {
            store.Count(Counter.BindingsReused);
            if (hot.IsClosing)
            {
                // The public tuple has a new owner; what lingers of the old flow loses only the key.
                store.Table.RemoveOutside(entry);
                return true;
            }
        }

        keeper.Close(entry, EndReason.Reused, hot.LastNs);
        return true;
    }

    /// <summary>
    /// A handshake with another initial sequence number is another connection, in whatever state the old one seems to
    /// be: its end may have been lost, and the NAT may have lent the tuple to another line at once.
    /// </summary>
    private static bool IsNewHandshake(
        in HotFlow hot, in ColdFlow cold, in PacketFacts facts, in PacketView view)
    {
        if (view.Protocol != Tcp || (view.TcpFlags & (Syn | Ack)) != Syn || view.Sequence == cold.InitialSequence
            || !(facts.IsUp || (hot.Marks & Marks.OpenedByRemote) != 0))
        {
            return false;
        }

        // A flow that began without its SYN may only have been overtaken by later packets.
        bool isOvertaken = cold.InitialSequence == 0 && facts.StampNs - cold.StartNs < Limits.OvertakenNs;
        return hot.IsClosing || !isOvertaken;
    }

    private void BeforeCount(int entry, ref HotFlow hot, in PacketFacts facts)
    {
        long quietNs = facts.StampNs - hot.LastNs;
        if (quietNs > Limits.ResampleGapNs)
        {
            hot.Samples = 0;
            const Marks both = Marks.Joined | Marks.Hairpin | Marks.InsideQuiet;
            if ((hot.Marks & both) == Marks.Joined)
            {
                // Silent on both legs, and bound: what becomes of the binding tells how long the NAT keeps one.
                store.Quiet.Begin(entry, quietNs);
            }
        }

        hot.Marks &= ~(Marks.Settled | Marks.InsideQuiet);
    }

    private void SeeOutside(ref HotFlow hot, in PacketFacts facts)
    {
        // The outside shows packets that the inside does not: look at the next few closely (a new owner?).
        if (facts.StampNs - hot.LastNs > store.WindowNs && (hot.Marks & Marks.InsideQuiet) == 0)
        {
            hot.Marks |= Marks.InsideQuiet;
            hot.Samples &= 0x00FF;
        }
    }

    private void Count(int entry, ref HotFlow hot, in PacketFacts facts, in PacketView view)
    {
        uint packets = 1u + view.EarlyPackets;
        uint bytes = (uint)(view.IpLength + view.EarlyIpBytes);
        hot.LastNs = Math.Max(hot.LastNs, facts.StampNs);
        if (facts.IsUp)
        {
            hot.Seen |= Seen.Up;
            hot.BytesUp += bytes;
            hot.PacketsUp += packets;
            if (hot.PacketsUp < packets)
            {
                store.Table.Cold(entry).PacketsUpHigh++;
            }
        }
        else
        {
            hot.Seen |= Seen.Down;
            hot.BytesDown += bytes;
            hot.PacketsDown += packets;
            if (hot.PacketsDown < packets)
            {
                store.Table.Cold(entry).PacketsDownHigh++;
            }
        }
    }

    private void FollowTcp(int entry, ref HotFlow hot, in PacketFacts facts, in PacketView view)
    {
        if ((view.TcpFlags & (Syn | Fin | Rst)) == 0)
        {
            return;
        }

        bool wasClosing = hot.IsClosing;
        if ((view.TcpFlags & Rst) != 0)
        {
            hot.Seen |= Seen.Reset;
        }

        if ((view.TcpFlags & Fin) != 0)
        {
            hot.Seen |= facts.IsUp ? Seen.FinUp : Seen.FinDown;
        }

        if ((view.TcpFlags & Syn) != 0)
        {
            NoteHandshake(hot, ref store.Table.Cold(entry), facts, view);
        }

        if (!wasClosing && hot.IsClosing)
        {
            // Late packets of the other leg are looked at anew: the public port may be lent again at once.
            hot.Samples &= 0x00FF;
            keeper.Hasten(entry);
        }
    }

    /// <summary>
    /// Both halves of a handshake name the caller's initial sequence number: its SYN, and the answer.
    /// </summary>
    private static void NoteHandshake(in HotFlow hot, ref ColdFlow cold, in PacketFacts facts, in PacketView view)
    {
        bool isAnswer = (view.TcpFlags & Ack) != 0;
        bool isByCaller = facts.IsUp == ((hot.Marks & Marks.OpenedByRemote) == 0);
        if (cold.InitialSequence == 0 && isAnswer != isByCaller)
        {
            cold.InitialSequence = isAnswer ? view.Acknowledgment - 1 : view.Sequence;
        }
    }
}
