using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests;

/// <summary>
/// The daemon is killed again and again while real clients talk. What it had said to be durable is there and unchanged;
/// each start tells where the chain stood and which stretch was not seen.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class LiveKillTests(ITestOutputHelper output) : IDisposable
{
    private const int Subscribers = 24;
    private const int FlowsBetweenKills = 400;
    private static readonly int Kills = FullRun.IsOn ? 200 : 20;

    // Two for each flow, as far as there are ports: connections stay in the table for the whole run.
    private static readonly int PublicPorts = Math.Min(40_000, 2 * FlowsBetweenKills * Kills);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kills-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void Nothing_durable_is_lost_or_altered_by_kills_under_load()
    {
        using BedLayout layout = BedLayout.Start(Subscribers, BedMode.FullyRandom, PublicPorts);
        BedMirror.Start(layout);
        using BedServers servers = BedServers.Start(layout, _folder.FullName, CancellationToken.None);
        using LiveBox box = LiveBox.Start(layout, _folder.FullName);
        Dictionary<uint, long> promised = [];
        int kill = 0;
        foreach (BedFlow[] part in BedPlan.Draw(Subscribers, FlowsBetweenKills * Kills, 1).Chunk(FlowsBetweenKills))
        {
            using BedTraffic clients = BedTraffic.Start(layout, _folder.FullName, [.. part]);
            Note(box.WaitForBatches(1 + (kill++ % 3)), promised);
            box.Kill();
            clients.Wait(CancellationToken.None);
            box.Restart(layout);
        }

        Assert.Equal(Kills, kill);
        Note(box.WaitForQuiet(), promised);
        Assert.Equal(0, box.Stop());
        Judge(box, promised);
    }

    private static void Note(JsonElement status, Dictionary<uint, long> promised) =>
        promised[status.GetProperty("epoch").GetUInt32()] =
            status.GetProperty("storage").GetProperty("batches").GetInt64();

    private void Judge(LiveBox box, Dictionary<uint, long> promised)
    {
        Outcome verify = Programs.Icrctl("verify", box.Journal, "--keys", box.Keys, "--json");
        Assert.True(verify.Code == 0, verify.Output + verify.Error);
        JsonElement verdict = JsonDocument.Parse(verify.Output).RootElement;
        Assert.Equal(Kills + 1, verdict.GetProperty("epochs").GetInt32());
        Assert.Equal(0, verdict.GetProperty("missing_batches").GetInt64());

        List<Manifest> manifests = LiveChain.Read(box, out List<EpochStatement> statements);
        Assert.Equal(Kills + 1, promised.Count);
        foreach ((uint epoch, long batches) in promised)
        {
            long found = manifests.Count(m => m.Epoch.Number == epoch);
            Assert.True(found >= batches, $"epoch {epoch}: {batches} batches were durable, {found} are there");
        }

        foreach (EpochStatement statement in statements.Skip(1))
        {
            Manifest before = manifests.Last(m => m.Epoch.Number < statement.Epoch.Number);
            ChainPosition told = statement.LastDurable!.Value;
            Assert.Equal((before.Epoch, before.Sequence), (told.Epoch, told.Sequence));
            Manifest first = manifests.First(m => m.Epoch.Number == statement.Epoch.Number);
            ManifestGap gap = Assert.Single(first.Gaps);
            Assert.Equal((GapCause.Restart, before.Last), (gap.Cause, gap.From));
            Assert.True(gap.To > gap.From);
        }

        output.WriteLine($"{Kills} kills: {manifests.Count} batches of {statements.Count} epochs, "
            + $"{promised.Values.Sum()} promised before a kill, "
            + $"{verdict.GetProperty("notes").GetArrayLength()} torn tails");
    }
}
