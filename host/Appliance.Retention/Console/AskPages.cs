using System.Globalization;
using System.Text;
using Appliance.Retention.Answers;
using Appliance.Retention.Commands;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// Asks under an approved request, through the very door of the verbs: desk, gate, log and warden. The answer is shown
/// and can be downloaded; it is not asked again for that.
/// </summary>
internal static class AskPages
{
    private static readonly (string Verb, string Word)[] Verbs =
    [
        ("resolve", "Who held this address"), ("addresses-of", "Which addresses the line had"),
        ("services", "Which services the line used"), ("accessed", "Whether the line used a service"),
        (AskedQuestion.SubjectAccess, "All that is kept of the line"),
    ];

    public static Html Form(Visit visit, Request request)
    {
        var fields = new FormField(name => name switch
        {
            "from" => Page.Time(request.FromUtcUs),
            "to" => Page.Time(request.ToUtcUs),
            "source_error" => "0",
            _ => "",
        }, new Dictionary<string, string>());
        Scope scope = request.Scope;
        return Html.Of($"""
            <section class="ask"><h2>Ask</h2>
            <p>Questions that may be asked under this request: {request.Questions}. Each is logged before it is
            answered.</p>
            <form method="post" action="/requests/{request.Id.ToString()}/ask">
            {fields.Choice("verb", "Question", Allowed(request))}
            {Html.If(scope.Addresses.Count > 0, () => fields.Choice(
                "address", "Address", scope.Addresses.Select(ScopeText.Of).Select(text => (text, text))))}
            {Html.If(scope.Lines.Count > 0, () => fields.Choice(
                "line", "Line", scope.Lines.Select(line => (line, line))))}
            {Html.If(scope.Services.Count > 0, () => fields.Choice("service", "Service", Optional(scope.Services)))}
            {Html.If(scope.Remotes.Count > 0, () => fields.Choice(
                "remote", "Remote address", Optional(scope.Remotes.Select(remote => remote.ToString()))))}
            {fields.Text("from", "From", "With Z, an offset or a zone; within the period of the request.")}
            {fields.Text("to", "To", "Included.")}
            {Html.If(scope.Addresses.Count > 0, () => Html.Of($"""
                {fields.Choice("protocol", "Protocol", [("", "any"), ("tcp", "tcp"), ("udp", "udp"), ("icmp", "icmp")])}
                {fields.Text("source_error", "Seconds that the source's clock may be wrong")}
                """))}
            <button>Ask, and log it</button></form></section>
            """);
    }

    public static Reply Ask(Visit visit)
    {
        if (visit.RequestId() is not { } id || visit.Desk.Orders.Find(id) is not { } request
            || request.Requester != visit.Person.Person)
        {
            return visit.NotFound();
        }

        if (!visit.Parts.Questions.Wait(TimeSpan.Zero, visit.Aborted))
        {
            return visit.Refuse(
                new OrderRefusal("console.busy", "other questions are being answered; ask again in a minute"), 503);
        }

        try
        {
            string verb = visit.Field("verb");
            KeptAnswer answer = verb == "resolve" ? Resolve(visit, id) : AskLine(visit, id, verb);
            return Reply.See(FormattableString.Invariant($"/answers/{visit.Parts.Answers.Add(answer)}"));
        }
        finally
        {
            visit.Parts.Questions.Release();
        }
    }

    public static Reply Show(Visit visit)
    {
        if (Find(visit) is not { } answer)
        {
            return Forgotten(visit);
        }

        string number = visit.Route("number");
        return visit.Page("Answer", Html.Of($"""
            {answer.Page}
            <h2>Take it with you</h2>
            <ul class="files">
            <li><a href="/answers/{number}/csv">CSV</a></li><li><a href="/answers/{number}/json">JSON</a></li>
            <li><a href="/answers/{number}/xml">XML after ETSI TS 102 657</a></li>
            <li><a href="/answers/{number}/statement">Signed search statement (COSE)</a></li></ul>
            <p class="hint">The search statement is in the log and has the SHA-256 of the JSON file. The answer is kept
            in memory until you log out or the console restarts.</p>
            <p><a href="/requests/{answer.Request.ToString()}">Back to the request</a></p>
            """));
    }

    public static Reply Download(Visit visit)
    {
        if (Find(visit) is not { } answer)
        {
            return Forgotten(visit);
        }

        string name = $"answer-{visit.Route("number")}-{answer.Request}";
        return visit.Route("format") switch
        {
            "csv" => Reply.File(name + ".csv", "text/csv; charset=utf-8", Bytes(AnswerFormat.Csv)),
            "json" => Reply.File(name + ".json", "application/json", Bytes(AnswerFormat.Json)),
            "xml" => Reply.File(name + ".xml", "application/xml", Bytes(AnswerFormat.Xml)),
            "statement" => Reply.File(name + ".cose", "application/cose", answer.Statement),
            _ => visit.NotFound(),
        };

        byte[] Bytes(AnswerFormat format) => Encoding.UTF8.GetBytes(answer.Files[format]);
    }

    private static KeptAnswer Resolve(Visit visit, Id16 id)
    {
        (Ip address, ushort? port) = AskedValues.Endpoint("address", visit.Field("address"));
        List<ResolveQuestion> questions =
        [
            .. Intervals(visit, Limits.ResolveIntervalUs).Select(interval => new ResolveQuestion
            {
                Address = address,
                Port = port,
                Protocol = visit.Field("protocol") is "tcp" or "udp" or "icmp" ? visit.Field("protocol") : "",
                Interval = interval,
                SourceErrorUs = AskedValues.SourceError(Or(visit.Field("source_error"), "0")),
                Remote = visit.Field("remote") is { Length: > 0 } remote
                    ? AskedValues.Address("remote", remote)
                    : default,
                Service = visit.Field("service") is { Length: > 0 } service
                    ? AskedValues.Service("service", service)
                    : "",
            }),
        ];
        return Answer(visit, id, "resolve", questions, (door, writers) =>
        {
            List<ResolveAnswer> answers = door.Resolve(questions);
            foreach (HandOver writer in writers)
            {
                writer.Write(answers, all: true);
            }

            return AnswerView.Of(answers);
        });
    }

    private static KeptAnswer AskLine(Visit visit, Id16 id, string verb)
    {
        List<LineQuestion> questions =
        [
            .. Intervals(visit, Limits.LineIntervalUs)
                .Select(interval => LineQuestion.Of(visit.Field("line"), interval)),
        ];
        string service = verb == "accessed" ? AskedValues.Service("service", visit.Field("service")) : "";
        Func<LineAsker, LineQuestion, LineAnswer> ask = verb switch
        {
            "addresses-of" => (asker, question) => asker.Addresses(question),
            "services" => (asker, question) => asker.Services(question),
            "accessed" => (asker, question) => asker.Accessed(question, service),
            AskedQuestion.SubjectAccess => (asker, question) => asker.Everything(question),
            _ => throw AskedValues.Bad("choose a question"),
        };
        object asked = verb == "accessed" ? (questions, service) : questions;
        return Answer(visit, id, verb, asked, (door, writers) =>
        {
            List<LineAnswer> answers = door.AskLine(questions, ask);
            foreach (HandOver writer in writers)
            {
                // The text form alone needs how it is written, and is not among these.
                writer.Write(answers, service.Length > 0 ? service : null, static _ => { });
            }

            return AnswerView.Of(answers, Word(verb, service));
        });
    }

    /// <summary>
    /// Opens the door, asks, and keeps what is answered. What the log commits to are the bytes of the JSON file.
    /// </summary>
    private static KeptAnswer Answer(
        Visit visit, Id16 id, string verb, object questions, Func<AskDoor, HandOver[], Html> ask)
    {
        ConsoleOptions options = visit.Parts.Options;
        using var json = new StringWriter(CultureInfo.InvariantCulture);
        using var csv = new StringWriter(CultureInfo.InvariantCulture);
        using var xml = new StringWriter(CultureInfo.InvariantCulture);
        Html page = Html.None;
        using AskDoor door = AskDoor.OpenOrdered(
            options.Store.Root, QuestionWords.Of(verb, id.ToString(), questions), options.WardenSocket,
            visit.Parts.Clock, options.WitnessSocket);
        door.Answer(json, output =>
        {
            page = ask(
                door,
                [
                    new HandOver(output, AnswerFormat.Json, id.ToString()),
                    new HandOver(csv, AnswerFormat.Csv, id.ToString()),
                    new HandOver(xml, AnswerFormat.Xml, id.ToString()),
                ]);
            return Exit.Success;
        });
        var files = new Dictionary<AnswerFormat, string>
        {
            [AnswerFormat.Json] = json.ToString(),
            [AnswerFormat.Csv] = door.Ordered!.Seal(csv.ToString()),
            [AnswerFormat.Xml] = door.Ordered.Seal(xml.ToString()),
        };
        return new KeptAnswer(visit.Logged, id, page, files, door.Ordered!.Statement);
    }

    private static IReadOnlyList<AskedInterval> Intervals(Visit visit, long most) =>
        AskedValues.Intervals(null, visit.Field("from"), visit.Field("to"), most);

    private static IEnumerable<(string, string)> Allowed(Request request) => Verbs.Where(entry => request.Purpose switch
    {
        1 => entry.Verb == (request.Scope.Addresses.Count > 0 ? "resolve" : "addresses-of"),
        2 => entry.Verb == "services",
        3 => entry.Verb == "accessed",
        _ => entry.Verb is AskedQuestion.SubjectAccess or "addresses-of" or "services"
            || (entry.Verb == "accessed" && request.Scope.Services.Count > 0),
    });

    private static IEnumerable<(string, string)> Optional(IEnumerable<string> values) =>
        values.Select(value => (value, value)).Append(("", "none"));

    private static string Word(string verb, string service) => verb switch
    {
        "addresses-of" => "which public addresses it had",
        "services" => "which services it used",
        AskedQuestion.SubjectAccess => "all that is kept of it",
        _ => $"whether it used {service}",
    };

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static KeptAnswer? Find(Visit visit) => int.TryParse(
        visit.Route("number"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? visit.Parts.Answers.Find(number, visit.Logged)
        : null;

    private static Reply Forgotten(Visit visit) => visit.Page("Answer", Html.Of($"""
        <h1>This answer is not here</h1><p>Answers are kept in memory for a while, for who asked, and are then
        forgotten. Ask again under the request, if it allows another question.</p>
        """), 404);
}
