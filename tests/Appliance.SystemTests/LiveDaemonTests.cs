using System.Diagnostics;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests;

/// <summary>
/// The daemon at the mirror ports of the kernel's NAT: it records while real clients talk, is stopped, and every
/// connection that the kernel tracked is one right record.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class LiveDaemonTests(ITestOutputHelper output) : IDisposable
{
    private const int Subscribers = 24;
    private const int Connections = 2_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("live-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void Records_made_while_the_traffic_runs_equal_what_the_kernel_tracked()
    {
        List<BedFlow> plan = BedPlan.Draw(Subscribers, Connections, 1);
        using BedLayout layout = BedLayout.Start(Subscribers, BedMode.FullyRandom, 2 * Connections);
        BedMirror.Start(layout);
        using BedServers servers = BedServers.Start(layout, _folder.FullName, CancellationToken.None);
        using ConntrackWatch watch = ConntrackWatch.Start(layout, _folder.FullName, CancellationToken.None);
        using LiveBox box = LiveBox.Start(layout, _folder.FullName);
        using BedTraffic clients = BedTraffic.Start(layout, _folder.FullName, plan);
        List<BedFlow> made = clients.Wait(CancellationToken.None);
        JsonElement status = box.WaitForQuiet();
        output.WriteLine(status.GetRawText());
        layout.RequireNoTrackingDrops();
        List<ConntrackEntry> truth = BedTruth.Join(watch.Stop(), made);
        Assert.Equal(0, box.Stop());

        Assert.All(
            status.GetProperty("legs").EnumerateArray(),
            leg => Assert.Equal(0, leg.GetProperty("dropped").GetInt64()));
        Outcome verify = Programs.Icrctl("verify", box.Journal, "--keys", box.Keys);
        Assert.True(verify.Code == 0, verify.Output + verify.Error);
        BedCheck check = BedCheck.Run(truth, box.Records());
        Assert.True(check.IsRight, string.Join('\n', check.Mismatches.Select(m => $"{m.Key}: {m.Value[0]}")));
        Assert.Equal(truth.Count, check.Matched);
        Assert.Equal(Connections, truth.Count);
    }
}
