using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Lines;

/// <summary>The daemon itself, in a network namespace of its own, told of sessions by radclient.</summary>
public sealed class LiveRadiusTests : IDisposable
{
    private const string Line =
        "Acct-Session-Id = \"s1\"\nNAS-Identifier = \"bras1\"\nFramed-IP-Address = 100.64.7.7\n"
        + "ADSL-Agent-Circuit-Id = \"node1 eth 1/7\"\n";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("live-lines-");
    private readonly string space = $"lines{Environment.ProcessId}";

    [RootFact("ip", "radclient")]
    public void A_daemon_answers_records_and_takes_its_sessions_up_after_a_restart()
    {
        BedProcess.Run("ip", "netns", "add", space);
        BedProcess.Run("ip", "-n", space, "link", "set", "lo", "up");
        Configure();
        using (BedProcess first = Start())
        {
            Assert.Equal(0, Send("Acct-Status-Type = Start\n" + Line).Code);
            Assert.NotEqual(0, Send("Acct-Status-Type = Stop\n" + Line, "wrong").Code);
            JsonElement told = WaitForStatus(status => Number(status, "messages") == 1);
            Assert.Equal((1, 1), (Number(told, "open"), Number(told, "refused")));
            Assert.Equal("none kept", told.GetProperty("table_before").GetString());
            Stop(first);
        }

        using (BedProcess second = Start())
        {
            JsonElement told = WaitForStatus(_ => true);
            Assert.Equal("1 taken up", told.GetProperty("table_before").GetString());
            Assert.Equal(0, Send("Acct-Status-Type = Stop\nAcct-Session-Time = 9\n" + Line).Code);
            Stop(second);
        }

        List<Dictionary<string, string>> records = LineBox.RecordsOf(In("journal"), In("keys"), "session");
        Assert.All(records, row => Assert.Equal(
            ("node1 eth 1/7", "100.64.7.7", "radius"), (row["subscriber"], row["address_or_prefix"], row["source"])));
        Assert.Contains(records, row => row["end_us"].Length == 0);
        Assert.NotEqual("", records[^1]["end_us"]);
    }

    public void Dispose()
    {
        using Process gone = Process.Start("ip", ["netns", "del", space]);
        gone.WaitForExit();
        folder.Delete(recursive: true);
    }

    private static int Number(JsonElement sessions, string name) => sessions.GetProperty(name).GetInt32();

    private static void Stop(BedProcess daemon)
    {
        BedProcess.Signal("TERM", daemon.Id);
        Assert.True(daemon.Wait(Limit), daemon.Errors);
        Assert.True(daemon.ExitCode == 0, daemon.Errors);
    }

    private string In(string name) => Path.Combine(folder.FullName, name);

    private void Configure()
    {
        int today = LeapSeconds.UtcDay(LeapSeconds.ToTai(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000));
        Directory.CreateDirectory(In("keys"));
        string keys = Path.Combine(In("keys"), KeySet.FileName);
        File.WriteAllText(keys, KeySet.MakeLab(RandomNumberGenerator.Fill, today, 2).ToJson());
        File.WriteAllText(In("secret"), LineBox.Secret + "\n");
        File.WriteAllText(In("appliance.json"), JsonSerializer.Serialize(new
        {
            legs = new[] { new { @interface = "lo", leg = "inside" } },
            batch = new { ageSeconds = 1 },
            journal = new { path = In("journal") },
            admin = new { socket = In("admin.sock") },
            keys,
            sessions = new
            {
                listen = "127.0.0.1",
                answer = true,
                clients = new[] { new { prefix = "127.0.0.1/32", secretFile = In("secret") } },
                table = In("sessions.sealed"),
            },
        }));
    }

    private BedProcess Start()
    {
        string library = Programs.Library("Appliance.Edge", "Appliance.Edge");
        BedProcess daemon = BedProcess.Start(
            "ip", BedLayout.Inside(space, ["dotnet", library, In("appliance.json")]));
        WaitForStatus(_ => true);
        return daemon;
    }

    private JsonElement WaitForStatus(Func<JsonElement, bool> isThere)
    {
        Stopwatch total = Stopwatch.StartNew();
        while (total.Elapsed < Limit)
        {
            Outcome outcome = Programs.Icrctl("status", "--socket", In("admin.sock"), "--json");
            if (outcome.Code is 0 or 1 && outcome.Output.Length > 0
                && JsonDocument.Parse(outcome.Output).RootElement.GetProperty("sessions") is var told && isThere(told))
            {
                return told;
            }
        }

        throw new TimeoutException("the daemon does not say what was waited for");
    }

    private Outcome Send(string attributes, string secret = LineBox.Secret)
    {
        string[] client = ["radclient", "-r", "1", "-t", "10", "127.0.0.1:1813", "acct", secret];
        ProcessStartInfo start = new("ip", BedLayout.Inside(space, client))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(attributes);
        process.StandardInput.Close();
        return Programs.Finish(process);
    }
}
