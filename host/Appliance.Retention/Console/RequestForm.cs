using System.Globalization;
using System.Security.Cryptography;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.Wire;
using Limits = Appliance.Wire.Limits;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// A request as it was filled in: read by the same draft as a request of the command line, then put before the gate as
/// if each enrolled approver had approved it. What is wrong stands by the name of its field, with the rule.
/// </summary>
internal sealed class RequestForm(Visit visit)
{
    public const string StatementPrefix = "statement-";

    private static readonly string[] Needed = ["legal_basis", "case", "from", "to", "expires"];

    private readonly SortedDictionary<string, string> faults = new(StringComparer.Ordinal);

    /// <summary>What is wrong, by field.</summary>
    public IReadOnlyDictionary<string, string> Faults => faults;

    /// <summary>The request to be signed; null where something is wrong.</summary>
    public Request? Read()
    {
        uint questions = Number("questions", 1, 1000);
        uint candidates = Number("candidates", 1, 100_000);
        uint years = visit.Field("sentence").Length == 0 ? 0 : Number("sentence", 0, 100);
        if (!byte.TryParse(visit.Field("purpose"), NumberStyles.None, CultureInfo.InvariantCulture, out byte purpose))
        {
            faults["purpose"] = "choose a purpose [form.purpose]";
        }

        foreach (string needed in Needed.Where(name => visit.Field(name).Length == 0))
        {
            faults[needed] = $"{needed.Replace('_', ' ')} is missing [form.{needed}]";
        }

        if (!visit.Parts.IsLab && visit.Field("seal_to").Length == 0
            && visit.Field(StatementPrefix + AnswerKey.PlainStatement).Length == 0)
        {
            faults["seal_to"] =
                "name the key that answers are sealed to: a key that logs in opens nothing [answer.key]";
        }

        if (faults.Count > 0)
        {
            return null;
        }

        var draft = new RequestDraft
        {
            Jurisdiction = visit.Field("state"),
            LegalBasis = visit.Field("legal_basis"),
            Purpose = purpose,
            Case = visit.Field("case"),
            Statements = Statements(),
            Offence = visit.Field("offence").Length == 0 ? null : new DraftOffence
            {
                Name = visit.Field("offence"), Serious = visit.Field("serious") == "yes", SentenceYears = years,
                Grounds = Lines("grounds"),
            },
            SensitiveProfession = visit.Field("sensitive") == "yes",
            Addresses = Lines("addresses"),
            Lines = Lines("lines"),
            Services = Lines("services"),
            Remotes = Lines("remotes"),
            From = visit.Field("from"),
            To = visit.Field("to"),
            Urgency = visit.Field("urgency").Length == 0 ? "none" : visit.Field("urgency"),
            Expires = visit.Field("expires"),
            Notify = visit.Field("notify").Length == 0 ? null : visit.Field("notify"),
            SealTo = visit.Field("seal_to").Length == 0 ? null : visit.Field("seal_to"),
            Questions = questions,
            Candidates = candidates,
        };
        return Judge(draft);
    }

    private Request? Judge(RequestDraft draft)
    {
        Id16 notice = KeyRing.Load(visit.Parts.Options.Store).OnlyNotice();
        Request? request = draft.ToRequest(
            Id16.New(RandomNumberGenerator.Fill), visit.Person, notice, UtcClock.Now(visit.Parts.Clock),
            out string problem);
        if (request is null)
        {
            faults[FieldOf(problem)] = $"{problem} [form.{FieldOf(problem)}]";
            return null;
        }

        if (Request.TryDecode(request.Encode(), out _) != Refusal.None)
        {
            faults["case"] = $"a text is longer than {Limits.TextBytesMax} bytes, a statement longer than "
                + $"{Limits.StatementBytesMax}, or there are too many [papers.request]";
            return null;
        }

        if (visit.Desk.Orders.Foresee(request, visit.Person) is { } refusal)
        {
            faults[FieldOfRule(refusal.Rule)] = $"{refusal.Sentence} [{refusal.Rule}]";
            return null;
        }

        return request;
    }

    /// <summary>The sentences of a draft begin with the word of the field.</summary>
    private static string FieldOf(string problem) => problem.Split(' ', ':')[0] switch
    {
        "from" => "from",
        "to" => "to",
        "expires" => "expires",
        "notify" => "notify",
        "address" => "addresses",
        "remote" => "remotes",
        "urgency" => "urgency",
        "purpose" => "purpose",
        "seal_to" => "seal_to",
        _ => "case",
    };

    private static string FieldOfRule(string rule) => rule switch
    {
        "law.period_given" or "law.period_future" or "law.period_retention" => "from",
        "law.order_expired" or "law.order_too_long" => "expires",
        "law.notification" => "notify",
        "law.offence_threshold" => "offence",
        "law.lines_max" => "candidates",
        "law.urgent_order" or "law.urgent_only" => "urgency",
        "law.sensitive_profession" => StatementPrefix + "sensitive_profession",
        _ => "case",
    };

    private Dictionary<string, string> Statements()
    {
        var said = new Dictionary<string, string>();
        foreach (StatementText statement in RuleBook.BuiltIn.Statements)
        {
            string text = visit.Field(StatementPrefix + statement.Id);
            if (text.Length > 0)
            {
                said[statement.Id] = text;
            }
        }

        return said;
    }

    private List<string> Lines(string name) =>
    [
        .. visit.Field(name).Split(
            ['\n', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
    ];

    private uint Number(string name, uint least, uint most)
    {
        bool good = uint.TryParse(
            visit.Field(name), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            && number >= least && number <= most;
        if (!good)
        {
            faults[name] = $"give a number from {least} to {most} [form.{name}]";
        }

        return number;
    }
}
