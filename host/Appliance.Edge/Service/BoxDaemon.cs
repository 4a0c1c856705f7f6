using System.Security.Cryptography;
using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Uplink;
using Appliance.Flow;
using Appliance.Linux;
using Appliance.Time;
using Appliance.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Appliance.Edge.Service;

/// <summary>
/// The live box, wired top to bottom: keys, clock, rings, pipeline, and the two threads. A thread that ends by an
/// exception ends the process: a broken invariant is never carried on with.
/// </summary>
internal sealed class BoxDaemon(
    ApplianceOptions options, KeySet keys, StatusBoard board, IHostApplicationLifetime host, ILogger<BoxDaemon> log)
    : IHostedService, IDisposable
{
    private LiveLegs? legs;
    private FlashFolder? flash;
    private BoxPipeline? box;
    private PacketLoop? packets;
    private FlashFolder? sending;
    private UplinkService? uplink;
    private WriterLoop? writer;
    private Thread? packetThread;
    private Thread? writerThread;

    /// <summary>Opens the rings first, so that packets wait there while the rest starts.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Linux.Process.KeyMemoryState memory = Linux.Process.KeyMemory.Protect();
        long receivingSinceNs = WallClock.NowNs;
        legs = new LiveLegs(options);
        if (!FlowSettings.TryMake(options, options.Legs, legs.Interfaces, out FlowOptions flow, out string problem))
        {
            throw new InvalidOperationException(problem);
        }

        KernelClock clock = new(options.Clock.StampBoundMicroseconds);
        flash = FlashFolder.Open(options.Journal.Path);
        SoftwareIdentity software = SoftwareIdentity.OfRunning();
        box = new BoxPipeline(options, flow, keys, flash, clock, software, RandomNumberGenerator.Fill);
        box.NoteRestart(receivingSinceNs);
        packets = new PacketLoop(box.Engine, legs.Rings, legs.Sources, options.Capture.WatermarkMs);
        uplink = OpenUplink(box);
        writer = new WriterLoop(box, legs, clock, options, board, uplink);
        packetThread = Start("packets", packets.Run);
        writerThread = Start("writer", writer.Run);
        uplink?.Start(failure => Broken("uplink", failure));
        if (options.Capture.RecordTo is { } folder)
        {
            Events.Recording(log, folder);
        }

        Events.Started(log, box.Epoch.Epoch.Number, box.Recovery.Verdict, memory.Hint);
        SystemdNotify.Send("READY=1");
        return Task.CompletedTask;
    }

    /// <summary>Takes what the rings hold, closes all flows and the last batch, signs the end of the chain.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        SystemdNotify.Send("STOPPING=1");
        packets?.Stop();
        packetThread?.Join();
        legs?.FinishRecordings(packets?.EndNs ?? 0);
        writer?.Stop();
        writerThread?.Join();
        await (uplink?.StopAsync() ?? Task.CompletedTask);
        Events.Stopped(log, box?.Batches ?? 0);
    }

    public void Dispose()
    {
        uplink?.Dispose();
        sending?.Dispose();
        box?.Dispose();
        flash?.Dispose();
        legs?.Dispose();
    }

    private UplinkService? OpenUplink(BoxPipeline pipeline)
    {
        if (options.Uplink.Host is null)
        {
            return null;
        }

        sending = FlashFolder.OpenForReading(options.Journal.Path);
        UplinkService made = new(
            options.Uplink, keys.Device, pipeline.Epoch.Epoch.Number, sending, RandomNumberGenerator.Fill,
            board.Health);
        pipeline.Journal.OnDurable = made.Offer;
        return made;
    }

    private Thread Start(string name, Action run)
    {
        Thread thread = new(() => Guard(name, run)) { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Guard(string name, Action run)
    {
        try
        {
            run();
        }
        catch (Exception failure)
        {
            Broken(name, failure);
            throw;
        }
    }

    private void Broken(string name, Exception failure)
    {
        Events.ThreadFailed(log, name, failure.Message, failure);
        Environment.ExitCode = 3;
        host.StopApplication();
    }
}
