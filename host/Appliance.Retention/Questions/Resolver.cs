using Appliance.Retention.AddressPlan;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// Answers "who held this public address then": reads around the interval, ranks the lines, and says what would change
/// the answer. Pure but for the archive: the same records give the same answer.
/// </summary>
/// <param name="archive">Where the records are.</param>
/// <param name="plan">Which addresses are ours; null where nobody said.</param>
/// <param name="oldest">Begin of the retention period.</param>
internal sealed class Resolver(IRecordArchive archive, Plan? plan, TaiTime oldest)
{
    private static readonly (string Name, long Us)[] Deltas =
        [("1 s", 1_000_000), ("60 s", 60_000_000), ("1 h", Limits.SensitivityUs)];

    public ResolveAnswer Answer(ResolveQuestion question)
    {
        PlanEntry? entry = plan?.Find(question.Address, question.Interval.Window.From);
        if (Beforehand(question, entry) is { } answer)
        {
            return answer;
        }

        var reader = new HolderReader(archive);
        Found found = reader.Read(question, oldest);
        found = WithSessions(reader, question, found, out bool hasSessions);
        var evaluator = new Evaluator(question, found.Holdings, found.Blocks, found.Coverages);
        Evaluation result = evaluator.At(question.Interval.Window);
        IReadOnlyList<NotCovered> missing = found.Coverages.In(question.Window, found.Devices);
        (AnswerWord word, string reason) = Verdict.Of(question, result, missing);
        return new ResolveAnswer
        {
            Question = question,
            Word = word,
            Reason = reason,
            Plan = entry,
            Result = result,
            HasSessions = hasSessions,
            Before = Neighbours(question, found.Holdings, isBefore: true),
            After = Neighbours(question, found.Holdings, isBefore: false),
            Sensitivities = [.. Deltas.Select(delta => Of(question, evaluator, found, result, delta))],
            Separations = Separations.Of(question, result),
            Missing = missing,
            Notes = Notes.Of(question, result, entry, missing),
            Batches = found.Batches,
        };
    }

    /// <summary>What can be said without opening a record.</summary>
    private ResolveAnswer? Beforehand(ResolveQuestion question, PlanEntry? entry)
    {
        if (question.Interval.Window.From < oldest)
        {
            return Word(
                AnswerWord.OutOfPeriod,
                $"records are kept from {UtcText.Of(oldest)} on; what is older is gone");
        }

        if (plan is not null && entry is null or { Use: PlanUse.NotOurs })
        {
            return Word(
                AnswerWord.NotOurs, $"the address plan does not give {question.Address} to customers of ours then");
        }

        return entry is { Use: PlanUse.Infrastructure }
            ? Word(AnswerWord.None, $"{question.Address} is infrastructure ({entry.Prefix}): no line is behind it")
            : null;

        ResolveAnswer Word(AnswerWord word, string reason) => new()
        {
            Question = question, Word = word, Reason = reason, Plan = entry,
        };
    }

    /// <summary>Names the lines behind inside addresses by the sessions that held them.</summary>
    private Found WithSessions(HolderReader reader, ResolveQuestion question, Found found, out bool any)
    {
        List<Line> lines = found.Lines;
        if (lines.Count > Limits.SessionLinesMax)
        {
            var evaluator = new Evaluator(question, found.Holdings, found.Blocks, found.Coverages);
            lines = [.. evaluator.At(question.Interval.Window).Candidates.Select(candidate => candidate.Line)];
        }

        Window flows = question.Window;
        foreach (Holding holding in found.Holdings)
        {
            flows = holding.Row.Start < flows.From ? flows with { From = holding.Row.Start } : flows;
        }

        Sessions sessions = reader.ReadSessions(lines, flows, oldest);
        any = sessions.All.Count > 0;
        return SessionNames.Give(found, sessions, question.Window.From);
    }

    private static Sensitivity Of(
        ResolveQuestion question, Evaluator evaluator, Found found, Evaluation result, (string Name, long Us) delta)
    {
        Window asked = question.Interval.Window;
        return new Sensitivity(
            delta.Name,
            Change(asked.Shift(-delta.Us)),
            Change(asked.Shift(delta.Us)),
            Change(asked.Widen(delta.Us)));

        Changed Change(Window changed)
        {
            Evaluation other = evaluator.At(changed);
            return new Changed(
                other.Lines,
                other.Names.SetEquals(result.Names),
                found.Coverages.In(changed.Widen(question.SourceErrorUs), found.Devices).Count == 0);
        }
    }

    /// <summary>
    /// Who held the port last before and first after, for each protocol; whatever they contacted. Without a port there
    /// is no such thing.
    /// </summary>
    private static List<Holding> Neighbours(
        ResolveQuestion question, IReadOnlyList<Holding> holdings, bool isBefore)
    {
        var nearest = new SortedDictionary<byte, Holding>();
        Window window = question.Window;
        foreach (Holding holding in holdings)
        {
            bool isThere = isBefore ? holding.Widest.To < window.From : holding.Widest.From > window.To;
            if (question.Port is null || !isThere)
            {
                continue;
            }

            byte protocol = holding.Row.Protocol;
            bool isNearer = !nearest.TryGetValue(protocol, out Holding? best)
                || (isBefore ? holding.Row.Last > best.Row.Last : holding.Row.Start < best.Row.Start);
            if (isNearer)
            {
                nearest[protocol] = holding;
            }
        }

        return [.. nearest.Values];
    }
}
