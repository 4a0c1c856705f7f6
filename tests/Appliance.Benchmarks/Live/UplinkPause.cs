using System.Globalization;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Lab.Bed;

namespace Appliance.Benchmarks.Live;

/// <summary>
/// The worst pause of the packet thread, first with no broker there and a backlog growing, then while the backlog is
/// sent to a store.
/// </summary>
internal sealed class UplinkPause : IDisposable
{
    private const int WarmUpSeconds = 10;
    private const int MinuteSeconds = 61;

    // Small, so that a minute's records make a backlog of many messages.
    private const int RowsMax = 256;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private readonly LiveBed bed;
    private readonly string folder;
    private readonly LiveDaemon daemon;
    private readonly List<BedProcess> upstream = [];

    private UplinkPause(LiveBed bed, string folder)
    {
        this.bed = bed;
        this.folder = folder;
        ApplianceOptions options = LiveDaemon.Provision(folder);
        options = options with { Batch = new BatchOptions { AgeSeconds = 1, RowsMax = RowsMax } };
        daemon = LiveDaemon.Start(bed, folder, options);
    }

    public static void Run(LiveBed bed, string folder, LiveSettings settings, double perSecond)
    {
        using UplinkPause run = new(bed, folder);
        using LiveFeed feed = new(bed, settings.PacketsPerSession, perSecond, bothLegs: true);
        feed.Send((long)(WarmUpSeconds * perSecond), perSecond);
        using CancellationTokenSource end = new();
        Task<Sent> sending = Task.Factory.StartNew(
            () => feed.Send(long.MaxValue, perSecond, end.Token), TaskCreationOptions.LongRunning);
        run.Minute("no broker, backlog grows");
        run.StartUpstream();
        run.daemon.Until("no receipt comes", () => run.daemon.Status().Uplink.Receipted > 0);
        run.Minute("backlog is being sent");
        end.Cancel();
        Sent sent = sending.GetAwaiter().GetResult();
        Console.WriteLine(string.Create(
            Invariant,
            $"  both legs at {sent.PerSecond:N0} packets/s ({perSecond:N0} asked), {settings.PacketsPerSession} "
            + $"packets a session and leg; batches of at most {RowsMax} rows"));
    }

    public void Dispose()
    {
        daemon.Dispose();
        upstream.ForEach(process => process.Dispose());
    }

    private void Minute(string what)
    {
        BoxStatus before = daemon.Status();
        var timesBefore = TaskTimes.Read(daemon.Id);
        Thread.Sleep(TimeSpan.FromSeconds(MinuteSeconds));
        BoxStatus after = daemon.Status();
        TaskTimes used = TaskTimes.Read(daemon.Id).Since(timesBefore);
        PacketThreadStatus thread = after.PacketThread;
        Console.WriteLine(string.Create(
            Invariant,
            $"  {what,-25} worst pause {thread.LongestPauseMinuteMs,6:F1} ms in a minute; collections "
            + $"{thread.CollectionPausesMs - before.PacketThread.CollectionPausesMs:F1} ms in all; "
            + $"{used.Named(LiveDaemon.PacketThread).QueuedNs / 1e6:N0} ms without a processor; "
            + $"{after.Uplink.Receipted - before.Uplink.Receipted:N0} batches receipted, backlog "
            + $"{before.Uplink.BacklogBatches:N0} to {after.Uplink.BacklogBatches:N0}; "
            + $"{LiveDaemon.Dropped(after) - LiveDaemon.Dropped(before):N0} packets dropped"));
    }

    private void StartUpstream()
    {
        string data = Path.Combine(folder, "store");
        BedProcess broker = BedProcess.Start("ip", BedLayout.Inside(
            bed.BoxNamespace, "mosquitto", "-c", Path.Combine(folder, "broker", "mosquitto.conf")));
        upstream.Add(broker);
        broker.WaitForError(" running", CancellationToken.None);
        upstream.Add(BedProcess.Start("ip", BedLayout.Inside(
            bed.BoxNamespace, "dotnet", Programs.Retention, "serve", "--data", data, "--broker", "127.0.0.1:8883",
            "--ca", Path.Combine(data, "ca.pem"), "--cert", Path.Combine(data, "store.pem"),
            "--key", Path.Combine(data, "store.key"))));
    }
}
