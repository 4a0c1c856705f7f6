using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests;

/// <summary>Beds run one after the other: each wants both cores.</summary>
[CollectionDefinition(Name)]
public sealed class KernelNat
{
    public const string Name = "kernel NAT";
}

/// <summary>
/// The kernel's NAT as nobody here wrote it. The first thing to show is that the bed's truth is a truth: the kernel's
/// counters equal the frames of both legs, connection by connection, before any product is held against them.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class KernelNatBedTests : IDisposable
{
    private const int Connections = 2_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bed-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void A_port_preserving_NAT_is_tracked_exactly_as_both_legs_carry_it() => RunAndJudge("preserving", 2);

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void A_fully_random_NAT_is_tracked_exactly_as_both_legs_carry_it() => RunAndJudge("fully-random", 1);

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void An_interrupted_run_leaves_no_namespace_and_no_process()
    {
        using Process lab = Programs.StartLab("bed", "run", "--mode", "preserving", "--out", _folder.FullName);
        string own = string.Create(CultureInfo.InvariantCulture, $"icrbed-{lab.Id}-");
        string planFile = Path.Combine(_folder.FullName, "client.csv");
        SpinWait.SpinUntil(() => File.Exists(Path.Combine(_folder.FullName, "plan.csv")) || lab.HasExited, 60_000);
        List<string> during = [.. BedLayout.List().Where(n => n.StartsWith(own, StringComparison.Ordinal))];

        // Not SIGINT: a shell that starts the tests in the background has their children ignore it.
        BedProcess.Signal("TERM", lab.Id);
        Outcome outcome = Programs.Finish(lab);

        Assert.Equal(3, during.Count);
        Assert.Equal(1, outcome.Code);
        Assert.Contains("stopped", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(planFile), "the run was over before it was interrupted");
        Assert.DoesNotContain(BedLayout.List(), n => n.StartsWith(own, StringComparison.Ordinal));
        Assert.Empty(ProcessesThatName(_folder.FullName));
    }

    private void RunAndJudge(string mode, int seed)
    {
        Outcome run = Programs.Lab("bed", "run", "--subscribers", "24", "--flows", $"{Connections}", "--mode", mode,
            "--seed", $"{seed}", "--out", _folder.FullName, "--json");

        Assert.True(run.Code == 0, $"lab bed run --mode {mode} --seed {seed}: {run.Error}{Differences()}");
        JsonElement summary = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(Connections, summary.GetProperty("connections").GetInt32());
        Assert.Equal(24, summary.GetProperty("subscribers").GetInt32());
        Assert.Equal(0, summary.GetProperty("differences").GetInt32());
        Assert.True(summary.GetProperty("ports_shared").GetInt32() > 100, "public ports stand for several subscribers");
        int kept = summary.GetProperty("port_kept").GetInt32();
        Assert.True(mode == "preserving" ? kept is > 1_000 and < Connections : kept < 20, $"{kept} ports kept");

        List<ConntrackEntry> truth = BedTruth.Read(Path.Combine(_folder.FullName, "truth.csv"));
        Assert.Equal(Connections, truth.Count);
        Assert.All(truth, e => Assert.Equal(BedLayout.PublicAddress, e.PublicAddress));
        Assert.Contains(truth, e => e is { Protocol: 6, RemotePort: 443, Name.Length: > 0 });
        Assert.Contains(truth, e => e is { Protocol: 17, RemotePort: 53, Name.Length: > 0 });
        Assert.Contains(truth, e => e is { Protocol: 1, RemotePort: 0, Name.Length: 0 });
    }

    private string Differences()
    {
        string file = Path.Combine(_folder.FullName, "differences.txt");
        return File.Exists(file) ? string.Join('\n', File.ReadLines(file).Take(10)) : "";
    }

    private static List<string> ProcessesThatName(string text)
    {
        List<string> found = [];
        foreach (Process process in Process.GetProcesses())
        {
            using (process)
            {
                string file = $"/proc/{process.Id}/cmdline";
                string command = Read(file).Replace('\0', ' ');
                if (process.Id != Environment.ProcessId && command.Contains(text, StringComparison.Ordinal))
                {
                    found.Add(command);
                }
            }
        }

        return found;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
