using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>A request with every word of it.</summary>
internal static class RequestView
{
    private static readonly string[] Purposes =
    [
        "", "1: who used an address", "2: which services a line used", "3: whether a line used a service",
        "4: what is kept about oneself",
    ];

    public static string Purpose(byte purpose) => Purposes[purpose];

    public static Html Of(Request request, Enrolment? requester) => Html.Of($"""
        <dl class="facts">
        {Page.Fact("Purpose", Purpose(request.Purpose))}
        {Page.Fact("State", StateOf(request))}
        {Page.Fact("Legal basis", request.LegalBasis)}
        {Page.Fact("Case", request.Case)}
        {Page.Fact("Authority", request.Authority)}
        {Page.Fact("Requester", requester is null ? null : $"{requester.Label}{Office(requester)}")}
        {Page.Fact("Offence", OffenceOf(request))}
        {Page.Fact("Addresses", string.Join(", ", request.Scope.Addresses.Select(ScopeText.Of)))}
        {Page.Fact("Lines", string.Join(", ", request.Scope.Lines))}
        {Page.Fact("Services", string.Join(", ", request.Scope.Services))}
        {Page.Fact("Remote addresses", string.Join(", ", request.Scope.Remotes))}
        {Page.Fact("Period", $"{Page.Time(request.FromUtcUs)} to {Page.Time(request.ToUtcUs)}")}
        {Page.Fact("Urgency", Urgency(request.Urgency))}
        {Page.Fact("Expires", Page.Second(request.ExpiresUtcUs))}
        {Page.Fact("Person is told", request.NotifyUtcUs is { } day ? Page.Second(day) : "no date; see the statement")}
        {Page.Fact("Questions", Number(request.Questions))}
        {Page.Fact("Lines an answer may name", Number(request.Candidates))}
        {Page.Fact("Answers sealed to", request.SealTo is { } key ? BrowserKey.Fingerprint(key) : null)}
        {Page.Fact("Sensitive profession", request.IsSensitiveProfession ? "yes" : "no")}
        {Page.Fact("Made", Page.Second(request.MadeUtcUs))}
        {Page.Code("Request", request.Id.ToString())}
        </dl>
        <h2>Statements</h2>
        <dl class="statements">{request.Statements.Select(said => Page.Fact(Asked(said.Id), said.Text))}</dl>
        """);

    /// <summary>What a statement says, in the words of the rules.</summary>
    public static string Asked(string statement)
    {
        StatementText? known = RuleBook.BuiltIn.Statements.FirstOrDefault(text => text.Id == statement);
        return known is null ? statement : char.ToUpperInvariant(known.What[0]) + known.What[1..];
    }

    /// <summary>State of a request in a word or two, and how it looks.</summary>
    public static Html Badge(OrderRefusal? refusal)
    {
        (string look, string word) = refusal?.Rule switch
        {
            null => ("good", "in force"),
            "order.not-approved" => ("wait", "waits for approval"),
            "order.rejected" => ("bad", "refused by approver"),
            "order.expired" => ("off", "expired"),
            "order.unconfirmed" => ("bad", "not confirmed in time"),
            "people.ended" => ("off", "who signed it has left"),
            "law.period_retention" => ("off", "its period is over"),
            _ => ("bad", "refused by a rule"),
        };
        return Html.Of($"""<span class="badge {look}">{word}</span>""");
    }

    private static string Number(uint count) => FormattableString.Invariant($"{count}");

    private static string Office(Enrolment person) =>
        person.Office.Length > 0 ? $", {person.Office.Replace('_', ' ')}" : "";

    private static string StateOf(Request request) => RuleBook.BuiltIn.Find(request.Jurisdiction) is { } state
        ? $"{state.Name} ({state.Id})"
        : request.Jurisdiction;

    private static string Urgency(RequestUrgency urgency) => urgency switch
    {
        RequestUrgency.Written => "cannot wait; approved in writing",
        RequestUrgency.Spoken => "cannot wait; approved by word of mouth",
        _ => "none",
    };

    private static string? OffenceOf(Request request) => request.Offence is not { } offence
        ? null
        : FormattableString.Invariant($"{offence.Name}{(offence.IsSerious ? ", serious" : "")}, ")
            + FormattableString.Invariant($"longest sentence {offence.SentenceYears} years");
}
