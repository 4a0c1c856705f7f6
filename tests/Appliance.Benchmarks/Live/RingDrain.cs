using System.Globalization;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;

namespace Appliance.Benchmarks.Live;

/// <summary>The daemon is held until its rings are full and then let go: how fast it empties them.</summary>
internal static class RingDrain
{
    private const int WarmUpSeconds = 5;

    // Twice what the rings of the default configuration hold of the shortest frames.
    private const long Enough = 1_000_000;
    private const double AsFastAsItGoes = 1e9;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static void Run(LiveBed bed, string folder, LiveSettings settings, double perSecond)
    {
        Console.WriteLine("full rings, both legs, nothing arriving meanwhile:");
        for (int round = 0; round < settings.Rounds; round++)
        {
            Drain(bed, Path.Combine(folder, $"{round}"), settings, perSecond);
        }
    }

    private static void Drain(LiveBed bed, string folder, LiveSettings settings, double perSecond)
    {
        ApplianceOptions options = LiveDaemon.Provision(folder) with { Uplink = new UplinkOptions() };
        using LiveDaemon daemon = LiveDaemon.Start(bed, folder, options);
        using LiveFeed feed = new(bed, settings.PacketsPerSession, perSecond, bothLegs: true);
        feed.Send((long)(WarmUpSeconds * perSecond), perSecond);
        BoxStatus before = daemon.WaitForQuiet();
        daemon.Signal("STOP");
        Sent sent = feed.Send(Enough, AsFastAsItGoes);
        var timesBefore = TaskTimes.Read(daemon.Id);
        daemon.Signal("CONT");
        BoxStatus after = daemon.WaitForQuiet();
        Report(sent, before, after, TaskTimes.Read(daemon.Id).Since(timesBefore).Named(LiveDaemon.PacketThread));
    }

    private static void Report(Sent sent, BoxStatus before, BoxStatus after, TaskTime used)
    {
        PacketThreadStatus thread = after.PacketThread;
        long held = LiveDaemon.Received(after) - LiveDaemon.Received(before);
        long dropped = LiveDaemon.Dropped(after) - LiveDaemon.Dropped(before);
        double waitedMs = thread.WaitedForWriterMs - before.PacketThread.WaitedForWriterMs;
        string isAll = held + dropped == sent.Packets ? "all accounted for" : "NOT all accounted for";
        string isMeasured = dropped > 0 && thread.LongestCatchUpPackets > before.PacketThread.LongestCatchUpPackets
            ? ""
            : " (not of full rings: nothing was dropped, or another stretch was longer)";
        Console.WriteLine(string.Create(
            Invariant,
            $"  {thread.LongestCatchUpPackets / thread.LongestCatchUpMs / 1000,6:F2} M packets/s: "
            + $"{thread.LongestCatchUpPackets:N0} packets in {thread.LongestCatchUpMs:F0} ms, of which "
            + $"{waitedMs:F0} ms waiting for the writer and {used.QueuedNs / 1e6:F0} ms for a processor; "
            + $"{used.RunNs / (double)held:F0} ns CPU a packet{isMeasured}; "
            + $"{sent.Packets:N0} sent, {held:N0} held by the rings, {dropped:N0} dropped, {isAll}"));
    }
}
