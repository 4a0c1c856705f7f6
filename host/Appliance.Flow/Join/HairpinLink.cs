using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Links the two halves of a hairpin, each of which stays a flow of its own: the remote of each is the other's public
/// end. Where the NAT leaves the caller's private address in place (RFC 4787 section 6 calls it "internal source"), the
/// called half looks like a flow within the network until it is linked; it then is told from the called line. Where a
/// router behind the NAT turns the packets round, the outside leg shows them too: that half belongs to the caller.
/// </summary>
internal sealed class HairpinLink(FlowStore store)
{
    private const byte Tcp = 6;

    /// <summary>
    /// True where a flow within the network may be the called half of a hairpin: same caller, plain addresses, and no
    /// record yet that says otherwise.
    /// </summary>
    public bool MayBeHalf(int onNet, int calling)
    {
        ref HotFlow half = ref store.Table.Hot(onNet);
        FlowKey own = half.InsideKey;
        FlowKey caller = store.Table.Hot(calling).InsideKey;
        return own.Flags == KeyFlags.None && own.Line == caller.Line && own.LinePort == caller.LinePort
            && own.Realm == caller.Realm && own.RemotePort != 0 && (half.Marks & Marks.Recorded) == 0;
    }

    /// <summary>
    /// False for a flow within the network that cannot be linked after all: a record has said that it stays there; or
    /// nothing but the caller's own bytes agree, which it may send to many at once. TCP's initial number is one call's.
    /// </summary>
    public bool MayLink(int called, Parts parts)
    {
        ref HotFlow half = ref store.Table.Hot(called);
        return (half.Marks & Marks.OnNet) == 0
            || ((half.Marks & Marks.Recorded) == 0
                && (half.Protocol == Tcp ? parts & Parts.SequenceUp : parts & Parts.Answer) != 0);
    }

    /// <summary>Links the halves.</summary>
    public void Link(int called, int calling)
    {
        if ((store.Table.Hot(called).Marks & Marks.OnNet) != 0)
        {
            Turn(called);
        }

        store.Table.Hot(called).Join = 0;
        store.Table.Cold(called).EvidenceBits = store.Table.Cold(calling).EvidenceBits;
        Face(ref store.Table.Hot(called), store.Table.Hot(calling).InsideKey);
        Face(ref store.Table.Hot(calling), store.Table.Hot(called).InsideKey);
        store.Count(Counter.FlowsAttributed);
    }

    /// <summary>The outside half that shows a linked flow's public tuple, -1 where there is none.</summary>
    public int OutsideHalfOf(int entry)
    {
        FlowKey key = store.Table.Hot(entry).OutsideKey;
        int half = store.Table.FindOutside(key, store.Table.HashOf(key));
        return half >= 0 && half != entry && (store.Table.Hot(half).Seen & Seen.Inside) == 0 ? half : -1;
    }

    private void Face(ref HotFlow flow, FlowKey other)
    {
        flow.SetPublic(other.Remote, other.RemotePort, flow.InsideKey.Realm, other.IsRemoteNumber);
        flow.Marks = (flow.Marks | Marks.Joined) & ~Marks.Settled;
        if (other.IsRemoteNumber)
        {
            store.Addresses.Hold(other.Remote);
        }
    }

    /// <summary>Tells a flow between two lines from its other end, as one that the remote opened.</summary>
    private void Turn(int entry)
    {
        ref HotFlow flow = ref store.Table.Hot(entry);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        store.Table.RemoveInside(entry);
        FlowKey key = flow.InsideKey;
        flow.SetInside(
            new FlowKey(key.Remote, key.Line, key.RemotePort, key.LinePort, key.Realm, key.Protocol, key.Flags));
        store.Table.AddInside(entry);
        (flow.PacketsUp, flow.PacketsDown) = (flow.PacketsDown, flow.PacketsUp);
        (flow.BytesUp, flow.BytesDown) = (flow.BytesDown, flow.BytesUp);
        (cold.PacketsUpHigh, cold.PacketsDownHigh) = (cold.PacketsDownHigh, cold.PacketsUpHigh);
        flow.Seen = Swap(Swap(flow.Seen, Seen.Up, Seen.Down), Seen.FinUp, Seen.FinDown);
        flow.Marks = ((flow.Marks & ~Marks.OnNet) | Marks.Hairpin) ^ Marks.OpenedByRemote;
    }

    private static Seen Swap(Seen seen, Seen one, Seen two) => (seen & ~(one | two))
        | ((seen & one) != 0 ? two : Seen.None) | ((seen & two) != 0 ? one : Seen.None);
}
