using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Controls;
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

    private ApplianceOptions active = null!;
    private bool isRecording;
    private AcceptanceDesk? acceptance;
    private ControlService? control;
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
    private volatile bool isForgetting;

    /// <summary>The supervisor of the board, where it has one.</summary>
    public SupervisorService? Supervisor { get; private set; }

    /// <summary>Signs acceptance protocols while the box records.</summary>
    public AcceptanceDesk? Acceptance => isRecording && !isForgetting ? acceptance : null;

    /// <summary>
    /// What the box may record has changed: after the end the process puts itself in its own place, with a memory that
    /// holds nothing of before.
    /// </summary>
    public bool MustBeginAnew { get; private set; }

    /// <summary>Opens the rings first, so that packets wait there while the rest starts.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        SoftwareIdentity software = SoftwareIdentity.OfRunning();
        WallClock.Begin(SteadyFile.Read(options.Journal.Path, SteadyFile.BootOf(), CounterReader.SystemClock()));
        FlowOptions flow = OpenLegs(ControlBook.Open(options.Journal.Path, keys.Device));
        long receivingSinceNs = WallClock.NowNs;
        double receivingMs = StartMode.ElapsedMs;
        flash = OpenFolder(ref receivingSinceNs, out bool isHandedOver);
        ControlBook book = TakeBook(ref flow, ref receivingSinceNs);
        AdminSocket.Clear(options.Admin.Socket);
        ReceiverRelay relay = new();
        clock = new BoxClock(active, keys, pulses, relay, isHandedOver);
        box = new BoxPipeline(active, flow, keys, flash, clock.Map, software, RandomNumberGenerator.Fill);
        control = new ControlService(options.Control, keys, book, clock.UtcNow, box, log) { OnOtherwise = BeginAnew };
        (double? gapMs, string? gapDoubt) = isRecording
            ? box.NoteRestart(receivingSinceNs, isHandedOver)
            : box.NoteNothingRecorded(receivingSinceNs);
        natLog = OpenNatLog(box.Engine);
        packets = new PacketLoop(box.Engine, legs!, options.Capture.WatermarkMs, natLog?.Queue);
        if (control.IsOtherwise)
        {
            BeginAnew();
        }

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
        lines = LineService.Open(active, keys, box, WallClock.NowNs);
        Supervisor = OpenSupervisor(clock, relay);
        acceptance = new AcceptanceDesk(keys, box.Epoch.Epoch, clock.UtcNow);
        BoxParts parts = new(
            active, box, legs!, packets, clock, uplink, lines, start, memory, acceptance, natLog, Supervisor, control);
        writer = new WriterLoop(parts, board);
        writerThread = Start("writer", writer.Run);
        clock.Start(failure => Broken("clock", failure));
        uplink?.Start(failure => Broken("uplink", failure));
        lines?.Start(failure => Broken("radius", failure));
        Supervisor?.Start(failure => Broken("supervisor", failure));
        TellStart(box);
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
        if (isForgetting)
        {
            lines?.Forget();
        }

        writer?.Stop(packets?.CoveredUntilNs ?? 0);
        writerThread?.Join();

        // Whoever takes over waits for the folder, wants the port of the sessions then, and need not wait for the
        // farewell to the broker.
        lines?.Dispose();
        lines = null;
        CloseClock();
        Supervisor?.Stop(sayFarewell: isStopped && !isEvicting);
        control?.Desk.Close();
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

    /// <summary>Opens a ring for each leg; none where the book says that nothing may be recorded.</summary>
    private FlowOptions OpenLegs(ControlBook book)
    {
        legs?.Dispose();
        isRecording = book.MayRecord(keys.Notice);
        active = isRecording ? options : NothingRecorded.Of(options);
        legs = new LiveLegs(active);

        // The engine wants the rules even where nothing comes that they could be for.
        string[] interfaces = [.. options.Legs.Select(rule => rule.Interface).Distinct()];
        return FlowSettings.TryMake(active, options.Legs, interfaces, out FlowOptions flow, out string problem)
            ? flow
            : throw new InvalidOperationException(problem);
    }

    // From here on nobody else writes the book; what it says may have changed while the folder was waited for.
    private ControlBook TakeBook(ref FlowOptions flow, ref long receivingSinceNs)
    {
        ControlBook book = ControlBook.Open(options.Journal.Path, keys.Device);
        if (book.MayRecord(keys.Notice) != isRecording)
        {
            flow = OpenLegs(book);
            receivingSinceNs = WallClock.NowNs;
        }

        return book;
    }

    private void TellStart(BoxPipeline pipeline)
    {
        if (active.Capture.RecordTo is { } folder)
        {
            Events.Recording(log, folder);
        }

        if (!isRecording)
        {
            Events.RecordsNothing(log, control!.Status.State);
        }

        Events.Started(log, pipeline.Epoch.Epoch.Number, pipeline.Recovery.Verdict, mode.KeyMemoryHint);
    }

    // A process that is ending already makes way for another, which goes by the book.
    private void BeginAnew()
    {
        StopRecording();
        MustBeginAnew |= Interlocked.Exchange(ref isEnding, 1) == 0;
        Events.BeginsAnew(log, isRecording ? "nothing may be recorded any more" : "it may record again");

        // One that is still starting ends once it has started.
        host.ApplicationStarted.Register(host.StopApplication);
    }

    /// <summary>At once: no ring is read, no flow closed, nothing of what is in memory written or left.</summary>
    private void StopRecording()
    {
        isForgetting = true;
        box!.EndRecording();
        packets!.Discard();
        lines?.Forget();
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
        if (!active.NatLog.Listens)
        {
            return null;
        }

        NatLogListener made = new(active.NatLog);
        bindings = new NatLogMemory(keys, active.NatLog.Table);
        made.TakeUp(bindings, engine);
        return made;
    }

    private void LeaveNatLog()
    {
        if (isForgetting)
        {
            natLog?.Dispose();
            bindings?.Forget();
            return;
        }

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
            () => board.Health() with { Control = control!.Word }, control: control!.Desk.Take);
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
