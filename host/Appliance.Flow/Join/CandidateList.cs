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

    public int Count { get; private set; }

    /// <summary>There were more than fit; the list is not whole.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Number that the rows of the set share; the flow keeps it.</summary>
    public uint Group { get; private set; }

    public ref readonly Candidate this[int index] => ref items[index];

    private uint groups;

    /// <summary>True where a line is among the last collected; port 0 is any.</summary>
    public bool Has(in Appliance.Wire.Ip address, ushort port)
    {
        for (int i = 0; i < Count; i++)
        {
            FlowKey key = items[i].Key;
            if (store.AddressOf(key.Line, key.IsLineNumber) == address && (port == 0 || key.LinePort == port))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A number for another set of rows.</summary>
    public uint NewGroup() => ++groups;

    /// <summary>Collects the candidates of an outside flow; returns how many.</summary>
    public int Collect(int entry)
    {
        Count = 0;
        IsCut = false;
        int number = store.Table.Hot(entry).Join;
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
        if (Count >= 2)
        {
            state.Group = state.Group == 0 ? ++groups : state.Group;
            Group = state.Group;
        }

        return Count;
    }
}
