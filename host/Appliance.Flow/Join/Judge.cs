namespace Appliance.Flow;

/// <summary>What the evidence about an outside flow says.</summary>
internal enum Verdict : byte
{
    /// <summary>Nobody, or several, or somebody whom another flow claims as well.</summary>
    Open,

    /// <summary>One inside flow, with evidence and margin.</summary>
    Found,

    /// <summary>The same, but the inside flow already has another outside flow.</summary>
    FoundTaken,
}

/// <summary>
/// The rule of attribution: enough evidence, the margin over the next candidate, and the margin over every other
/// outside flow that claims the same inside flow. Reads the graph, changes nothing.
/// </summary>
internal sealed class Judge(FlowStore store, Matcher matcher)
{
    private readonly JoinGraph graph = matcher.Graph;

    /// <summary>
    /// Judges an outside flow by what is known; <paramref name="best"/> is its strongest pair, 0 for none.
    /// </summary>
    public Verdict Decide(in JoinState outside, out int best)
    {
        best = BestOf(outside, out int margin);
        return best == 0 ? Verdict.Open : Weigh(outside, graph.PairAt(best), margin);
    }

    /// <summary>An outside flow does not claim an inside flow that is the margin behind its best.</summary>
    public bool IsClaim(in Pair pair)
    {
        int best = BestOf(graph.State(pair.Outside), out _);
        return graph.PairAt(best).Tally - pair.Tally < Limits.MarginBits;
    }

    private int BestOf(in JoinState state, out int margin)
    {
        int best = 0;
        int first = 0;
        int second = 0;
        for (int at = state.FirstPair; at != 0; at = graph.PairAt(at).NextOfOutside)
        {
            int tally = graph.PairAt(at).Tally;
            if (tally > first)
            {
                second = first;
                first = tally;
                best = at;
            }
            else
            {
                second = Math.Max(second, tally);
            }
        }

        margin = first - second;
        return best;
    }

    private Verdict Weigh(in JoinState outside, in Pair pair, int margin)
    {
        ref JoinState inside = ref graph.State(pair.Inside);
        bool isUnshared = (pair.Parts & Parts.BothSequences) == Parts.BothSequences;
        bool isBlind = matcher.IsBlind || (outside.Flags & JoinFlags.Blind) != 0
            || (inside.Flags & JoinFlags.Blind) != 0;

        // What many showed may be missing in any pair: it can neither prove nor make a difference.
        int popular = Math.Max(outside.PopularBits, inside.PopularBits);
        if (inside.Entry < 0 || margin - popular < Limits.MarginBits
            || Math.Min(pair.Bits, pair.Tally - popular) < Limits.EvidenceBitsMin
            || (isBlind && !isUnshared)
            || pair.Tally - popular - HighestOtherClaim(inside, pair) < Limits.MarginBits)
        {
            return Verdict.Open;
        }

        bool isTaken = (store.Table.Hot(inside.Entry).Seen & Seen.Outside) != 0;
        return isTaken ? Verdict.FoundTaken : Verdict.Found;
    }

    private int HighestOtherClaim(in JoinState inside, in Pair own)
    {
        int highest = inside.ContestBits;
        for (int at = inside.FirstPair; at != 0; at = graph.PairAt(at).NextOfInside)
        {
            ref Pair pair = ref graph.PairAt(at);
            if (pair.Outside != own.Outside && IsClaim(pair))
            {
                highest = Math.Max(highest, pair.Tally);
            }
        }

        return highest;
    }
}
