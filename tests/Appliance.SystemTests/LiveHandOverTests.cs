using System.Diagnostics;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.Linux.Packets;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests;

/// <summary>
/// The daemon is restarted as planned while real clients talk: the new process takes over from the old one. Every frame
/// is counted by exactly one of them, every connection's packets add up to what the kernel tracked, and the signed
/// chain names no gap. An ordinary stop and start beside it names its gap.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class LiveHandOverTests(ITestOutputHelper output) : IDisposable
{
    private const int Subscribers = 24;
    private const int Connections = 6_000;
    private const int HandOvers = 2;
    private const double GapMsMax = 100;

    // The target is 2 s from start to recording; on a machine that others use as well only processor time is the same.
    private const double RecordingCpuMsMax = 2000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("handover-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "nft", "conntrack", "tcpdump", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void A_planned_restart_under_traffic_misses_no_packet_and_counts_none_twice()
    {
        List<BedFlow> plan = BedPlan.Draw(Subscribers, Connections, 5);
        using BedLayout layout = BedLayout.Start(Subscribers, BedMode.FullyRandom, 2 * Connections);
        BedMirror.Start(layout);
        using BedServers servers = BedServers.Start(layout, _folder.FullName, CancellationToken.None);
        using ConntrackWatch watch = ConntrackWatch.Start(layout, _folder.FullName, CancellationToken.None);
        using LiveBox box = LiveBox.Start(layout, _folder.FullName);
        (long Inside, long Outside) first = Unseen(layout, box.WaitForQuiet());
        using BedTraffic clients = BedTraffic.Start(layout, _folder.FullName, plan);
        List<double> gaps = [];
        for (int i = 0; i < HandOvers; i++)
        {
            box.WaitForBatches(1);
            Stopwatch total = Stopwatch.StartNew();
            Assert.Equal(0, box.TakeOver(layout));
            gaps.Add(GapMs(box.Status(), "hand-over", total));
        }

        List<BedFlow> made = clients.Wait(CancellationToken.None);
        box.WaitForQuiet();
        layout.RequireNoTrackingDrops();
        List<ConntrackEntry> truth = BedTruth.Join(watch.Stop(), made);
        (long Inside, long Outside) before = Seen(layout);
        Assert.Equal(0, box.Stop());
        (long Inside, long Outside) after = Seen(layout);

        Assert.All(gaps, gap => Assert.InRange(gap, 0, GapMsMax));
        List<Manifest> manifests = Judge(box);
        JudgeLeg(manifests, "inside", Counter.PacketsInside, first.Inside, before.Inside, after.Inside);
        JudgeLeg(manifests, "outside", Counter.PacketsOutside, first.Outside, before.Outside, after.Outside);
        JudgeRecords(truth, box);
    }

    [RootFact("ip", "nft", "curl", "nginx", "dnsmasq", "ping", "ethtool")]
    public void A_stop_and_a_start_name_the_gap_between_them()
    {
        using BedLayout layout = BedLayout.Start(Subscribers, BedMode.FullyRandom, 2 * Connections);
        BedMirror.Start(layout);
        using LiveBox box = LiveBox.Start(layout, _folder.FullName);
        Assert.Equal(0, box.Stop());
        Stopwatch total = Stopwatch.StartNew();
        box.Restart(layout);
        double gap = GapMs(box.Status(), "start", total);
        Assert.Equal(0, box.Stop());

        ManifestGap told = Assert.Single(LiveChain.Read(box, out _).SelectMany(manifest => manifest.Gaps));
        Assert.Equal(GapCause.Restart, told.Cause);
        Assert.Equal(gap, (told.To.Microseconds - told.From.Microseconds) / 1000.0);
    }

    private double GapMs(JsonElement status, string kind, Stopwatch total)
    {
        JsonElement start = status.GetProperty("start");
        output.WriteLine($"{kind}: {total.ElapsedMilliseconds} ms in all, {start.GetRawText()}");
        Assert.Equal(kind, start.GetProperty("kind").GetString());
        Assert.InRange(start.GetProperty("recording_cpu_ms").GetDouble(), 1, RecordingCpuMsMax);
        return start.GetProperty("gap_ms").GetDouble();
    }

    // The signed chain alone: no run names a gap, and each begins no later than the one before it ended.
    private List<Manifest> Judge(LiveBox box)
    {
        Outcome verify = Programs.Icrctl("verify", box.Journal, "--keys", box.Keys);
        Assert.True(verify.Code == 0, verify.Output + verify.Error);
        List<Manifest> manifests = LiveChain.Read(box, out List<EpochStatement> statements);
        Assert.Equal(HandOvers + 1, statements.Count);
        Assert.All(manifests, manifest => Assert.Empty(manifest.Gaps));
        foreach (EpochStatement statement in statements.Skip(1))
        {
            Manifest last = manifests.Last(m => m.Epoch.Number < statement.Epoch.Number);
            Manifest next = manifests.First(m => m.Epoch.Number == statement.Epoch.Number);
            double gapMs = (next.First.Microseconds - last.Last.Microseconds) / 1000.0;
            output.WriteLine($"epoch {statement.Epoch.Number}: begins {gapMs} ms after the one before");
            Assert.True(gapMs <= 0);
            Assert.Single(next.Events, e => e.Kind == EventKind.Administration);
        }

        return manifests;
    }

    private void JudgeLeg(
        List<Manifest> manifests, string leg, Counter counter, long unseen, long before, long after)
    {
        long counted = LiveChain.Total(manifests, counter) + unseen;
        Counter drops = counter == Counter.PacketsInside ? Counter.RingDropsInside : Counter.RingDropsOutside;
        long dropped = LiveChain.Total(manifests, drops);
        output.WriteLine($"{leg}: {before} to {after} frames on the port, {counted} counted, {dropped} dropped");
        Assert.Equal(0, dropped);
        Assert.InRange(counted, before, after);
    }

    // A connection that was open at a hand-over has a record of each run: together they are the connection. The little
    // that the second run saw of one may not suffice to join its legs; then the outside leg has a row of its own,
    // without a line and without packets of the inside leg.
    private void JudgeRecords(List<ConntrackEntry> truth, LiveBox box)
    {
        List<BedCheck.Flow> records = [.. CsvRow.ReadFile(box.Records()).Select(BedCheck.Flow.From)];
        List<BedCheck.Flow> lines = [.. records.Where(flow => !flow.InsideKey.Contains(" :0 >"))];
        List<BedCheck.Flow> whole = [.. lines.GroupBy(flow => flow.InsideKey).Select(Together)];
        int halves = records.Count - lines.Count;
        output.WriteLine($"{truth.Count} connections, {lines.Count} records, {halves} without a line");
        Assert.True(lines.Count > truth.Count, "no connection was open at a hand-over: nothing was shown");
        Assert.All(records.Except(lines), flow => Assert.Equal("none", flow.Attribution));
        Assert.True(halves <= lines.Count - truth.Count, "more halves than connections cut in two");
        BedCheck check = BedCheck.Run(truth, whole);
        Assert.True(check.IsRight, string.Join('\n', check.Mismatches.Select(m => $"{m.Key}: {m.Value[0]}")));
        Assert.Equal(truth.Count, check.Matched);
    }

    private static BedCheck.Flow Together(IEnumerable<BedCheck.Flow> parts)
    {
        BedCheck.Flow[] all = [.. parts.OrderBy(part => part.StartUs)];
        BedCheck.Flow told = all.FirstOrDefault(part => part.Attribution == "mirror") ?? all[0];
        return new BedCheck.Flow
        {
            InsideKey = told.InsideKey,
            OutsideKey = told.OutsideKey,
            Attribution = told.Attribution,
            Candidates = told.Candidates,
            Name = all.Max(part => part.Name)!,
            PacketsUp = (ulong)all.Sum(part => (long)part.PacketsUp),
            PacketsDown = (ulong)all.Sum(part => (long)part.PacketsDown),
            BytesUp = (ulong)all.Sum(part => (long)part.BytesUp),
            BytesDown = (ulong)all.Sum(part => (long)part.BytesDown),
            StartUs = all[0].StartUs,
        };
    }

    // Frames that crossed the ports before the first daemon listened.
    private static (long Inside, long Outside) Unseen(BedLayout layout, JsonElement status)
    {
        (long inside, long outside) = Seen(layout);
        JsonElement legs = status.GetProperty("legs");
        long[] received = [.. legs.EnumerateArray().Select(leg => leg.GetProperty("received").GetInt64())];
        return (inside - received[0], outside - received[1]);
    }

    private static (long Inside, long Outside) Seen(BedLayout layout) => NetworkNamespace.Run(
        layout.BoxNamespace,
        () => (Received(BedMirror.InsidePort), Received(BedMirror.OutsidePort)));

    private static long Received(string port)
    {
        Assert.True(InterfaceCounters.TryRead(port, out InterfaceCounters counters));
        return counters.Received;
    }
}
