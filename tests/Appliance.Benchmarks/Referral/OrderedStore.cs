using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Appliance.Lab.Bed;

namespace Appliance.Benchmarks.Referral;

/// <summary>
/// The same store where custody is split: the day keys are a warden's, a process of its own, and each referral needs an
/// order of two people. Everything is set up by the verbs, as an operator would.
/// </summary>
internal sealed class OrderedStore : IDisposable
{
    private readonly string folder;
    private readonly string data;
    private readonly DenseBox box;
    private readonly BedProcess warden;

    /// <param name="folder">Folder for keys, warden and requests.</param>
    /// <param name="data">Data folder of a store that holds all keys of the box; it is left with ingest's.</param>
    /// <param name="box">What the store has taken in.</param>
    public OrderedStore(string folder, string data, DenseBox box)
    {
        this.folder = folder;
        this.data = data;
        this.box = box;
        Directory.CreateDirectory(folder);
        string[] points = [.. new[] { "operator", "custodian", "asker", "chief" }.Select(NewKey)];
        Run("warden", "init", "--warden", At("warden"), "--data", data, "--operator", points[0], "--custodian",
            points[1], "--lab");
        Run("warden", "keys", box.KeyFile, "--warden", At("warden"));
        foreach (string keys in Directory.GetFiles(Path.Combine(data, "keys"), "*.json"))
        {
            // All but the store's own: the box's are given anew, without the warden's.
            if (File.ReadAllText(keys).Contains("\"recipients\"", StringComparison.Ordinal))
            {
                File.Delete(keys);
            }
        }

        Run("keys", "add", box.KeyFile, "--data", data, "--for-ingest");
        Enrol("asker", "requester", "single_point_of_contact");
        Enrol("chief", "approver", "designated_senior_officer");
        warden = BedProcess.Start(
            "dotnet", [Programs.Retention, "warden", "serve", "--warden", At("warden"), "--socket", Socket]);
        Until(() => File.Exists(Socket));
    }

    public string Socket => At("warden.sock");

    /// <summary>CPU of the warden up to now, seconds; of threads that have ended too.</summary>
    public double WardenCpu
    {
        get
        {
            using var process = Process.GetProcessById(warden.Id);
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Entries of the log by kind, checked by an audit.</summary>
    public Dictionary<string, long> Entries()
    {
        string audit = Run("audit", "--data", data, "--copy", At("copy"), "--json");
        return JsonDocument.Parse(audit).RootElement.GetProperty("kinds").EnumerateObject().ToDictionary(
            kind => kind.Name, kind => kind.Value.GetInt64());
    }

    /// <summary>An approved order that names a referral.</summary>
    public string Order(string file)
    {
        string statement = Run("referral", file, "--statement").TrimEnd();
        File.WriteAllText(At("request.json"), JsonSerializer.Serialize(Draft(statement)));
        string request = Run("request", "new", "--data", data, "--key", At("asker.json"), "--file", At("request.json"))
            .Split('\n')[0]["request  ".Length..];
        Run("request", "sign", request, "--data", data, "--key", At("chief.json"));
        return request;
    }

    public void Dispose() => warden.Dispose();

    private void Enrol(string name, string role, string office)
    {
        foreach (string people in new[] { Path.Combine(data, "people"), Path.Combine(At("warden"), "people") })
        {
            Run("people", "enrol", "--key", At(name + ".json"), "--label", name, "--authority", "County Police",
                "--kind", "police", "--office", office, "--role", role, "--until", Time(DateTime.UtcNow.AddDays(9)),
                "--operator", At("operator.json"), "--custodian", At("custodian.json"), "--lab", "--to", people);
        }
    }

    private object Draft(string statement) => new
    {
        jurisdiction = "GB",
        legal_basis = "RIPA 2000 s. 22(2)(b)",
        purpose = 1,
        @case = "CP-17",
        statements = new Dictionary<string, string>
        {
            ["necessity"] = "to find who sent a threat",
            ["proportionality"] = "the lines of the file",
            ["collateral_intrusion"] = "verdicts alone are told",
            ["approved_authority"] = "approved under the Act",
            ["no_notification"] = "it would warn the sender",
            ["referral"] = statement,
        },
        offence = new { name = "threats to kill", serious = true, sentence_years = 10 },
        addresses = new[] { "192.0.2.99:1" },
        from = Time(box.Period.From),
        to = Time(box.Period.To),
        expires = Time(DateTime.UtcNow.AddDays(2)),
        urgency = "none",
    };

    private void Until(Func<bool> isSo)
    {
        for (int i = 0; !isSo(); i++)
        {
            if (i > 600 || warden.HasExited)
            {
                throw new BedException($"the warden does not start: {warden.Errors.Trim()}");
            }

            Thread.Sleep(100);
        }
    }

    private string At(string name) => Path.Combine(folder, name);

    private string NewKey(string name) =>
        Run("people", "key", At(name + ".json")).Split('\n')[1]["public  ".Length..];

    private static string Run(params string[] arguments) =>
        Measured.RunOnce("dotnet", [Programs.Retention, .. arguments]);

    private static string Time(DateTime time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
