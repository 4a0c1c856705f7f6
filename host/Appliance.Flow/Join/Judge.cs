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

    /// <summary>Judges an outside flow by what is known; <paramref name="best"/> is its strongest pair.</summary>
    public Verdict Decide(in JoinState outside, out int best)
    {
        best = BestOf(outside);
        return best == 0 ? Verdict.Open : Weigh(outside, graph.PairAt(best), best);
    }

    /// <summary>The pair of an outside flow that agrees most, 0 for none.</summary>
    public int BestOf(in JoinState outside)
    {
        int best = 0;
        int most = 0;
        for (int at = outside.FirstPair; at != 0; at = graph.PairAt(at).NextOfOutside)
        {
            if (graph.PairAt(at).Tally > most)
            {
                most = graph.PairAt(at).Tally;
                best = at;
            }
        }

        return best;
    }

    /// <summary>
    /// True where a pair lacks so much of what the best one shows that its line is not the sender: more than a fifth
    /// of the different contents, worth the margin. One lost packet alone is no contradiction.
    /// </summary>
    public bool IsContradicted(in Pair pair, in Pair best) =>
        pair.Contents * 5 < best.Contents * 4 && best.Tally - pair.Tally >= Limits.MarginBits
        && PopularBits(best) == 0 && PopularBits(pair) == 0;

    /// <summary>An outside flow does not claim an inside flow that contradicts it or is the margin behind.</summary>
    public bool IsClaim(in Pair pair)
    {
        ref Pair best = ref graph.PairAt(BestOf(graph.State(pair.Outside)));
        return best.Bits - pair.Bits < Limits.MarginBits && !IsContradicted(pair, best);
    }

    private Verdict Weigh(in JoinState outside, in Pair pair, int number)
    {
        ref JoinState inside = ref graph.State(pair.Inside);
        bool isUnshared = (pair.Parts & Parts.BothSequences) == Parts.BothSequences;
        bool isBlind = matcher.IsBlind || (outside.Flags & JoinFlags.Blind) != 0
            || (inside.Flags & JoinFlags.Blind) != 0;

        // What many showed may be missing in any pair: it can neither prove nor make a difference.
        int popular = PopularBits(pair);
        int rival = Math.Max(NextCandidate(outside, number), HighestOtherClaim(inside, pair));
        if (inside.Entry < 0 || (isBlind && !isUnshared)
            || Math.Min(pair.Bits, pair.Tally - popular) < Limits.EvidenceBitsMin
            || pair.Bits - popular - rival < Limits.MarginBits)
        {
            return Verdict.Open;
        }

        ref HotFlow flow = ref store.Table.Hot(inside.Entry);
        const Marks linked = Marks.Hairpin | Marks.Joined;
        bool isTaken = (flow.Seen & Seen.Outside) != 0 || (flow.Marks & linked) == linked;
        return isTaken ? Verdict.FoundTaken : Verdict.Found;
    }

    private int PopularBits(in Pair pair) =>
        Math.Max(graph.State(pair.Outside).PopularBits, graph.State(pair.Inside).PopularBits);

    private int NextCandidate(in JoinState outside, int best)
    {
        int next = 0;
        for (int at = outside.FirstPair; at != 0; at = graph.PairAt(at).NextOfOutside)
        {
            if (at != best && !IsContradicted(graph.PairAt(at), graph.PairAt(best)))
            {
                next = Math.Max(next, graph.PairAt(at).Bits);
            }
        }

        return next;
    }

    private int HighestOtherClaim(in JoinState inside, in Pair own)
    {
        int highest = inside.ContestBits;
        for (int at = inside.FirstPair; at != 0; at = graph.PairAt(at).NextOfInside)
        {
            ref Pair pair = ref graph.PairAt(at);
            if (pair.Outside != own.Outside && IsClaim(pair))
            {
                highest = Math.Max(highest, pair.Bits);
            }
        }

        return highest;
    }
}
