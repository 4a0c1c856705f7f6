using System.Globalization;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;

namespace Appliance.Benchmarks.Live;

/// <summary>CPU of the packet thread a packet at a stated rate, beside nfpcapd at the same interface.</summary>
internal static class CaptureCost
{
    private const int WarmUpSeconds = 5;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>One round: what each used for each packet that it received.</summary>
    private readonly record struct Round(
        Sent Sent, long Received, long Dropped, double ThreadNs, double ProcessNs, double QueuedMs,
        long PeerReceived, long PeerDropped, double PeerThreadNs, double PeerNs);

    public static void Run(LiveBed bed, string folder, LiveSettings settings, double perSecond, bool bothLegs)
    {
        ApplianceOptions options = LiveDaemon.Provision(folder) with { Uplink = new UplinkOptions() };
        options = bothLegs ? options : options with { Legs = [options.Legs[0]] };
        using LiveDaemon daemon = LiveDaemon.Start(bed, folder, options);
        using LiveFeed feed = new(bed, settings.PacketsPerSession, perSecond, bothLegs);
        feed.Send((long)(WarmUpSeconds * perSecond), perSecond);
        daemon.WaitForQuiet();
        List<Round> rounds = [];
        for (int round = 0; round < settings.Rounds; round++)
        {
            rounds.Add(Measure(bed, Path.Combine(folder, $"nfpcapd{round}"), daemon, feed, settings, perSecond));
        }

        Report(rounds, perSecond, bothLegs);
    }

    private static Round Measure(
        LiveBed bed, string folder, LiveDaemon daemon, LiveFeed feed, LiveSettings settings, double perSecond)
    {
        using Nfpcapd peer = Nfpcapd.Start(bed, folder);
        BoxStatus statusBefore = daemon.Status();
        var before = TaskTimes.Read(daemon.Id);
        var peerBefore = TaskTimes.Read(peer.Id);
        Sent sent = feed.Send((long)(settings.Seconds * perSecond), perSecond);
        BoxStatus status = daemon.WaitForQuiet();
        TaskTimes used = TaskTimes.Read(daemon.Id).Since(before);
        TaskTimes peerUsed = TaskTimes.Read(peer.Id).Since(peerBefore);
        (long peerReceived, long peerDropped) = peer.Stop();
        double received = LiveDaemon.Received(status) - LiveDaemon.Received(statusBefore);
        TaskTime thread = used.Named(LiveDaemon.PacketThread);
        return new Round(
            sent, (long)received, LiveDaemon.Dropped(status) - LiveDaemon.Dropped(statusBefore),
            thread.RunNs / received, used.RunNs / received, thread.QueuedNs / 1e6,
            peerReceived, peerDropped, peerUsed.Busiest.RunNs / (double)peerReceived,
            peerUsed.RunNs / (double)peerReceived);
    }

    private static void Report(List<Round> rounds, double perSecond, bool bothLegs)
    {
        Sent sent = rounds[0].Sent;
        Console.WriteLine(string.Create(
            Invariant,
            $"{(bothLegs ? "both legs" : "inside leg alone")}: {perSecond:N0} packets/s asked, "
            + $"{rounds.Min(r => r.Sent.PerSecond):N0} to {rounds.Max(r => r.Sent.PerSecond):N0} sent, "
            + $"{sent.Bytes / sent.Packets} B a frame, {rounds.Count} rounds of {sent.Seconds:F0} s"));
        Line("packet thread", rounds, r => r.ThreadNs, r => (r.Sent.Packets, r.Received, r.Dropped));
        Line("the whole daemon", rounds, r => r.ProcessNs, r => (r.Sent.Packets, r.Received, r.Dropped));
        Line("nfpcapd's busiest thread", rounds, r => r.PeerThreadNs, Peer);
        Line("nfpcapd", rounds, r => r.PeerNs, Peer);
        Console.WriteLine(string.Create(
            Invariant,
            $"  nfpcapd / packet thread: {string.Join(", ", rounds.Select(r => Ratio(r.PeerNs / r.ThreadNs)))}; "
            + $"nfpcapd / the whole daemon: {string.Join(", ", rounds.Select(r => Ratio(r.PeerNs / r.ProcessNs)))}"));
        Console.WriteLine(string.Create(
            Invariant,
            $"  the packet thread waited {rounds.Sum(r => r.QueuedMs):N0} ms for a processor in "
            + $"{rounds.Sum(r => r.Sent.Seconds):N0} s"));
    }

    private static (long Sent, long Received, long Dropped) Peer(Round round) =>
        (round.Sent.Inside, round.PeerReceived, round.PeerDropped);

    private static void Line(
        string what, List<Round> rounds, Func<Round, double> ns, Func<Round, (long Sent, long In, long Dropped)> counts)
    {
        double best = rounds.Min(ns);
        double spread = 100 * (rounds.Max(ns) - best) / best;
        Console.WriteLine(string.Create(
            Invariant,
            $"  {what,-25} {best,6:F0} ns a packet  spread {spread,3:F0} %   of {rounds.Sum(r => counts(r).Sent):N0} "
            + $"sent {rounds.Sum(r => counts(r).In):N0} received, {rounds.Sum(r => counts(r).Dropped):N0} dropped"));
    }

    private static string Ratio(double value) => value.ToString("F2", Invariant);
}
