using Appliance.Retention.AddressPlan;
using Appliance.Retention.Questions;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Answers;

/// <summary>
/// The answer of a resolve for people: the word first, then what it rests on, then what would change it.
/// </summary>
internal static class ResolveText
{
    public static void Write(TextWriter output, ResolveAnswer answer, bool all)
    {
        WriteHead(output, answer);
        if (answer.Word is AnswerWord.NotOurs or AnswerWord.OutOfPeriod)
        {
            return;
        }

        WriteCandidates(output, answer, all);
        WriteNeighbours(output, "Before", answer, answer.Before);
        WriteNeighbours(output, "After", answer, answer.After);
        WriteSensitivity(output, answer);
        WriteList(output, "Would tell them apart", [.. answer.Separations.Select(fact => fact.Sentence)]);
        WriteList(output, "Not covered", [.. answer.Missing.Select(Verdict.Gap)]);
        WriteList(output, "Bear in mind", answer.Notes);
    }

    private static void WriteHead(TextWriter output, ResolveAnswer answer)
    {
        ResolveQuestion question = answer.Question;
        Window asked = question.Interval.Window;
        output.WriteLine($"Answer     {answer.Words}");
        output.WriteLine($"           {answer.Reason}");
        output.WriteLine($"Asked      {Asked(question)}");
        output.WriteLine($"           {question.Interval.Text}");
        output.WriteLine($"UTC        {UtcText.Of(asked.From)} to {UtcText.Of(asked.To)}");
        if (question.SourceErrorUs > 0)
        {
            Window window = question.Window;
            output.WriteLine($"           with {UtcText.Length(question.SourceErrorUs)} of source error: "
                + $"{UtcText.Of(window.From)} to {UtcText.Of(window.To)}");
        }

        if (answer.Plan is { } plan)
        {
            string realm = plan.Realm.Length > 0 ? $", realm {plan.Realm}" : "";
            output.WriteLine($"Plan       {plan.Prefix} is {PlanEntry.NameOf(plan.Use)}{realm}");
        }
    }

    private static string Asked(ResolveQuestion question)
    {
        string port = question.Port is { } number ? FormattableString.Invariant($" port {number}") : ", no port";
        string protocol = question.Protocol.Length > 0 ? $" {question.Protocol}" : "";
        string remote = question.Remote.IsNone ? ""
            : question.RemotePort is { } to ? $", contacting {FlowWords.Endpoint(question.Remote, to)}"
            : $", contacting {question.Remote}";
        string service = question.Service.Length > 0 ? $", contacting {question.Service}" : "";
        return $"who held {question.Address}{port}{protocol}{remote}{service}";
    }

    private static void WriteCandidates(TextWriter output, ResolveAnswer answer, bool all)
    {
        IReadOnlyList<Candidate> candidates = answer.Result.Candidates;
        int shown = all ? candidates.Count : Math.Min(candidates.Count, Limits.TextLines);
        int flows = all ? int.MaxValue : candidates.Count > Limits.TextFlows ? 1 : Limits.TextFlows;
        output.WriteLine(candidates.Count == 0 ? "Lines      none" : "Lines");
        for (int i = 0; i < shown; i++)
        {
            Candidate candidate = candidates[i];
            string fit = candidate.Fit == Fit.Full ? "" : $", fits {FlowWords.Fit(candidate.Fit)}";
            output.WriteLine(FormattableString.Invariant($"  {i + 1,3}. {FlowWords.Line(candidate.Line)}: ")
                + $"{FlowWords.Activity(candidate.Activity)}{fit}");
            WriteSession(output, answer, candidate);
            WriteCorrection(output, candidate.Correction);
            WriteFlows(output, answer.Question, candidate, flows);
        }

        if (shown < candidates.Count)
        {
            output.WriteLine(FormattableString.Invariant(
                $"       and {candidates.Count - shown} more lines: --all or --json prints every one"));
        }
    }

    private static void WriteSession(TextWriter output, ResolveAnswer answer, Candidate candidate)
    {
        if (candidate.Session is { } session)
        {
            string equipment = session.Equipment.Length > 0 ? $", equipment {session.Equipment}" : "";
            output.WriteLine($"       {session.Type} {session.Subscriber}: {session.Prefix.Address}/"
                + FormattableString.Invariant($"{session.Prefix.Length} from {UtcText.Of(session.Start)} to ")
                + $"{UtcText.OrNull(session.End) ?? "open"}, {session.Source}{equipment}");
        }
        else if (answer.HasSessions && candidate.Line.Subscriber.Length == 0)
        {
            output.WriteLine("       line: not covered by any session that is recorded");
        }
    }

    private static void WriteCorrection(TextWriter output, LineCorrection? line)
    {
        if (line is not null)
        {
            string right = line.Subscriber.Length > 0 ? $"the line is {line.Subscriber}" : "the line is not known";
            output.WriteLine($"       corrected: {right} from {UtcText.Of(line.From)} to {UtcText.Of(line.To)}; "
                + $"operator and custodian signed it: {line.Reason}");
        }
    }

    private static void WriteFlows(TextWriter output, ResolveQuestion question, Candidate candidate, int most)
    {
        foreach (Held held in candidate.Flows.Take(most))
        {
            output.WriteLine($"       {Tuple(held.Holding, question.NeedsContact)}");
            output.WriteLine($"         {Time(held.Holding)}; {FlowWords.Activity(held.Activity)}");
            output.WriteLine($"         {Evidence(held)}");
        }

        if (candidate.Flows.Count > most)
        {
            output.WriteLine($"       and {Notes.Flows(candidate.Flows.Count - most)} more");
        }

        foreach (HeldBlock held in candidate.Blocks)
        {
            BlockRow row = held.Block.Row;
            output.WriteLine(
                FormattableString.Invariant($"       block {row.PublicAddress} ports {row.PortFirst} to ")
                + FormattableString.Invariant($"{row.PortLast}, ")
                + $"{UtcText.Of(row.Start)} to {UtcText.OrNull(row.End) ?? "open"}, {held.Block.Source}");
        }
    }

    private static string Tuple(Holding holding, bool withContact)
    {
        FlowRow row = holding.Row;
        string inside = row.SubscriberAddress.IsNone
            ? ""
            : $"{FlowWords.Endpoint(row.SubscriberAddress, row.SubscriberPort)} as ";
        string to = withContact && holding.HasContact
            ? $" to {FlowWords.Endpoint(row.RemoteAddress, row.RemotePort)}"
            : "";
        string service = withContact && holding.Service.Length > 0 ? $" ({holding.Service})" : "";
        return $"{FlowWords.Protocol(row.Protocol)} {inside}{FlowWords.Endpoint(row.PublicAddress, row.PublicPort)}"
            + $"{to}{service}";
    }

    private static string Time(Holding holding)
    {
        string bound = holding.HasBound ? $"+-{UtcText.Length(holding.BoundUs)}" : "no bound";
        string corrected = holding.RecordedBoundUs is { } recorded
            ? $" (corrected; recorded +-{UtcText.Length(recorded)})"
            : "";
        return $"{UtcText.Of(holding.Row.Start)} to {UtcText.Of(holding.Row.Last)} {bound}{corrected}";
    }

    private static string Evidence(Held held)
    {
        FlowRow row = held.Holding.Row;
        return FormattableString.Invariant($"{FlowWords.Method(row)}, {row.EvidenceBits} bits, {row.Candidates} ")
            + FormattableString.Invariant($"{(row.Candidates == 1 ? "candidate" : "candidates")}; ")
            + $"overlap {FlowWords.Overlap(held.Overlap)}; "
            + $"flow {held.Holding.Flow}, record {held.Holding.Place}";
    }

    private static void WriteNeighbours(
        TextWriter output, string title, ResolveAnswer answer, IReadOnlyList<Holding> neighbours)
    {
        if (answer.Question.Port is null)
        {
            return;
        }

        output.WriteLine(neighbours.Count == 0 ? $"{title,-10} nobody within an hour" : title);
        foreach (Holding holding in neighbours)
        {
            output.WriteLine($"       {FlowWords.Line(holding.Line)}: {Tuple(holding, withContact: false)}");
            output.WriteLine($"         {Time(holding)}");
        }
    }

    private static void WriteSensitivity(TextWriter output, ResolveAnswer answer)
    {
        if (answer.Sensitivities.Count == 0)
        {
            return;
        }

        output.WriteLine("If the time is wrong by   earlier        later          either way");
        foreach (Sensitivity row in answer.Sensitivities)
        {
            output.WriteLine(
                $"  {row.Delta,-23} {Of(row.Earlier),-14} {Of(row.Later),-14} {Of(row.Widened)}");
        }

        static string Of(Changed changed) => FormattableString.Invariant($"{changed.Lines} ")
            + (changed.IsSame ? "same" : "other") + (changed.IsCovered ? "" : ", gap");
    }

    /// <summary>Sentences under a title; nothing where there are none.</summary>
    internal static void WriteList(TextWriter output, string title, IReadOnlyList<string> sentences)
    {
        if (sentences.Count > 0)
        {
            output.WriteLine(title);
        }

        foreach (string sentence in sentences.Take(Limits.TextLines))
        {
            output.WriteLine($"  - {sentence}");
        }

        if (sentences.Count > Limits.TextLines)
        {
            output.WriteLine(FormattableString.Invariant($"  - and {sentences.Count - Limits.TextLines} more: --json"));
        }
    }
}
