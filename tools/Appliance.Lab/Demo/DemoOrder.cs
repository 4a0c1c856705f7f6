using System.Globalization;
using System.Text.Json;
using Appliance.Lab.Bed;

namespace Appliance.Lab.Demo;

/// <summary>
/// The lawful way of the case's question. The store gives all day keys but ingest's to a warden, a process of its own;
/// one person signs a request, another approves it, and the log has every step. Keys and rules are a lab's.
/// </summary>
internal sealed class DemoOrder(string folder, string data, DemoCase found)
{
    private const string KeySetFiles = "*.keyset.json";

    private string Warden => At("warden");

    private string Socket => At("warden.sock");

    public DemoLawful Run(CancellationToken stop)
    {
        SplitCustody();
        Enrol("asker", "requester", "single_point_of_contact");
        Enrol("chief", "approver", "designated_senior_officer");
        using BedProcess warden = BedProcess.Start(
            "dotnet", [DemoPrograms.Retention, "warden", "serve", "--warden", Warden, "--socket", Socket]);
        warden.WaitForError("the warden answers", stop);
        WaitForSocket(stop);
        JsonElement refused = Ask();
        string request = MakeRequest();
        Retention("request", "sign", request, "--key", KeyOf("chief"), "--data", data);
        JsonElement answer = Ask("--request", request);
        JsonElement log = DemoPrograms.RunJson(DemoPrograms.Retention, "log", "--data", data);
        BedProcess.Signal("TERM", warden.Id);
        warden.Wait(TimeSpan.FromSeconds(30));
        return new DemoLawful
        {
            Steps =
            [
                "The day keys went from the store to a warden, a process of its own; the store keeps none that opens "
                    + "records to a question.",
                "A first officer signed a request: this address and port, this minute, why it is necessary, and by "
                    + "which law. A second officer approved it with a key of her own.",
            ],
            Refused = refused.GetProperty("reason").GetString()!,
            Answer = Word(answer),
            Expected = $"identified {found.Peter}",
            Log = [.. log.GetProperty("entries").EnumerateArray().Select(Say)],
        };
    }

    private void SplitCustody()
    {
        string first = NewKey("operator");
        string second = NewKey("custodian");
        NewKey("asker");
        NewKey("chief");
        Retention(
            "warden", "init", "--warden", Warden, "--data", data, "--operator", first, "--custodian", second, "--lab");
        foreach (string file in Directory.GetFiles(Path.Combine(data, "keys"), KeySetFiles))
        {
            string all = At(Path.GetFileName(file));
            File.Move(file, all);
            Retention("keys", "add", all, "--for-ingest", "--data", data);
            Retention("warden", "keys", all, "--warden", Warden);
            File.Delete(all);
        }
    }

    private string NewKey(string name) =>
        Retention("people", "key", KeyOf(name)).Split('\n')[1].Trim()["public  ".Length..];

    /// <summary>Operator and custodian sign together: on real machines they do it one after the other.</summary>
    private void Enrol(string name, string role, string office)
    {
        string people = Path.Combine(data, "people");
        Retention(
            "people", "enrol", "--key", KeyOf(name), "--label", name, "--authority", "County Police", "--kind",
            "police",
            "--office", office, "--role", role, "--until", Day(30), "--operator", KeyOf("operator"), "--custodian",
            KeyOf("custodian"), "--lab", "--to", people);
        Directory.CreateDirectory(Path.Combine(Warden, "people"));
        foreach (string file in Directory.GetFiles(people))
        {
            File.Copy(file, Path.Combine(Warden, "people", Path.GetFileName(file)), overwrite: true);
        }
    }

    private string MakeRequest()
    {
        var draft = new
        {
            jurisdiction = "GB",
            legal_basis = "RIPA 2000 s. 22(2)(b)",
            purpose = 1,
            @case = "the operational case, Peter",
            statements = new Dictionary<string, string>
            {
                ["necessity"] = "to find who sent the mail",
                ["proportionality"] = "one address, one port, one minute",
                ["collateral_intrusion"] = "none: the port was one line's",
                ["approved_authority"] = "approved under the Act",
                ["no_notification"] = "it would warn the sender",
            },
            offence = new { name = "supplying drugs", serious = true, sentence_years = 10 },
            addresses = new[] { $"{BedLayout.PublicAddress}:{found.Mail.PublicPort}" },
            from = DemoCase.Utc(found.FromUs),
            to = DemoCase.Utc(found.ToUs),
            expires = Day(1),
        };
        File.WriteAllText(At("request.json"), JsonSerializer.Serialize(draft));
        string made = Retention(
            "request", "new", "--key", KeyOf("asker"), "--file", At("request.json"), "--data", data);
        return made.Split('\n')[0].Trim()["request  ".Length..];
    }

    private JsonElement Ask(params string[] more) => DemoPrograms.RunJson(
        DemoPrograms.Retention,
        [
            "resolve", "--ip", BedLayout.PublicAddress,
            "--port", found.Mail.PublicPort.ToString(CultureInfo.InvariantCulture), "--proto", "tcp",
            "--from", DemoCase.Utc(found.FromUs), "--to", DemoCase.Utc(found.ToUs),
            "--data", data, "--socket", Socket, .. more,
        ]);

    private static string Word(JsonElement answer)
    {
        string word = answer.GetProperty("answer").GetString()!;
        return word == "refused"
            ? $"refused: {answer.GetProperty("reason")}"
            : $"{word} {string.Join(' ', answer.GetProperty("candidates").EnumerateArray()
                .Select(candidate => candidate.GetProperty("inside_ip").ToString()))}".TrimEnd();
    }

    private static string Say(JsonElement entry)
    {
        string said = entry.GetProperty("kind").GetString() switch
        {
            "request" => "the first officer's request was taken",
            "approval" => "the second officer approved it",
            "refusal" => "somebody asked without a request, and was refused",
            "question" => "the question was asked, before anything was opened",
            "release" => $"the warden released the keys of {entry.GetProperty("batches")} batches, after this entry",
            "delivery" => $"the answer was handed over; {entry.GetProperty("records")} records stand behind it",
            string other => other,
            null => "",
        };
        return $"{entry.GetProperty("index")}. {said}";
    }

    /// <summary>The socket is there a moment after the warden says so.</summary>
    private void WaitForSocket(CancellationToken stop)
    {
        for (int i = 0; i < 100 && !File.Exists(Socket); i++)
        {
            BedProcess.Pause(stop);
        }
    }

    private static string Day(int days) => DateTimeOffset.UtcNow.AddDays(days)
        .ToString("yyyy-MM-ddTHH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Retention(params string[] arguments) => DemoPrograms.Run(DemoPrograms.Retention, arguments);

    private string KeyOf(string name) => At(name + ".json");

    private string At(string name) => Path.Combine(folder, name);
}
