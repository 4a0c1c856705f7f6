using System.Globalization;
using System.Text.Json;
using Appliance.Lab.Bed;

namespace Appliance.Lab.Demo;

/// <summary>
/// The questions of the operational case, asked of the store with its own program. What the answer must be is taken
/// from the kernel's connections, never from the product.
/// </summary>
/// <param name="ask">Runs <c>retention</c> with <c>--json</c> and gives what it printed.</param>
/// <param name="truth">The kernel's connections.</param>
internal sealed class DemoQuestions(Func<string[], JsonElement> ask, IReadOnlyList<ConntrackEntry> truth)
{
    private const string NeverContacted = "forbidden.example";
    private const int WebPort = 443;
    private const int ShownMax = 3;
    private static readonly string Address = BedLayout.PublicAddress;

    /// <summary>Asks of a store's data folder.</summary>
    public DemoQuestions(string data, IReadOnlyList<ConntrackEntry> truth)
        : this(command => DemoPrograms.RunJson(DemoPrograms.Retention, [.. command, "--data", data]), truth)
    {
    }

    public IEnumerable<DemoAnswer> Ask(DateTimeOffset gapMiddle)
    {
        DemoCase found = DemoCase.Find(truth, gapMiddle.ToUnixTimeMilliseconds() * 1000);
        yield return ByAddress(found) with { Preface = Cast(found) };
        yield return ByPort(found);
        yield return ByRareService(found);
        yield return ByPopularService(found);
        yield return Services(found);
        yield return Accessed(found, found.Mail.Name, "yes");
        yield return Accessed(found, NeverContacted, "no");
        yield return Gap(gapMiddle);
    }

    private string Cast(DemoCase found)
    {
        int lines = truth.Select(e => e.Source).Distinct().Count();
        return "The questions are those of the \"Operational Case for the Retention of Internet Connection Records\" "
            + "(UK, 2015). There, Peter's phone shares the address 62.25.961.0 with 5,000 devices when it sends a mail "
            + $"at four minutes past three. Here Peter is the line {found.Peter}, the address is {Address} with "
            + $"{Number(lines)} lines behind it, the mail website is {found.Mail.Name}, and four minutes past three is "
            + $"{found.Minute}.";
    }

    private DemoAnswer ByAddress(DemoCase found) => Resolve(
        found,
        "The police have the supplier's phone and, from the mail on it, the address and the minute.",
        "5,000 of its customers were using that IP address at that time and so the police are unable to establish "
            + "what device sent the communication.",
        $"What line was using {Address} then?",
        [.. truth.Where(found.Has).Select(e => e.Source)]);

    private DemoAnswer ByPort(DemoCase found) => Resolve(
        found,
        $"The same, had the mail company kept the port that the mail came from: {Number(found.Mail.PublicPort)}.",
        "However the email provider, which is an overseas company, does not hold data showing that the email was "
            + "sent by a device connected to port 10007.",
        $"What line was using {Address} with that port then?",
        [found.Peter],
        "--port", Number(found.Mail.PublicPort), "--proto", "tcp");

    private DemoAnswer ByRareService(DemoCase found) => Resolve(
        found,
        $"Nobody kept the port, but the mail was sent on {found.Mail.Name}, which few use in any minute.",
        "If ICRs were retained [...] they could have asked them what device was using IP address 62.25.961.0 at four "
            + "minutes past three yesterday afternoon, to access the specific online communications service.",
        $"What line was using {Address} then, to access {found.Mail.Name}?",
        [found.Peter],
        "--service", found.Mail.Name);

    // The answer must be exactly the lines that the kernel saw there, no more and no fewer.
    private DemoAnswer ByPopularService(DemoCase found)
    {
        IGrouping<string, ConntrackEntry> busy = truth
            .Where(e => found.Has(e) && e.RemotePort == WebPort)
            .GroupBy(e => e.Remote)
            .MaxBy(g => g.Select(e => e.Source).Distinct().Count())!;
        string[] lines = [.. busy.Select(e => e.Source)];
        return Resolve(
            found,
            $"The same, had it been sent on a website that everybody uses, on the server {busy.Key}.",
            "",
            $"What line was using {Address} then, to access {busy.Key}?",
            lines,
            "--remote", $"{busy.Key}:{Number(WebPort)}");
    }

    private DemoAnswer Services(DemoCase found)
    {
        string[] command =
        [
            "services", "--inside", found.Peter,
            "--from", DemoCase.Utc(truth.Min(e => e.StartUs)), "--to", DemoCase.Utc(truth.Max(e => e.StartUs)),
        ];
        JsonElement answer = ask(command);
        JsonElement[] used = [.. answer.GetProperty("services").EnumerateArray().Where(IsNamedUse)];
        HashSet<string> names = [.. used.Select(s => s.GetProperty("service").GetString()!)];
        HashSet<string> expected =
            [.. truth.Where(e => e.Source == found.Peter && DemoCase.IsUse(e)).Select(e => e.Name)];
        return new()
        {
            Purpose = 2,
            Known = "Peter is suspected; nothing is known of the supplier, whom he contacted online that afternoon.",
            Paper = "because ICRs are not retained, it is not known what internet services he accessed and the police "
                + "cannot therefore make further enquiries to establish who he contacted.",
            Question = $"Which services did the line {found.Peter} use?",
            Command = Words(command),
            Answer = $"{names.Count} services{(names.SetEquals(expected) ? "" : ", not those")}",
            Why = string.Join("; ", answer.GetProperty("notes").EnumerateArray().Prepend(answer.GetProperty("reason"))),
            Shown = Some(used, s => $"{s.GetProperty("service")}, {Flows(s)}"),
            Expected = $"{expected.Count} services",
        };
    }

    private DemoAnswer Accessed(DemoCase found, string service, string expected)
    {
        string[] command =
        [
            "accessed", "--inside", found.Peter, "--service", service,
            "--from", DemoCase.Utc(found.FromUs), "--to", DemoCase.Utc(found.ToUs),
        ];
        JsonElement answer = ask(command);
        return new()
        {
            Purpose = 3,
            Known = $"Peter is suspected of having used {service} at four minutes past three.",
            Paper = expected == "yes" ? "To establish whether a suspect has accessed illegal services online" : "",
            Question = $"Did the line {found.Peter} use {service}?",
            Command = Words(command),
            Answer = answer.GetProperty("answer").GetString()!,
            Why = Reason(answer),
            Shown = Some([.. answer.GetProperty("uses").EnumerateArray()], Contact),
            Expected = expected,
        };
    }

    private DemoAnswer Gap(DateTimeOffset middle)
    {
        string at = middle.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        string[] command = ["resolve", "--ip", Address, "--at", at];
        JsonElement answer = ask(command);
        return new()
        {
            Purpose = 1,
            Known = "The police have the address and a time at which the appliance was down.",
            Question = $"What line was using {Address} then?",
            Command = Words(command),
            Answer = answer.GetProperty("answer").GetString()!,
            Why = Reason(answer),
            Expected = "not covered",
        };
    }

    private DemoAnswer Resolve(
        DemoCase found, string known, string paper, string question, string[] lines, params string[] facts)
    {
        string[] command =
        [
            "resolve", "--ip", Address,
            "--from", DemoCase.Utc(found.FromUs), "--to", DemoCase.Utc(found.ToUs), .. facts,
        ];
        JsonElement answer = ask(command);
        JsonElement[] candidates = [.. answer.GetProperty("candidates").EnumerateArray()];
        string word = answer.GetProperty("answer").GetString()!;
        HashSet<string> named = [.. candidates.Select(c => c.GetProperty("inside_ip").ToString())];
        HashSet<string> expected = [.. lines];
        bool isOne = candidates.Length == 1;
        return new()
        {
            Purpose = 1,
            Known = known,
            Paper = paper,
            Question = question,
            Command = Words(command),
            Answer = isOne ? $"{word} {named.Single()}" : named.SetEquals(expected) ? word : $"{word}, not those",
            Why = Reason(answer),
            Shown = Some(candidates, Candidate),
            Expected = expected.Count == 1 ? $"identified {lines[0]}" : $"ambiguous {Number(expected.Count)}",
        };
    }

    private static bool IsNamedUse(JsonElement service) =>
        service.GetProperty("service").ValueKind == JsonValueKind.String && !service.GetProperty("lookup").GetBoolean();

    private static List<string> Some(JsonElement[] all, Func<JsonElement, string> text)
    {
        List<string> shown = [.. all.Take(ShownMax).Select(text)];
        if (all.Length > ShownMax)
        {
            shown.Add($"and {Number(all.Length - ShownMax)} more, in this order");
        }

        return shown;
    }

    // The record in the paper's own form: "IP 62.25.961.0 connected to IP 216.239.321.10 at 15:02".
    private static string Candidate(JsonElement candidate)
    {
        JsonElement flow = candidate.GetProperty("flows")[0];
        string remote = flow.GetProperty("rem_ip").ToString();
        string to = remote.Length > 0 ? $" connected to IP {remote}" : "";
        return $"{candidate.GetProperty("rank")}. {candidate.GetProperty("inside_ip")}: IP {flow.GetProperty("pub_ip")}"
            + $" port {flow.GetProperty("pub_port")}{to} at {flow.GetProperty("start")}";
    }

    private static string Contact(JsonElement use) =>
        $"connected to IP {use.GetProperty("rem_ip")} ({use.GetProperty("service")}) at {use.GetProperty("start")}";

    private static string Flows(JsonElement service)
    {
        int flows = service.GetProperty("flows").GetInt32();
        return flows == 1 ? "1 connection" : $"{Number(flows)} connections";
    }

    private static string Reason(JsonElement answer) => answer.GetProperty("reason").GetString()!;

    private static string Words(string[] command) => "retention " + string.Join(' ', command);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
