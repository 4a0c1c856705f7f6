using Appliance.Retention.AddressPlan;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;

namespace Appliance.Retention.WebConsole;

/// <summary>An answer as a page: the word first, then what it rests on, then what would change it.</summary>
internal static class AnswerView
{
    public static Html Of(IReadOnlyList<ResolveAnswer> answers) => Html.Join(answers.Select((answer, i) => Html.Of($"""
        {Reading(i, answers.Count, answer.Question.Interval)}
        {Head(answer.Words, answer.Reason, answer.IsAnswered)}
        <dl class="facts">{Page.Fact("Asked", $"who held {Endpoint(answer.Question)}")}
        {Page.Fact("UTC interval", Interval(answer.Question.Interval.Window))}
        {Html.If(answer.Question.SourceErrorUs > 0,
            () => Page.Fact("With the source's error", Interval(answer.Question.Window)))}
        {Page.Fact("Address plan", answer.Plan is { } plan ? $"{plan.Prefix} is {PlanEntry.NameOf(plan.Use)}" : null)}
        </dl>
        {Candidates(answer)}
        {Neighbours("Held before", answer.Before)}
        {Neighbours("Held after", answer.After)}
        {Sensitivity(answer)}
        {Page.List("What would tell them apart", [.. answer.Separations.Select(fact => fact.Sentence)])}
        {Search(answer.Missing, answer.Question.NeedsContact, answer.Batches)}
        {Page.List("Bear in mind", answer.Notes)}
        """)));

    /// <param name="answers">One for each reading of the time.</param>
    /// <param name="asked">What was asked of the line.</param>
    public static Html Of(IReadOnlyList<LineAnswer> answers, string asked) => Html.Join(
        answers.Select((answer, i) => Html.Of($"""
            {Reading(i, answers.Count, answer.Question.Interval)}
            {Head(answer.Words, answer.Reason, answer.IsAnswered)}
            <dl class="facts">{Page.Fact("Asked", $"of line {answer.Question.Line}, {asked}")}
            {Page.Fact("UTC interval", Interval(answer.Question.Interval.Window))}</dl>
            {Ports(answer)}{Services(answer)}{Uses(answer)}
            {Search(answer.Missing, answer.Sections.HasFlag(SectionSet.Contact), answer.Batches)}
            {Page.List("Bear in mind", answer.Notes)}
            """)));

    private static Html Reading(int index, int count, AskedInterval interval) => Html.If(
        count > 1, () => Html.Of($"<p><b>Reading {index + 1} of {count}</b>: {interval.Text}</p>"));

    private static Html Head(string word, string reason, bool isAnswered) => Html.Of($"""
        <h1>Answer: {word}</h1><div class="note {(isAnswered ? "good" : "wait")}"><p>{reason}</p></div>
        """);

    private static Html Candidates(ResolveAnswer answer) => answer.Result.Candidates.Count == 0
        ? Html.Of($"<h2>Lines</h2><p>{(answer.Result.Lines == 0 ? "None." : "None is named.")}</p>")
        : Html.Of($"""
            <h2>Lines</h2>
            {Page.Table(
                "Lines that held it, best first",
                ["", "Line", "In the interval", "Time and bound", "Public endpoint", "Evidence"],
                answer.Result.Candidates.Take(ConsoleLimits.AnswerRowsMax).Select(Candidate))}
            {Page.More(answer.Result.Candidates.Count)}
            """);

    private static Html Candidate(Candidate candidate, int index)
    {
        Holding? best = candidate.Flows.Count > 0 ? candidate.Flows[0].Holding : null;
        string block = candidate.Blocks.Count > 0
            ? FormattableString.Invariant(
                $"ports {candidate.Blocks[0].Block.Row.PortFirst} to {candidate.Blocks[0].Block.Row.PortLast}")
            : "";
        string session = candidate.Session is { } held ? $"{held.Type} {held.Subscriber}, by {held.Source}" : "";
        return Html.Of($"""
            <tr><td>{index + 1}</td><th scope="row">{FlowWords.Line(candidate.Line)}
            <small>{session}</small></th>
            <td>{FlowWords.Activity(candidate.Activity)}; overlap {FlowWords.Overlap(candidate.Overlap)}</td>
            <td>{(best is null ? "" : Time(best))}</td>
            <td>{(best is null ? block : FlowWords.Endpoint(best.Row.PublicAddress, best.Row.PublicPort))}</td>
            <td>{(best is null ? "block of ports" : Evidence(best))}</td></tr>
            """);
    }

    private static Html Neighbours(string title, IReadOnlyList<Holding> holdings) => holdings.Count == 0
        ? Html.None
        : Html.Of($"""
            <h2>{title}</h2>
            <ul>{holdings.Take(ConsoleLimits.AnswerRowsMax).Select(holding => Html.Of(
                $"<li>{FlowWords.Line(holding.Line)}, {Time(holding)}</li>"))}</ul>
            """);

    private static Html Sensitivity(ResolveAnswer answer) => answer.Sensitivities.Count == 0 ? Html.None : Html.Of($"""
        <h2>If the time is wrong</h2>
        {Page.Table("Lines that would answer", ["Wrong by", "Earlier", "Later", "Either way"],
            answer.Sensitivities.Select(row => Html.Of($"""
                <tr><th scope="row">{row.Delta}</th>{Cell(row.Earlier)}{Cell(row.Later)}{Cell(row.Widened)}</tr>
                """)))}
        """);

    private static Html Cell(Changed changed) => Html.Of(
        $"<td{Warned(changed)}>{(changed.Lines == 0 ? "none" : Count(changed))}"
        + $"{(changed.IsCovered ? "" : ", with a gap")}</td>");

    private static string Count(Changed changed) =>
        FormattableString.Invariant($"{changed.Lines}, {(changed.IsSame ? "the same" : "others")}");

    private static Html Warned(Changed changed) => changed.IsSame ? Html.None : Html.Of($" class=\"differs\"");

    private static Html Ports(LineAnswer answer) => answer.Ports.Count == 0 ? Html.None : Html.Of($"""
        <h2>Public addresses</h2>
        {Page.Table("Addresses and ports", ["From", "To", "Address", "Ports", "Known by"],
            answer.Ports.Take(ConsoleLimits.AnswerRowsMax).Select(port => Html.Of($"""
                <tr><td>{UtcText.Of(port.From)}</td><td>{UtcText.OrNull(port.To) ?? "open"}</td>
                <td>{port.Address.ToString()}</td><td>{(port.Flows == 0 ? "any" : FlowWords.Protocol(port.Protocol))}
                {port.First}{(port.First == port.Last ? "" : FormattableString.Invariant($" to {port.Last}"))}</td>
                <td>{port.Method}</td></tr>
                """)))}
        {Page.More(answer.Ports.Count)}
        """);

    private static Html Services(LineAnswer answer) => answer.Services.Count == 0 ? Html.None : Html.Of($"""
        <h2>Services</h2>
        {Page.Table("Most used first", ["Service", "Flows", "First", "Last"],
            answer.Services.Take(ConsoleLimits.AnswerRowsMax).Select(service => Html.Of($"""
                <tr><th scope="row">{service.Name}
                <small>{Known(service)}</small>
                </th>
                <td>{service.Flows.Count}</td><td>{UtcText.Of(service.First)}</td>
                <td>{UtcText.Of(service.Last)}</td></tr>
                """)))}
        {Page.More(answer.Services.Count)}
        """);

    private static string Known(UsedService service) =>
        service.IsLookup ? "only looked up"
        : !service.IsNamed ? "no name seen"
        : service.Known is { IsCommunications: true } known ? $"{known.Name}, {known.CategoryWords}"
        : "";

    private static Html Uses(LineAnswer answer) => answer.Uses.Count == 0 ? Html.None : Html.Of($"""
        <h2>Times of use</h2>
        <ul>{answer.Uses.Take(ConsoleLimits.AnswerRowsMax).Select(use => Html.Of(
            $"<li>{Time(use)}: {use.Service} at {FlowWords.Endpoint(use.Row.RemoteAddress, use.Row.RemotePort)}</li>"))}
        </ul>
        {Page.More(answer.Uses.Count)}
        """);

    /// <summary>What was searched, and what was not there to be found.</summary>
    private static Html Search(IReadOnlyList<NotCovered> missing, bool withContact, int batches) => Html.Of($"""
        <h2>What was searched</h2>
        <dl class="facts">
        {Page.Fact("Opened", FormattableString.Invariant($"{batches} {(batches == 1 ? "batch" : "batches")}"))}
        {Page.Fact("Sections", withContact ? "attribution and contact" : "attribution alone")}
        {Page.Fact("Covered", missing.Count == 0 ? "nothing is missing" : "not everything")}</dl>
        {Page.List("Not covered", [.. missing.Select(Verdict.Gap)])}
        """);

    private static string Endpoint(ResolveQuestion question)
    {
        string port = question.Port is { } number
            ? FlowWords.Endpoint(question.Address, number)
            : $"{question.Address}, no port";
        string remote = question.Remote.IsNone ? "" : $", contacting {question.Remote}";
        string service = question.Service.Length > 0 ? $", contacting {question.Service}" : "";
        return $"{port}{(question.Protocol.Length > 0 ? " " + question.Protocol : "")}{remote}{service}";
    }

    private static string Interval(Window window) => $"{UtcText.Of(window.From)} to {UtcText.Of(window.To)}";

    private static string Time(Holding holding) =>
        $"{UtcText.Of(holding.Row.Start)} to {UtcText.Of(holding.Row.Last)} "
        + (holding.HasBound ? $"±{UtcText.Length(holding.BoundUs)}" : "no bound");

    private static string Evidence(Holding holding) =>
        FormattableString.Invariant($"{FlowWords.Method(holding.Row)}, {holding.Row.EvidenceBits} bits");
}
