using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>Which lines answer in one interval.</summary>
/// <param name="Candidates">Best first.</param>
/// <param name="Nameless">Flows left out because no name was seen and their address is nobody's for the
/// service.</param>
/// <param name="LookedUp">Flows left out because they only looked the service's name up.</param>
internal sealed record Evaluation(IReadOnlyList<Candidate> Candidates, int Nameless, int LookedUp)
{
    /// <summary>Candidates of which something is recorded in the interval.</summary>
    public int Solid => Candidates.Count(candidate => candidate.Activity != Activity.Unknown);

    /// <summary>Lines beyond what the order may name: counted, not told.</summary>
    public int Withheld { get; init; }

    /// <summary>Lines that may have held it, known or not; all flows of unknown lines count as one more line.</summary>
    public int Lines => Candidates.Count + Withheld;

    public int KnownLines => Candidates.Count(candidate => candidate.Line.IsKnown);

    /// <summary>Names of the lines, to compare answers.</summary>
    public IReadOnlySet<string> Names => Candidates.Select(candidate => candidate.Line.Name).ToHashSet();
}

/// <summary>Finds the candidate lines of any interval among the holdings that were read around a question.</summary>
/// <param name="question">The question.</param>
/// <param name="holdings">Those around it.</param>
/// <param name="blocks">Blocks around it.</param>
/// <param name="coverages">What is missing around it.</param>
/// <param name="around">Made of more than these holdings; null to make it of them.</param>
internal sealed class Evaluator(
    ResolveQuestion question,
    IReadOnlyList<Holding> holdings,
    IReadOnlyList<BlockHolding> blocks,
    Coverages coverages,
    Narrowing? around = null)
{
    private readonly Narrowing narrowing = around ?? new(question, holdings);

    /// <summary>The candidates of an interval, the best first.</summary>
    /// <param name="asked">The interval without the source's error.</param>
    public Evaluation At(Window asked)
    {
        Evaluation found = Unranked(asked);
        var candidates = new List<Candidate>(found.Candidates);
        candidates.ForEach(candidate => candidate.Flows.Sort(Candidate.Compare));
        candidates.Sort(Candidate.Compare);
        return found with { Candidates = candidates };
    }

    /// <summary>
    /// The same in no order but the best flow of each first: enough to count and judge them, and a third of the time on
    /// a busy address.
    /// </summary>
    /// <param name="asked">The interval without the source's error.</param>
    public Evaluation Unranked(Window asked)
    {
        Window window = asked.Widen(question.SourceErrorUs);
        var lines = new Dictionary<Line, Candidate>(Line.ByName);
        int nameless = 0;
        int lookedUp = 0;
        foreach (Holding holding in holdings)
        {
            if (ActivityIn(holding, window) is not { } activity)
            {
                continue;
            }

            Fit fit = narrowing.Of(holding);
            nameless += fit == Fit.Nameless ? 1 : 0;
            lookedUp += fit == Fit.LookedUp ? 1 : 0;
            if (Narrowing.Stays(fit))
            {
                Add(LineOf(lines, holding.Line).Flows, new Held(holding, activity, OverlapOf(holding, asked), fit));
            }
        }

        AddBlocks(lines, asked);
        return new Evaluation([.. lines.Values], nameless, lookedUp);
    }

    /// <summary>The best is the first also where nothing else is in order: a line is judged by it.</summary>
    private static void Add(List<Held> flows, Held held)
    {
        flows.Add(held);
        if (Candidate.Compare(held, flows[0]) < 0)
        {
            (flows[0], flows[^1]) = (held, flows[0]);
        }
    }

    private static Candidate LineOf(Dictionary<Line, Candidate> lines, Line line)
    {
        if (!lines.TryGetValue(line, out Candidate? candidate))
        {
            candidate = new Candidate(line);
            lines.Add(line, candidate);
        }

        return candidate;
    }

    private Activity? ActivityIn(Holding holding, Window window)
    {
        if (!window.Touches(holding.Widest))
        {
            return coverages.MayHaveGoneOn(holding, window) ? Activity.Unknown : null;
        }

        Window reach = window.Widen(holding.BoundUs);
        if (reach.Contains(holding.Row.Start))
        {
            return Activity.Opened;
        }

        foreach (TaiTime packet in holding.Seen)
        {
            if (reach.Contains(packet))
            {
                return Activity.Packets;
            }
        }

        return Activity.Open;
    }

    private static Overlap OverlapOf(Holding holding, Window asked)
    {
        long bound = holding.BoundUs;
        bool certain = holding.HasBound && Window.Add(holding.Row.Start, bound) <= asked.To
            && Window.Add(holding.Row.Last, -bound) >= asked.From;
        return certain ? Overlap.Certain
            : !asked.Touches(holding.Widest) ? Overlap.WithinSourceError
            : holding.HasBound ? Overlap.WithinBound
            : Overlap.NoBound;
    }

    /// <summary>
    /// A block says that a line could have sent, a flow that it did: blocks answer only where no flow names a line,
    /// and beside flows they are witnesses. They say nothing about what was contacted.
    /// </summary>
    private void AddBlocks(Dictionary<Line, Candidate> lines, Window asked)
    {
        bool answer = !lines.Values.Any(candidate => candidate.Line.IsKnown) && !question.NeedsContact;
        Window window = asked.Widen(question.SourceErrorUs);
        foreach (BlockHolding block in blocks)
        {
            if (!block.Touches(window) || (!answer && !lines.ContainsKey(block.Line)))
            {
                continue;
            }

            Overlap overlap = block.Touches(asked) ? Overlap.WithinBound : Overlap.WithinSourceError;
            LineOf(lines, block.Line).Blocks.Add(new HeldBlock(block, overlap));
        }
    }
}
