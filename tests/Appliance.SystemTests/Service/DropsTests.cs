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
/// The daemon is held for half a second while its ring of 1 MiB overflows: every frame that was sent is either in a
/// record or counted as dropped, and both the manifest and a gap record say when.
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
    private static readonly TimeSpan Held = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drops-");
    private long _sent;

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "setpriv")]
    public void Frames_sent_equal_frames_recorded_and_frames_counted_as_dropped()
    {
        using VethPair cable = new();
        using PacketSender sender = cable.Sender();
        object capture = new { ringMilliseconds = 20, ratedPacketsPerSecond = 50_000 };
        using NotifiedDaemon daemon = new(cable, _folder.FullName, capture);
        daemon.Next("READY");
        Send(sender, Before);
        JsonElement status = Received(daemon, Before);
        Assert.Equal(1 << 20, status.GetProperty("memory").GetProperty("ring_bytes").GetInt64());

        BedProcess.Signal("STOP", daemon.Id);
        Send(sender, While);
        Thread.Sleep(Held);
        BedProcess.Signal("CONT", daemon.Id);
        status = Received(daemon, Before + While);
        Send(sender, After);
        status = Received(daemon, Before + While + After);
        Assert.Equal(0, daemon.Stop());

        long dropped = status.GetProperty("legs")[0].GetProperty("dropped").GetInt64();
        Assert.InRange(dropped, 1, While);
        Judge(dropped);
    }

    private void Judge(long dropped)
    {
        const long Sent = Before + While + After;
        string journal = Path.Combine(_folder.FullName, "journal");
        List<Manifest> manifests = LiveChain.Read(journal, Path.Combine(_folder.FullName, KeySet.FileName), out _);
        Assert.Equal(dropped, LiveChain.Total(manifests, Counter.RingDropsInside));
        Assert.Equal(Sent - dropped, LiveChain.Total(manifests, Counter.PacketsInside));
        Assert.Contains(manifests.SelectMany(m => m.Gaps), gap => gap.Cause == GapCause.RingFull && gap.To > gap.From);

        long recorded = Sum(journal, "flow", "pkts_up") + Sum(journal, "flow", "pkts_down");
        long told = Sum(journal, "gap", "estimate");
        output.WriteLine($"{Sent} sent = {recorded} recorded + {told} dropped");
        Assert.Equal(dropped, told);
        Assert.Equal(Sent, recorded + told);
    }

    private long Sum(string journal, string kind, string column)
    {
        Outcome rows = Programs.Retention(
            "records", "--in", journal, "--keys", _folder.FullName, "--format", "csv", "--kind", kind, "--merged");
        Assert.True(rows.Code == 0, rows.Error);
        string[] lines = rows.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int at = Array.IndexOf(lines[0].Split(','), column);
        return lines.Skip(1).Sum(line => long.Parse(line.Split(',')[at], CultureInfo.InvariantCulture));
    }

    // Frames of 1,000 bytes that may hold no name, so that the ring keeps 192 of each; no two copies of one.
    private void Send(PacketSender sender, int count)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] frame = RawFrame.Make(Udp, (ushort)(20_000 + (i % Flows)), 40_000, FrameBytes);
            BitConverter.TryWriteBytes(frame.AsSpan(18), (ushort)i);
            new byte[] { 100, 64, 0, 1, 198, 51, 100, 7 }.CopyTo(frame, 26);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), FrameBytes - 34);
            BitConverter.TryWriteBytes(frame.AsSpan(60), _sent++);
            while (!sender.TrySend(frame))
            {
                Thread.Yield();
            }
        }
    }

    private static JsonElement Received(NotifiedDaemon daemon, long count)
    {
        System.Diagnostics.Stopwatch total = System.Diagnostics.Stopwatch.StartNew();
        JsonElement status;
        do
        {
            Assert.True(total.Elapsed < Limit, daemon.Errors);
            status = daemon.Status();
        }
        while (status.GetProperty("legs")[0].GetProperty("received").GetInt64() < count);
        return status;
    }
}
