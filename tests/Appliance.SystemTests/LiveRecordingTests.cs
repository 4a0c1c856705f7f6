using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests;

/// <summary>What the daemon consumed, written down at its packet sources, gives the same records once more.</summary>
[Collection(KernelNat.Name)]
public sealed class LiveRecordingTests(ITestOutputHelper output) : IDisposable
{
    private const int Subscribers = 12;
    private const int Connections = 600;

    // Names of the chain's positions, which differ; the rest of each row must not.
    private static readonly string[] Excepted = ["flow_id", "group", "epoch", "seq", "row"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("recording-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void Replaying_the_recording_of_a_live_box_gives_equal_records()
    {
        List<BedFlow> plan = BedPlan.Draw(Subscribers, Connections, 7);
        using BedLayout layout = BedLayout.Start(Subscribers, BedMode.FullyRandom, 2 * Connections);
        BedMirror.Start(layout);
        using BedServers servers = BedServers.Start(layout, _folder.FullName, CancellationToken.None);
        using LiveBox box = LiveBox.Start(layout, _folder.FullName, isRecording: true);
        using BedTraffic clients = BedTraffic.Start(layout, _folder.FullName, plan);
        clients.Wait(CancellationToken.None);
        JsonElement status = box.WaitForQuiet();
        Assert.Equal(0, box.Stop());

        string folder = Path.Combine(_folder.FullName, "again");
        Outcome replay = Programs.Icrctl(
            "replay", "--recording", box.Recording, "--config", box.Configuration, "--out", folder, "--json");
        Assert.True(replay.Code == 0, replay.Output + replay.Error);
        List<string> live = Rows(box.Journal, box.Keys);
        List<string> again = Rows(folder, box.Keys);
        output.WriteLine($"{live.Count} rows; {status.GetProperty("legs").GetRawText()}");
        Assert.True(live.Count >= Connections, $"{live.Count} rows");
        string[] differing = [.. live.Except(again).Take(3), .. again.Except(live).Take(3)];
        Assert.True(differing.Length == 0, string.Join('\n', differing));
        Assert.Equal(live, again);
    }

    private static List<string> Rows(string folder, string keys)
    {
        Outcome records = Programs.Retention("records", "--in", folder, "--keys", keys, "--format", "csv");
        Assert.True(records.Code == 0, records.Error);
        string[] lines = records.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] columns = lines[0].Split(',');
        int[] kept = [.. Enumerable.Range(0, columns.Length).Where(i => !Excepted.Contains(columns[i].Trim()))];
        List<string> rows = [.. lines.Skip(1)
            .Select(line => line.Split(','))
            .Select(row => string.Join(',', kept.Select(i => row[i])))];
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }
}
