using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>One line that an outside flow could belong to.</summary>
internal struct Candidate
{
    public FlowKey Key;
    public ushort LegRule;
    public ushort EvidenceBits;
}

/// <summary>
/// The lines that an outside flow could belong to, for its records: all that showed an equal packet and are not
/// contradicted.
/// </summary>
internal sealed class CandidateList(FlowStore store, Matcher matcher, Judge judge)
{
    private readonly Candidate[] items = new Candidate[Limits.CandidatesMax];
    private uint groups;
    private int collected;

    public int Count { get; private set; }

    /// <summary>There were more than fit; the list is not whole.</summary>
    public bool IsCut { get; private set; }

    public ref readonly Candidate this[int index] => ref items[index];

    /// <summary>
    /// True where a line is among the last collected; port 0 is any. A line behind a softwire is not named by its
    /// private address, which many have.
    /// </summary>
    public bool Has(in Ip address, ushort port, ushort realm)
    {
        for (int i = 0; i < Count; i++)
        {
            FlowKey key = items[i].Key;
            bool isLine = store.AddressOf(key.Line, key.IsLineNumber) == address && key.Realm == realm
                && (port == 0 || key.LinePort == port);
            if (isLine && !(key.IsLineNumber && !store.Addresses.SoftwireOf(key.Line).IsNone))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A number for another set of rows.</summary>
    public uint NewGroup() => ++groups;

    /// <summary>The number that the rows of the last collected set share; its flow keeps it.</summary>
    public uint TakeGroup()
    {
        ref JoinState state = ref matcher.Graph.State(collected);
        state.Group = state.Group == 0 ? ++groups : state.Group;
        return state.Group;
    }

    /// <summary>Collects the candidates of an outside flow; returns how many.</summary>
    public int Collect(int entry)
    {
        Count = 0;
        IsCut = false;
        int number = store.Table.Hot(entry).Join;
        collected = number;
        if (number == 0)
        {
            return 0;
        }

        JoinGraph graph = matcher.Graph;
        ref JoinState state = ref graph.State(number);
        int best = judge.BestOf(state);
        for (int at = state.FirstPair; at != 0; at = graph.PairAt(at).NextOfOutside)
        {
            ref Pair pair = ref graph.PairAt(at);
            if (!judge.IsToldApart(pair, graph.PairAt(best)))
            {
                ref JoinState inside = ref graph.State(pair.Inside);
                items[Count++] = new Candidate
                {
                    Key = inside.Key, LegRule = inside.LegRule, EvidenceBits = (ushort)pair.Bits,
                };
            }
        }

        IsCut = (state.Flags & JoinFlags.Blind) != 0 || state.PopularBits != 0;
        return Count;
    }
}
