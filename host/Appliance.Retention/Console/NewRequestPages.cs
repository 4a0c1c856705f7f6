using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// A new request in two steps: the State and the purpose decide what the form asks for, by the State's rules.
/// </summary>
internal static class NewRequestPages
{
    private const string TimeHint = "With Z or an offset, 24-hour clock: 2026-11-20T15:04Z means that whole minute. "
        + "A local time names its zone: 2026-11-20T15:04 Europe/London.";

    private static readonly string[] UrgencyValues = ["none", "written", "spoken"];

    public static Reply Show(Visit visit)
    {
        string state = visit.Query("state");
        bool isChosen = RuleBook.BuiltIn.Find(state) is not null && Purpose(visit.Query("purpose")) > 0;
        if (!isChosen)
        {
            return Choose(visit);
        }

        ulong now = UtcClock.Now(visit.Parts.Clock);
        return Form(visit, state, Purpose(visit.Query("purpose")), new FormField(
            name => name switch
            {
                "questions" or "candidates" => "1",
                "expires" => Page.Second(now + (7 * 86_400_000_000UL))[..16] + "Z",
                _ => "",
            },
            new Dictionary<string, string>()));
    }

    /// <summary>Takes the filled-in form: to the page that signs it, or back with what is wrong.</summary>
    public static Reply Check(Visit visit)
    {
        var form = new RequestForm(visit);
        if (form.Read() is { } request)
        {
            return SignPages.Begin(visit, SignedType.Request, request.Id, request.Encode());
        }

        string state = visit.Field("state");
        byte purpose = Purpose(visit.Field("purpose"));
        return RuleBook.BuiltIn.Find(state) is null || purpose == 0
            ? Choose(visit)
            : Form(visit, state, purpose, new FormField(visit.Field, form.Faults));
    }

    private static byte Purpose(string text) =>
        text.Length == 1 && text[0] is >= '1' and <= '4' ? (byte)(text[0] - '0') : (byte)0;

    private static Reply Choose(Visit visit)
    {
        var fields = new FormField(name => name == "state" ? "GB" : "1", new Dictionary<string, string>());
        return visit.Page("New request", Html.Of($"""
            <h1>New request</h1>
            <p>The law and the purpose decide what a request must say.</p>
            <form method="get" action="/requests/new">
            {fields.Choice("state", "Law of", RuleBook.BuiltIn.Jurisdictions
                .OrderBy(state => state.Name, StringComparer.Ordinal)
                .Select(state => (state.Id, $"{state.Name} ({state.Id})")))}
            {fields.Choice("purpose", "Purpose", Enumerable.Range(1, Request.PurposeMax)
                .Select(number => ($"{number}", RequestView.Purpose((byte)number))))}
            <button>Go on</button>
            </form>
            """));
    }

    private static Reply Form(Visit visit, string stateId, byte purpose, FormField fields)
    {
        Jurisdiction state = RuleBook.BuiltIn.Find(stateId)!;
        return visit.Page("New request", Html.Of($"""
            <h1>New request</h1>
            <p><b>{state.Name}</b>, purpose {RequestView.Purpose(purpose)}.
            <a href="/requests/new">Choose others</a></p>
            {fields.Summary()}
            <form method="post" action="/requests/new" novalidate>
            <input type="hidden" name="state" value="{state.Id}"><input type="hidden" name="purpose" value="{purpose}">
            <p>You ask for <b>{visit.Person.Authority}</b> as {visit.Person.Kind.Replace('_', ' ')}.</p>
            {Basis(state, purpose, fields)}
            {Scope(purpose, fields)}
            {Statements(RuleBook.BuiltIn, state, purpose, fields)}
            {Terms(fields, visit.Parts.IsLab)}
            <button>Show what I will sign</button>
            </form>
            """));
    }

    private static Html Basis(Jurisdiction state, byte purpose, FormField fields) => Html.Of($"""
        <fieldset><legend>Law and case</legend>
        {fields.Text("legal_basis", "Legal basis", "The provision that gives the power; the list has what the rules "
            + "of this State rest on.", isNeeded: true, list: "bases")}
        <datalist id="bases">{Bases(state, purpose).Select(basis =>
            Html.Of($"""<option value="{basis}"></option>"""))}</datalist>
        {fields.Text("case", "Case", "Reference of the investigation, never a name.", isNeeded: true)}
        {Html.If(purpose != Request.PurposeMax, () => Html.Of($"""
            {fields.Text("offence", "Offence", OffenceHint(state, purpose))}
            {fields.Tick("serious", "It is a serious offence in the terms of this law")}
            {fields.Text("sentence", "Longest sentence, years")}
            """))}
        </fieldset>
        """);

    private static Html Scope(byte purpose, FormField fields) => Html.Of($"""
        <fieldset><legend>What is asked about</legend>
        {Html.If(purpose == 1, () => Html.Of($"""
            {fields.Lines("addresses", "Public addresses", "One a line, with the port where it is known: "
                + "192.0.2.1:40000 or [2001:db8::1]:40000. Leave empty to ask which addresses a line had.")}
            """))}
        {fields.Lines("lines", purpose == 1 ? "Lines, instead of addresses" : "Lines", "As an answer named them.")}
        {Html.If(purpose is 1 or 3, () => Html.Of($"""
            {fields.Lines("services", "Services", "Host names that were contacted"
                + (purpose == 1 ? "; naming one opens what was contacted too." : "."))}
            {fields.Lines("remotes", "Remote addresses that were contacted", "One a line.")}
            """))}
        {fields.Text("from", "From", TimeHint, isNeeded: true)}
        {fields.Text("to", "To", "The end, this minute or second included.", isNeeded: true)}
        </fieldset>
        """);

    private static Html Statements(RuleBook book, Jurisdiction state, byte purpose, FormField fields)
    {
        IEnumerable<string> asked = purpose == Request.PurposeMax
            ? ["identity_checked", "line_held"]
            : book.RequiredOfAll.Concat(Required(state, purpose)).Distinct();
        return Html.Of($"""
            <fieldset><legend>Statements</legend>
            {asked.Select(id => fields.Lines(
                RequestForm.StatementPrefix + id, RequestView.Asked(id), rows: 3, isNeeded: true))}
            {fields.Tick("sensitive", "The person may be of a profession that keeps secrets: law, press, medicine, "
                + "parliament, religion")}
            {fields.Lines(RequestForm.StatementPrefix + "sensitive_profession",
                RequestView.Asked("sensitive_profession"), "Only where the box above is ticked.")}
            {Html.If(purpose == 1, () => fields.Lines(
                RequestForm.StatementPrefix + "port_not_enough", RequestView.Asked("port_not_enough"),
                "Only where a port and a destination are both named."))}
            </fieldset>
            """);
    }

    private static Html Terms(FormField fields, bool isLab) => Html.Of($"""
        <fieldset><legend>Terms</legend>
        {fields.Choice("urgency", "Urgency", UrgencyValues.Zip(
            ["It can wait", "It cannot wait; approved in writing", "It cannot wait; approved by word of mouth"]))}
        {fields.Text("expires", "The request expires", "At most a month after approval; a day where it is approved by "
            + "word of mouth.", isNeeded: true)}
        {fields.Text("notify", "The person is told on", "Or leave it empty and say below why not.")}
        {fields.Lines(RequestForm.StatementPrefix + "no_notification", RequestView.Asked("no_notification"))}
        {fields.Text("questions", "Questions that may be asked", isNeeded: true)}
        {fields.Text("candidates", "Lines that one answer may name",
            "Where more lines answer, their number alone is told.", isNeeded: true)}
        {fields.Text("seal_to", "Key that downloaded answers are sealed to", "The line \"public\" that `retention "
            + "people key` prints; whoever has that key's file opens them with `retention open`.", isNeeded: !isLab)}
        </fieldset>
        """);

    /// <summary>Places in the documents that the State's decision rests on.</summary>
    private static IEnumerable<string> Bases(Jurisdiction state, byte purpose) => Decisions(state, purpose)
        .SelectMany(decision => decision.RestsOn)
        .Select(id => state.Cells.Find(cell => cell.Id == id)!)
        .SelectMany(cell => cell.SupersededBy is { } newer ? [newer, cell.Place] : new[] { cell.Place })
        .Distinct();

    private static IEnumerable<string> Required(Jurisdiction state, byte purpose) =>
        Decisions(state, purpose).SelectMany(decision => decision.Ways).SelectMany(way => way.Requires);

    private static string OffenceHint(Jurisdiction state, byte purpose)
    {
        IEnumerable<string> bounds = Decisions(state, purpose)
            .SelectMany(decision => decision.Ways)
            .Where(way => way.Offence is not null)
            .Select(way => Words.Of(way.Offence!))
            .Distinct();
        string all = string.Join("; or ", bounds);
        return all.Length > 0 ? $"The law asks for {all}." : "As the law names it.";
    }

    private static IEnumerable<Decision> Decisions(Jurisdiction state, byte purpose)
    {
        OrderCategory category = purpose == 1 ? OrderCategory.SubscriberDynamic : OrderCategory.Traffic;
        return state.DecisionOn(category) is { } decision ? [decision] : [];
    }
}
