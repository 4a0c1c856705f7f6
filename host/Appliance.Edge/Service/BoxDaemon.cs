using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.NatLog;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Supervisor;
using Appliance.Edge.Uplink;
using Appliance.Flow;
using Appliance.Linux;
using Appliance.Linux.Clocks;
using Appliance.Supervisor.Link;
using Appliance.Time.Observations;
using Appliance.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Appliance.Edge.Service;

/// <summary>
/// The live box, wired top to bottom: keys, clock, rings, pipeline, and the two threads. A thread that ends by an
/// exception ends the process: a broken invariant is never carried on with.
/// </summary>
internal sealed class BoxDaemon(
    ApplianceOptions options, KeySet keys, MemoryPlan memory, StatusBoard board, StartMode mode, PulseOpening pulses,
    IHostApplicationLifetime host, ILogger<BoxDaemon> log)
    : IHostedService, IDisposable
{
    // What is stamped until then is this process's own: longer than it takes to tell the packet thread.
    private const long HandOverAheadNs = 10_000_000;

    private LiveLegs? legs;
    private FlashFolder? flash;
    private BoxClock? clock;
    private BoxPipeline? box;
    private PacketLoop? packets;
    private NatLogListener? natLog;
    private NatLogMemory? bindings;
    private FlashFolder? sending;
    private UplinkService? uplink;
    private LineService? lines;
    private WriterLoop? writer;
    private Thread? packetThread;
    private Thread? writerThread;
    private PosixSignalRegistration? reload;
    private Watchdog? watchdog;
    private int isEnding;
    private volatile bool isEvicting;

    /// <summary>The supervisor of the board, where it has one.</summary>
    public SupervisorService? Supervisor { get; private set; }

    /// <summary>Signs acceptance protocols, once the box records.</summary>
    public AcceptanceDesk? Acceptance { get; private set; }

    /// <summary>Opens the rings first, so that packets wait there while the rest starts.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        SoftwareIdentity software = SoftwareIdentity.OfRunning();
        WallClock.Begin(SteadyFile.Read(options.Journal.Path, SteadyFile.BootOf(), CounterReader.SystemClock()));
        legs = new LiveLegs(options);
        long receivingSinceNs = WallClock.NowNs;
        double receivingMs = StartMode.ElapsedMs;
        if (!FlowSettings.TryMake(options, options.Legs, legs.Interfaces, out FlowOptions flow, out string problem))
        {
            throw new InvalidOperationException(problem);
        }

        flash = OpenFolder(ref receivingSinceNs, out bool isHandedOver);
        AdminSocket.Clear(options.Admin.Socket);
        ReceiverRelay relay = new();
        clock = new BoxClock(options, keys, pulses, relay, isHandedOver);
        box = new BoxPipeline(options, flow, keys, flash, clock.Map, software, RandomNumberGenerator.Fill);
        (double? gapMs, string? gapDoubt) = box.NoteRestart(receivingSinceNs, isHandedOver);
        natLog = OpenNatLog(box.Engine);
        packets = new PacketLoop(box.Engine, legs, options.Capture.WatermarkMs, natLog?.Queue);
        natLog?.Start();
        packetThread = Start("packets", packets.Run);
        StartStatus start = new()
        {
            Kind = isHandedOver ? "hand-over" : "start",
            GapMs = gapMs,
            GapDoubt = gapDoubt,
            ReceivingMs = receivingMs,
            RecordingMs = StartMode.ElapsedMs,
            RecordingCpuMs = StartMode.CpuMs,
        };
        uplink = OpenUplink(box);
        lines = LineService.Open(options, keys, box, WallClock.NowNs);
        Supervisor = OpenSupervisor(clock, relay);
        Acceptance = new AcceptanceDesk(keys, box.Epoch.Epoch, clock.UtcNow);
        BoxParts parts = new(
            options, box, legs, packets, clock, uplink, lines, start, memory, Acceptance, natLog, Supervisor);
        writer = new WriterLoop(parts, board);
        writerThread = Start("writer", writer.Run);
        clock.Start(failure => Broken("clock", failure));
        uplink?.Start(failure => Broken("uplink", failure));
        lines?.Start(failure => Broken("radius", failure));
        Supervisor?.Start(failure => Broken("supervisor", failure));
        if (options.Capture.RecordTo is { } folder)
        {
            Events.Recording(log, folder);
        }

        Events.Started(log, box.Epoch.Epoch.Number, box.Recovery.Verdict, mode.KeyMemoryHint);
        reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, StartSuccessor);
        SystemdNotify.Send("READY=1");
        watchdog = Watchdog.Start(() => packets.LastPassMs, () => writer.LastPassMs);
        return Task.CompletedTask;
    }

    /// <summary>Begins to hand over to a process that has opened its rings already.</summary>
    /// <returns>The last stamp that this process records; null where it does not record.</returns>
    public HandOverStamp? HandOver(int process)
    {
        if (packets is null || writerThread is null || Interlocked.Exchange(ref isEnding, 1) != 0)
        {
            return null;
        }

        (CounterPair now, long offsetNs) = WallClock.Steady.Read();
        HandOverStamp last = new(now.Reading.Nanoseconds + HandOverAheadNs, now.At.Nanoseconds + HandOverAheadNs);
        packets.StopAt(last.SystemNs - offsetNs);
        Events.HandingOver(log, process);

        // The service goes on as the other process: systemd is not told that it stops.
        SystemdNotify.Send(string.Create(CultureInfo.InvariantCulture, $"MAINPID={process}"));
        host.StopApplication();
        return last;
    }

    /// <summary>Takes what the rings hold, closes all flows and the last batch, signs the end of the chain.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        bool isStopped = Interlocked.Exchange(ref isEnding, 1) == 0;
        if (isStopped)
        {
            SystemdNotify.Send("STOPPING=1");
            packets?.StopAt(WallClock.NowNs);
        }

        clock?.BeginStop();
        packetThread?.Join();
        LeaveNatLog();
        legs?.FinishRecordings(packets?.EndNs ?? 0);
        await (lines?.StopAsync() ?? Task.CompletedTask);
        writer?.Stop(packets?.CoveredUntilNs ?? 0);
        writerThread?.Join();

        // Whoever takes over waits for the folder, wants the port of the sessions then, and need not wait for the
        // farewell to the broker.
        lines?.Dispose();
        lines = null;
        CloseClock();
        Supervisor?.Stop(sayFarewell: isStopped && !isEvicting);
        CloseFolder();
        if (isEvicting)
        {
            keys.Forget();
        }

        await (uplink?.StopAsync() ?? Task.CompletedTask);
        Events.Stopped(log, box?.Batches ?? 0);
    }

    public void Dispose()
    {
        reload?.Dispose();
        lines?.Dispose();
        watchdog?.Dispose();
        natLog?.Dispose();
        bindings?.Dispose();
        uplink?.Dispose();
        Supervisor?.Dispose();
        sending?.Dispose();
        CloseClock();
        CloseFolder();
        legs?.Dispose();
    }

    private FlashFolder OpenFolder(ref long receivingSinceNs, out bool isHandedOver)
    {
        long askedNs = WallClock.NowNs;
        HandOverStamp? last = mode.TakesOver ? Predecessor.AskToHandOver(options.Admin.Socket) : null;
        isHandedOver = last is not null;
        if (last is not { } stamp)
        {
            return FlashFolder.Open(options.Journal.Path);
        }

        receivingSinceNs = stamp.RawNs > 0
            ? WallClock.Steady.Meet(stamp.SystemNs, new RawTime(stamp.RawNs))
            : Math.Clamp(stamp.SystemNs - WallClock.Steady.OffsetNs, askedNs, WallClock.NowNs + HandOverAheadNs);
        legs!.BeginAfter(receivingSinceNs);
        return Predecessor.WaitForFolder(options.Journal.Path);
    }

    // Before the folder is given up: whoever waits for it goes on with the clock, and its receiver's line.
    private void CloseClock()
    {
        clock?.Dispose();
        clock = null;
    }

    private void CloseFolder()
    {
        box?.Dispose();
        flash?.Dispose();
        flash = null;
    }

    private void StartSuccessor(PosixSignalContext context)
    {
        context.Cancel = true;
        try
        {
            Events.SuccessorStarted(log, Successor.Start());
        }
        catch (Exception failure) when (failure is IOException or Win32Exception)
        {
            Events.SuccessorFailed(log, failure.Message);
        }
    }

    private SupervisorService? OpenSupervisor(BoxClock time, ReceiverRelay relay) => options.Supervisor.Line is null
        ? null
        : new SupervisorService(
            options.Supervisor, AlarmBook.Open(options.Supervisor.Book), board, Lives, relay, time.UtcNow, Evict);

    private bool Lives()
    {
        long now = Environment.TickCount64;
        return now - (packets?.LastPassMs ?? 0) <= SupervisorLimits.HangMs
            && now - (writer?.LastPassMs ?? 0) <= SupervisorLimits.HangMs;
    }

    /// <summary>
    /// The case was opened: what is open is sealed, the keys are cleared, and the process ends; the next one reads no
    /// key before an engineer has acknowledged. Where the orderly end hangs, the process is ended by force.
    /// </summary>
    private void Evict(AlarmMessage alarm)
    {
        Events.Evicting(log, alarm.Number, AlarmWords.Short(alarm.Kind));
        Thread last = new(() =>
        {
            Thread.Sleep(SupervisorLimits.EvictMs);
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        })
        {
            IsBackground = true,
        };
        last.Start();
        isEvicting = true;
        host.StopApplication();
    }

    private NatLogListener? OpenNatLog(FlowEngine engine)
    {
        if (!options.NatLog.Listens)
        {
            return null;
        }

        NatLogListener made = new(options.NatLog);
        bindings = new NatLogMemory(keys, options.NatLog.Table);
        made.TakeUp(bindings, engine);
        return made;
    }

    private void LeaveNatLog()
    {
        if (natLog is not null && bindings is not null && box is not null
            && natLog.Leave(bindings, box.Engine) is { } problem)
        {
            Events.BindingsNotLeft(log, problem);
        }
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
