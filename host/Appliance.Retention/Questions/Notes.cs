using Appliance.Retention.AddressPlan;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>What a reader of an answer must bear in mind.</summary>
internal static class Notes
{
    public static List<string> Of(
        ResolveQuestion question, Evaluation result, PlanEntry? entry, IReadOnlyList<NotCovered> missing)
    {
        var notes = new List<string>();
        if (missing.Count > 0 && result.Lines > 0)
        {
            notes.Add($"part of the interval is not covered, so there may be more lines than are listed: "
                + Verdict.Gap(missing[0]));
        }

        AddAttribution(notes, result);
        AddContact(notes, question, result);
        if (entry is { Use: PlanUse.Fixed } && result.Lines > 1)
        {
            notes.Add($"the address plan calls {entry.Prefix} fixed, yet several lines held it: check the plan");
        }

        if (question.Port is null && result.Lines > 0)
        {
            notes.Add("holders before and after are not told apart without a port");
        }

        return notes;
    }

    /// <summary>Of flows whose time a manifest corrects.</summary>
    public const string Corrected =
        "whose times the clock of the box took back later: they stand with the wider bound that holds now";

    /// <summary>Of flows whose line a paper corrects.</summary>
    public const string CorrectedLine =
        "whose line operator and custodian corrected: the records themselves say another one";

    /// <summary>1 flow, 2 flows.</summary>
    public static string Flows(int count) => FormattableString.Invariant($"{count} {(count == 1 ? "flow" : "flows")}");

    private static void AddAttribution(List<string> notes, Evaluation result)
    {
        List<Held> flows = [.. result.Candidates.SelectMany(candidate => candidate.Flows)];
        Add(flows.Count(held => held.Holding.Row.ClockState == ClockState.Unset),
            "from before the clock of the box was set: their times only give an order");
        Add(flows.Count(held => !held.Holding.HasBound && held.Holding.Row.ClockState != ClockState.Unset),
            "without a bound on their times: the clock was not vouched for");
        Add(flows.Count(held => held.Holding.Row.Attribution == Attribution.Ambiguous),
            "that fit several lines equally: each of the lines is listed");
        Add(flows.Count(held => held.Holding.Row.Candidates == ushort.MaxValue),
            "of which only some of the lines that fit are recorded: there are more");
        Add(flows.Count(held => held.Holding.RecordedBoundUs is not null), Corrected);
        Add(flows.Count(held => held.Holding.Correction is not null), CorrectedLine);
        Add(flows.Count(held => held.Holding.Row.Conflict), "with witnesses that contradict each other");
        Add(result.Candidates.Where(candidate => !candidate.Line.IsKnown).Sum(candidate => candidate.Flows.Count),
            "of lines that are not known: together they count as one more line");

        void Add(int count, string words)
        {
            if (count > 0)
            {
                notes.Add($"{Flows(count)} {words}");
            }
        }
    }

    private static void AddContact(List<string> notes, ResolveQuestion question, Evaluation result)
    {
        if (result.Candidates.Any(candidate => candidate.Fit == Fit.NotRecorded))
        {
            notes.Add("what was contacted is not recorded for every flow: it could not be used to rule all out");
        }

        if (result.Candidates.Any(candidate => candidate.Fit == Fit.ByAddress))
        {
            notes.Add("some lines fit only by an address at which others reached the service; no name was seen");
        }

        if (result.Nameless > 0)
        {
            notes.Add($"{Flows(result.Nameless)} without a name, to addresses at which "
                + $"nobody was seen to reach {question.Service}, left out");
        }

        if (result.LookedUp > 0)
        {
            notes.Add($"{Flows(result.LookedUp)} that only looked the name up (DNS), left out");
        }
    }
}
