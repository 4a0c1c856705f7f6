using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Lines;

/// <summary>
/// The daemon beside an access network: accounting of radclient to FreeRADIUS and a lease of dnsmasq through ISC's
/// relay, neither sent to the box. It sees copies and makes sessions of them.
/// </summary>
public sealed class MirroredLinesTests : IDisposable
{
    private const string Line =
        "Acct-Session-Id = \"s1\"\nNAS-Identifier = \"bras1\"\nFramed-IP-Address = 100.64.7.7\n"
        + "ADSL-Agent-Circuit-Id = \"node1 eth 1/7\"\n";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mirrored-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "ethtool", "radclient", "freeradius", "dnsmasq", "dhcrelay", "udhcpc")]
    public void Accounting_and_leases_between_others_become_sessions()
    {
        using MirroredNet net = new(_folder.FullName);
        Configure();
        using BedProcess daemon = BedProcess.Start("ip", BedLayout.Inside(
            net.Box, "dotnet", Programs.Library("Appliance.Edge", "Appliance.Edge"), In("appliance.json")));
        WaitForMessages(daemon, 0);
        net.StartServers(CancellationToken.None);
        Account(net, "Acct-Status-Type = Start\n" + Line);
        string address = net.Lease();
        Account(net, "Acct-Status-Type = Stop\nAcct-Session-Time = 9\n" + Line);
        JsonElement told = WaitForMessages(daemon, 3);
        Assert.Equal(0, told.GetProperty("refused").GetInt32());
        Assert.Equal(0, told.GetProperty("dropped").GetInt32());
        BedProcess.Signal("TERM", daemon.Id);
        Assert.True(daemon.Wait(Limit) && daemon.ExitCode == 0, daemon.Errors);

        List<Dictionary<string, string>> sessions = LineBox.RecordsOf(In("journal"), In("keys"), "session");
        List<Dictionary<string, string>> accounted =
            [.. sessions.Where(row => row["address_or_prefix"] == "100.64.7.7")];
        Assert.All(accounted, row => Assert.Equal(
            ("node1 eth 1/7", "radius-unchecked"), (row["subscriber"], row["source"])));
        Assert.NotEqual("", accounted[^1]["end_us"]);
        Dictionary<string, string> leased = sessions.First(row => row["address_or_prefix"] == address);

        // The relay names its interface to the client; the server that the line is known by stands before it.
        Assert.Equal(
            ($"{MirroredNet.ServerAddress}/l0", "dhcp", ""),
            (leased["subscriber"], leased["source"], leased["end_us"]));
        Assert.Equal(
            ["100.64.7.7", address], sessions.Select(row => row["address_or_prefix"]).Distinct().Order());
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private void Configure()
    {
        int today = LeapSeconds.UtcDay(LeapSeconds.ToTai(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000));
        Directory.CreateDirectory(In("keys"));
        string keys = Path.Combine(In("keys"), KeySet.FileName);
        File.WriteAllText(keys, KeySet.MakeLab(RandomNumberGenerator.Fill, today, 2).ToJson());
        File.WriteAllText(In("appliance.json"), JsonSerializer.Serialize(new
        {
            legs = new[] { new { @interface = "lo", leg = "inside" } },
            batch = new { ageSeconds = 1 },
            journal = new { path = In("journal") },
            admin = new { socket = In("admin.sock") },
            keys,
            sessions = new { mirrors = new[] { MirroredNet.BoxInterface }, table = In("sessions.sealed") },
        }));
    }

    private JsonElement WaitForMessages(BedProcess daemon, int least)
    {
        Stopwatch total = Stopwatch.StartNew();
        while (total.Elapsed < Limit && !daemon.HasExited)
        {
            Outcome outcome = Programs.Icrctl("status", "--socket", In("admin.sock"), "--json");
            if (outcome.Code is 0 or 1 && outcome.Output.Length > 0
                && JsonDocument.Parse(outcome.Output).RootElement.GetProperty("sessions") is var told
                && told.GetProperty("messages").GetInt32() >= least)
            {
                return told;
            }
        }

        throw new TimeoutException($"the daemon has not taken {least} messages: {daemon.Errors}");
    }

    private static void Account(MirroredNet net, string attributes)
    {
        string server = $"{MirroredNet.ServerAddress}:1813";
        string[] client = net.AtRelay("radclient", "-r", "3", "-t", "10", server, "acct", LineBox.Secret);
        ProcessStartInfo start = new("ip", client)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(attributes);
        process.StandardInput.Close();
        Outcome outcome = Programs.Finish(process);
        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
    }
}
