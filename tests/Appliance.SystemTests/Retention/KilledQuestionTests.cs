using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Retention;

/// <summary>
/// A process that is killed between the entry of its question and the end of it. It waits for a warden that accepts its
/// call and says nothing: by then the question is in the log.
/// </summary>
public sealed class KilledQuestionTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("killed-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void The_auditor_names_it_and_the_store_logs_that_it_was_interrupted()
    {
        string request = SetUp();
        using Socket silent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint(At("silent.sock")));
        silent.Listen();
        using Process asking = Programs.StartRetention(
            "resolve", "--data", At("store"), "--socket", At("silent.sock"), "--ip", "192.0.2.1", "--port", "1100",
            "--at", Time(-30), "--request", request);
        using Socket call = silent.Accept();
        Outcome before = Programs.Retention("audit", "--data", At("store"), "--copy", At("copy"));
        bool running = End().Count == 0;
        asking.Kill();
        asking.WaitForExit();

        Outcome audit = Programs.Retention("audit", "--data", At("store"), "--copy", At("copy"));
        IReadOnlyList<ulong> ended = End();
        Outcome after = Programs.Retention("audit", "--data", At("store"), "--copy", At("copy"));

        Assert.True(running, "a question that is being asked was called interrupted");
        Assert.Contains("unended    1: entries ", before.Output);
        Assert.Contains("unended    1: entries ", audit.Output);
        Assert.Contains($"unended    1: entries {Assert.Single(ended)};", audit.Output);
        Assert.Equal((0, false), (after.Code, after.Output.Contains("unended", StringComparison.Ordinal)));
    }

    /// <summary>What `serve` does from time to time, two minutes from now.</summary>
    private IReadOnlyList<ulong> End()
    {
        var store = new StoreFolder(At("store"));
        using var log = TransparencyLog.Open(store.Log, TimeProvider.System);
        return new UnendedQuestions(store, new Ahead()).End(log);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private static string Time(int minutes) =>
        DateTimeOffset.UtcNow.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private string SetUp()
    {
        string[] points = [.. new[] { "operator", "custodian", "asker", "chief" }.Select(name =>
            Run("people", "key", At(name + ".json")).Split('\n')[1]["public  ".Length..])];
        Run("warden", "init", "--warden", At("warden"), "--data", At("store"), "--operator", points[0], "--custodian",
            points[1], "--lab");
        KeySet box = KeySet.MakeLab(new Random(1).NextBytes, 20_000, 1);
        File.WriteAllText(At("box.json"), box.ToJson());
        Run("keys", "add", At("box.json"), "--data", At("store"), "--for-ingest");
        Enrol("asker", "requester", "single_point_of_contact");
        Enrol("chief", "approver", "designated_senior_officer");
        File.WriteAllText(At("request.json"), JsonSerializer.Serialize(Draft()));
        string request = Run(
            "request", "new", "--data", At("store"), "--key", At("asker.json"), "--file", At("request.json"))
            .Split('\n')[0]["request  ".Length..];
        Run("request", "sign", request, "--data", At("store"), "--key", At("chief.json"));
        return request;
    }

    private void Enrol(string name, string role, string office) => Run(
        "people", "enrol", "--key", At(name + ".json"), "--label", name, "--authority", "County Police", "--kind",
        "police", "--office", office, "--role", role, "--until", Time(1000), "--operator", At("operator.json"),
        "--custodian", At("custodian.json"), "--lab", "--to", Path.Combine(At("store"), "people"));

    private static object Draft() => new
    {
        jurisdiction = "GB",
        legal_basis = "RIPA 2000 s. 22(2)(b)",
        purpose = 1,
        @case = "CP-17",
        statements = new Dictionary<string, string>
        {
            ["necessity"] = "to find who sent a threat",
            ["proportionality"] = "one address, one port, one minute",
            ["collateral_intrusion"] = "none: the port is one line's",
            ["approved_authority"] = "approved under the Act",
            ["no_notification"] = "it would warn the sender",
        },
        offence = new { name = "threats to kill", serious = true, sentence_years = 10 },
        addresses = new[] { "192.0.2.1:1100" },
        from = Time(-60),
        to = Time(-1),
        expires = Time(500),
        urgency = "none",
    };

    private static string Run(params string[] arguments)
    {
        Outcome done = Programs.Retention(arguments);
        Assert.True(done.Code == 0, done.Output + done.Error);
        return done.Output;
    }

    private sealed class Ahead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMinutes(2);
    }
}
