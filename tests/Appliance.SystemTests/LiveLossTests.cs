using System.Diagnostics;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests;

/// <summary>
/// The mirror of real clients' traffic leaves packets out by chance before the box sees them; the kernel counts them,
/// and the daemon estimates how many they were from what receivers acknowledged.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class LiveLossTests(ITestOutputHelper output) : IDisposable
{
    private const int Subscribers = 24;
    private const int Connections = 2000;
    private const double Share = 0.2;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(11);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loss-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void What_the_mirror_left_out_is_estimated_within_a_fifth_and_said_in_words()
    {
        List<BedFlow> plan = BedPlan.Draw(Subscribers, Connections, 3);
        using BedLayout layout = BedLayout.Start(Subscribers, BedMode.FullyRandom, 2 * Connections);
        BedMirror.Start(layout, insideLost: 50, outsideLost: 20);
        using BedServers servers = BedServers.Start(layout, _folder.FullName, CancellationToken.None);
        using LiveBox box = LiveBox.Start(layout, _folder.FullName);
        using BedTraffic clients = BedTraffic.Start(layout, _folder.FullName, plan);
        clients.Wait(CancellationToken.None);
        JsonElement status = Settled(box);
        (long inside, long outside) = BedMirror.Lost(layout);
        output.WriteLine(box.Ask("legs").Output);
        Outcome test = box.Ask("selftest");
        output.WriteLine(test.Output);

        Judge(status.GetProperty("loss")[0], inside);
        Judge(status.GetProperty("loss")[1], outside);
        Assert.Equal(1, test.Code);
        Assert.Contains("FAIL  mirror    inside: about ", test.Output);
        Assert.Contains("of the packets never reached the mirror; check SPAN oversubscription", test.Output);
        Assert.Equal(0, box.Stop());
    }

    private void Judge(JsonElement leg, long lost)
    {
        double truth = (double)lost / (lost + leg.GetProperty("packets").GetInt64());
        double estimate = leg.GetProperty("hidden_ppm").GetInt64() / 1e6;
        string line = $"{leg.GetProperty("leg").GetString()}: {lost} packets left out, {truth:P2}; "
            + $"estimate {estimate:P2}, {leg.GetProperty("hidden_packets").GetInt64()} packets";
        output.WriteLine(line);
        Assert.True(Math.Abs(estimate - truth) <= Share * truth, line);
    }

    // The estimate is made every ten seconds of the packets' time: after two equal answers that far apart it is whole.
    private static JsonElement Settled(LiveBox box)
    {
        Stopwatch total = Stopwatch.StartNew();
        Stopwatch still = Stopwatch.StartNew();
        JsonElement before = box.WaitForQuiet();
        while (still.Elapsed < Interval && total.Elapsed < Limit)
        {
            JsonElement now = box.Status();
            if (now.GetProperty("loss").GetRawText() != before.GetProperty("loss").GetRawText())
            {
                still.Restart();
            }

            before = now;
        }

        return before;
    }
}
