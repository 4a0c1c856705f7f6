using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Does what the mirror saw speak against what a log names? It does where either half showed equal packets with others
/// and not with the one that is named, or is joined to another. A flow that showed nothing says nothing.
/// </summary>
internal sealed class MirrorCheck(FlowStore store, JoinGraph graph, Judge judge, CandidateList candidates)
{
    /// <summary>
    /// True where it does. Of an outside flow <see cref="CandidateList"/> then holds the mirror's own candidates.
    /// </summary>
    public bool IsAgainst(int entry, in WitnessNote note)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        int other = OtherHalf(entry, note);
        if ((hot.Seen & Seen.Inside) != 0)
        {
            FlowKey key = hot.InsideKey;
            Ip line = store.AddressOf(key.Line, key.IsLineNumber);
            return IsClaimedByOthers(entry, note.Other, note.OtherPort)
                || (other >= 0 && IsLikeOthers(other, line, key.LinePort, key.Realm));
        }

        return IsLikeOthers(entry, note.Other, note.OtherPort, note.Realm)
            || (other >= 0 && IsClaimedByOthers(other, PublicOf(hot), hot.PublicPort));
    }

    /// <summary>
    /// The flow of the other leg that is named and began at about the same time; -1 where there is none, or its key
    /// is not known: the port is not told, or it is no IPv4 address.
    /// </summary>
    public int OtherHalf(int entry, in WitnessNote note)
    {
        if (note.OtherPort == 0 || !note.Other.IsV4)
        {
            return -1;
        }

        ref HotFlow hot = ref store.Table.Hot(entry);
        bool isOutside = (hot.Seen & Seen.Inside) == 0;
        FlowKey own = hot.InsideKey;

        // Both realms are numbered alike where the legs' rules name the same one; else the flow stays apart.
        FlowKey key = new(
            note.Other.V4, own.Remote, note.OtherPort, own.RemotePort, isOutside ? note.Realm : own.Realm,
            own.Protocol, own.Flags & KeyFlags.Remote);
        ulong hash = store.Table.HashOf(key);
        int other = isOutside ? store.Table.FindInside(key, hash) : store.Table.FindOutside(key, hash);
        long startNs = store.Table.Cold(entry).StartNs;
        return other >= 0 && Math.Abs(startNs - store.Table.Cold(other).StartNs) <= 2 * store.WindowNs ? other : -1;
    }

    /// <summary>An outside flow showed packets of lines, and this is none of them.</summary>
    private bool IsLikeOthers(int outside, in Ip line, ushort port, ushort realm) =>
        (store.Table.Hot(outside).Seen & Seen.Inside) != 0
        || (candidates.Collect(outside) > 0 && !candidates.Has(line, port, realm));

    /// <summary>Another outside flow claims the inside flow, and this one does not agree beside it.</summary>
    private bool IsClaimedByOthers(int inside, in Ip open, ushort port)
    {
        ref HotFlow flow = ref store.Table.Hot(inside);
        if ((flow.Marks & Marks.Joined) != 0)
        {
            return !IsEnd(flow, open, port);
        }

        int own = 0;
        for (int at = FirstClaim(flow); at != 0; at = graph.PairAt(at).NextOfInside)
        {
            own = IsEnd(store.Table.Hot(graph.State(graph.PairAt(at).Outside).Entry), open, port) ? at : own;
        }

        for (int at = FirstClaim(flow); at != 0; at = graph.PairAt(at).NextOfInside)
        {
            ref Pair pair = ref graph.PairAt(at);
            if (at != own && judge.IsClaim(pair) && (own == 0 || judge.IsToldApart(graph.PairAt(own), pair)))
            {
                return true;
            }
        }

        return false;
    }

    private int FirstClaim(in HotFlow inside) => inside.Join == 0 ? 0 : graph.State(inside.Join).FirstPair;

    private bool IsEnd(in HotFlow flow, in Ip open, ushort port) =>
        PublicOf(flow) == open && (port == 0 || flow.PublicPort == port);

    private Ip PublicOf(in HotFlow flow) => store.AddressOf(flow.PublicAddress, (flow.Flags & KeyFlags.Public) != 0);
}
