namespace Appliance.Flow;

/// <summary>What the evidence about an outside flow says.</summary>
internal enum Verdict : byte
{
    /// <summary>Nobody, or several, or somebody whom another flow claims as well.</summary>
    Open,

    /// <summary>Too few packets yet: more are waited for.</summary>
    Early,

    /// <summary>One inside flow, with evidence and margin.</summary>
    Found,

    /// <summary>The same, but the inside flow already has another outside flow.</summary>
    FoundTaken,
}

/// <summary>
/// The rule of attribution: enough evidence, the margin over the next candidate, and the margin over every other
/// outside flow that claims the same inside flow. Reads the graph, changes nothing.
/// </summary>
internal sealed class Judge(FlowStore store, Matcher matcher, Doubt doubt)
{
    private readonly JoinGraph graph = matcher.Graph;

    /// <summary>Judges an outside flow by what is known; <paramref name="best"/> is its strongest pair.</summary>
    /// <param name="outside">The flow.</param>
    /// <param name="isLate">The flow is old or ends: no more packets are waited for.</param>
    /// <param name="best">Its strongest pair, 0 for none.</param>
    public Verdict Decide(in JoinState outside, bool isLate, out int best)
    {
        best = BestOf(outside);
        if (best == 0)
        {
            return Verdict.Open;
        }

        ref Pair pair = ref graph.PairAt(best);
        return IsPresent(pair, isLate) ? Weigh(outside, pair, best) : isLate ? Verdict.Open : Verdict.Early;
    }

    /// <summary>True where the flow's own line, were it another, would have shown one of the packets.</summary>
    private bool IsPresent(in Pair pair, bool isLate)
    {
        int worth = doubt.BitsPerMissing;
        int least = !isLate ? Limits.SettledBitsMin
            : worth >= Limits.LonePresenceBitsMin ? Limits.LonePresenceBitsMin : Limits.PresenceBitsMin;
        return pair.Contents * worth >= least;
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
    /// True where what a pair lacks beside the best one tells that its line is not the sender: missing packets, as much
    /// as the loss of the legs lets them say, and identity that only the best one shares, worth the margin together.
    /// </summary>
    public bool IsToldApart(in Pair rival, in Pair best) =>
        Evidence.Against(rival, best, doubt.BitsPerMissing) >= Limits.MarginBits
        && PopularBits(best) == 0 && PopularBits(rival) == 0;

    /// <summary>An outside flow does not claim an inside flow that is told apart from its best.</summary>
    public bool IsClaim(in Pair pair) => !IsToldApart(pair, graph.PairAt(BestOf(graph.State(pair.Outside))));

    private Verdict Weigh(in JoinState outside, in Pair pair, int number)
    {
        ref JoinState inside = ref graph.State(pair.Inside);
        bool isUnshared = (pair.Parts & Parts.BothSequences) == Parts.BothSequences;
        bool isBlind = matcher.IsBlind || (outside.Flags & JoinFlags.Blind) != 0
            || (inside.Flags & JoinFlags.Blind) != 0;

        // What many showed may be missing in any pair: it proves nothing.
        if (inside.Entry < 0 || (isBlind && !isUnshared)
            || (Math.Min(pair.Bits, pair.Tally - PopularBits(pair)) < Limits.EvidenceBitsMin
                && !matcher.IsConfirmed(pair))
            || HasRival(outside, number) || HasOtherClaim(inside, pair))
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

    private bool HasRival(in JoinState outside, int best)
    {
        for (int at = outside.FirstPair; at != 0; at = graph.PairAt(at).NextOfOutside)
        {
            if (at != best && !IsToldApart(graph.PairAt(at), graph.PairAt(best)))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasOtherClaim(in JoinState inside, in Pair own)
    {
        if (inside.ContestContents > 0
            && (own.Contents - inside.ContestContents) * doubt.BitsPerMissing < Limits.MarginBits)
        {
            return true;
        }

        for (int at = inside.FirstPair; at != 0; at = graph.PairAt(at).NextOfInside)
        {
            ref Pair pair = ref graph.PairAt(at);
            if (pair.Outside != own.Outside && IsClaim(pair) && !IsToldApart(pair, own))
            {
                return true;
            }
        }

        return false;
    }
}
