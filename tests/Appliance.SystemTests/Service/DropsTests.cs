using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.Linux.Packets;
using Appliance.SystemTests.Linux;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Service;

/// <summary>
/// The daemon is held for half a second while its rings of 1 MiB overflow: every frame that was sent on a leg is either
/// in a record or counted as dropped on that leg, and both the manifest and a gap record say when. What the kernel
/// drops before a ring is counted beside it.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class DropsTests(ITestOutputHelper output) : IDisposable
{
    private const int Before = 500;
    private const int While = 20_000;
    private const int After = 500;
    private const int Flows = 100;
    private const int FrameBytes = 1000;
    private const byte Udp = 17;
    private static readonly string[] Legs = ["inside", "outside"];

    // To different remotes: the legs have nothing to do with each other, and each flow is of one of them.
    private static readonly byte[][] Ends = [[100, 64, 0, 1, 198, 51, 100, 7], [192, 0, 2, 1, 203, 0, 113, 9]];
    private static readonly TimeSpan Held = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drops-");
    private long _sent;

    private string Journal => Path.Combine(_folder.FullName, "journal");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "setpriv")]
    public void Frames_sent_equal_frames_recorded_and_frames_counted_as_dropped_on_each_leg()
    {
        using VethPair cables = new(2);
        using PacketSender inside = cables.Sender(0);
        using PacketSender outside = cables.Sender(1);
        using NotifiedDaemon daemon = Daemon(cables);
        Send(inside, 0, Before);
        Send(outside, 1, Before);
        JsonElement status = Received(daemon, Before, Before);
        Assert.Equal(2 << 20, status.GetProperty("memory").GetProperty("ring_bytes").GetInt64());

        BedProcess.Signal("STOP", daemon.Id);
        Send(inside, 0, While);
        Send(outside, 1, While / 2);
        Thread.Sleep(Held);
        BedProcess.Signal("CONT", daemon.Id);
        Received(daemon, Before + While, Before + (While / 2));
        Send(inside, 0, After);
        Send(outside, 1, After);
        status = Received(daemon, Before + While + After, Before + (While / 2) + After);
        Assert.Equal(0, daemon.Stop());

        Judge(0, Before + While + After, Count(status, 0, "dropped"));
        Judge(1, Before + (While / 2) + After, Count(status, 1, "dropped"));
    }

    [RootFact("ip", "setpriv")]
    public void Frames_that_the_kernel_drops_before_the_ring_are_counted_on_their_leg()
    {
        const int Dropped = 70;
        using VethPair cables = new(2);
        using PacketSender inside = cables.Sender(0);
        using PacketSender outside = cables.Sender(1);
        cables.Limit(1, FrameBytes / 2);
        using NotifiedDaemon daemon = Daemon(cables);
        Send(inside, 0, Before);
        Send(outside, 1, Dropped, isTaken: false);
        Received(daemon, Before, 0);
        JsonElement status = Until(daemon, now => Count(now, 1, "kernel_dropped") >= Dropped);
        Assert.Equal((0, Dropped), (Count(status, 0, "kernel_dropped"), Count(status, 1, "kernel_dropped")));
        Outcome legs = Programs.Icrctl("legs", "--socket", Path.Combine(_folder.FullName, "admin.sock"));
        Assert.Contains($"{Dropped} dropped by the kernel before it", legs.Output);
        Assert.Equal(0, daemon.Stop());

        List<Manifest> manifests = Manifests();
        Assert.Equal(0, LiveChain.Total(manifests, Counter.KernelDropsInside));
        Assert.Equal(Dropped, LiveChain.Total(manifests, Counter.KernelDropsOutside));
        Assert.Equal(0, LiveChain.Total(manifests, Counter.RingDropsOutside));
    }

    private NotifiedDaemon Daemon(VethPair cables)
    {
        object capture = new { ringMilliseconds = 20, ratedPacketsPerSecond = 50_000 };
        NotifiedDaemon daemon = new(cables, _folder.FullName, capture, hasOutside: true);
        daemon.Next("READY");
        return daemon;
    }

    private List<Manifest> Manifests() =>
        LiveChain.Read(Journal, Path.Combine(_folder.FullName, KeySet.FileName), out _);

    private void Judge(int leg, long sent, long dropped)
    {
        Assert.InRange(dropped, 1, sent - Before - After);
        List<Manifest> manifests = Manifests();
        Assert.Equal(dropped, LiveChain.Total(manifests, (Counter)((int)Counter.RingDropsInside + leg)));
        Assert.Equal(sent - dropped, LiveChain.Total(manifests, (Counter)((int)Counter.PacketsInside + leg)));
        Assert.Contains(manifests.SelectMany(m => m.Gaps), gap => gap.Cause == GapCause.RingFull && gap.To > gap.From);

        long recorded = Sum("flow", Legs[leg], "pkts_up") + Sum("flow", Legs[leg], "pkts_down");
        long told = Sum("gap", Legs[leg], "estimate");
        output.WriteLine($"{Legs[leg]}: {sent} sent = {recorded} recorded + {told} dropped");
        Assert.Equal(dropped, told);
        Assert.Equal(sent, recorded + told);
    }

    private long Sum(string kind, string leg, string column)
    {
        Outcome rows = Programs.Retention(
            "records", "--in", Journal, "--keys", _folder.FullName, "--format", "csv", "--kind", kind, "--merged");
        Assert.True(rows.Code == 0, rows.Error);
        string[] lines = rows.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] names = lines[0].Split(',');
        int at = Array.IndexOf(names, column);
        int of = Array.IndexOf(names, "leg");
        return lines.Skip(1).Select(line => line.Split(','))
            .Where(row => row[of].EndsWith(leg, StringComparison.Ordinal))
            .Sum(row => long.Parse(row[at], CultureInfo.InvariantCulture));
    }

    // Frames of 1,000 bytes that may hold no name, so that the ring keeps 192 of each; no two copies of one.
    private void Send(PacketSender sender, int leg, int count, bool isTaken = true)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] frame = RawFrame.Make(Udp, (ushort)(20_000 + (i % Flows)), 40_000, FrameBytes);
            BitConverter.TryWriteBytes(frame.AsSpan(18), (ushort)i);
            Ends[leg].CopyTo(frame, 26);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), FrameBytes - 34);
            BitConverter.TryWriteBytes(frame.AsSpan(60), _sent++);
            // What the other end does not take is refused here too, each time.
            while (!sender.TrySend(frame) && isTaken)
            {
                Thread.Yield();
            }
        }
    }

    private static JsonElement Received(NotifiedDaemon daemon, long inside, long outside) => Until(
        daemon, status => Count(status, 0, "received") >= inside && Count(status, 1, "received") >= outside);

    private static long Count(JsonElement status, int leg, string name) =>
        status.GetProperty("legs")[leg].GetProperty(name).GetInt64();

    private static JsonElement Until(NotifiedDaemon daemon, Predicate<JsonElement> isThere)
    {
        System.Diagnostics.Stopwatch total = System.Diagnostics.Stopwatch.StartNew();
        JsonElement status;
        do
        {
            Assert.True(total.Elapsed < Limit, daemon.Errors);
            status = daemon.Status();
        }
        while (!isThere(status));
        return status;
    }
}
