using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Edge.Uplink;
using Appliance.Linux.Process;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Appliance.Edge.Supervisor;

/// <summary>
/// The box while a tamper alarm stands that nobody has acknowledged: no key is read, nothing is recorded, sealed or
/// sent. It tells how it is and waits for an engineer; then the process ends, and the service begins anew.
/// </summary>
internal sealed class LockedBox(ApplianceOptions options, AlarmBook book)
{
    private const int StatusMs = 500;

    /// <summary>
    /// Reads the configuration and the book alone; null where the box is not locked, or its configuration does not read
    /// (the ordinary start tells that).
    /// </summary>
    /// <exception cref="IOException">The book does not read: whether the box is locked is not known.</exception>
    public static LockedBox? Find(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (!ConfigurationFile.TryParse(text, out ApplianceOptions options, out _) || options.Supervisor.Line is null)
        {
            return null;
        }

        AlarmBook book = AlarmBook.Open(options.Supervisor.Book);
        return book.Lock is null ? null : new LockedBox(options, book);
    }

    /// <summary>Runs until an engineer acknowledges or the service is stopped; the exit code.</summary>
    public async Task<int> RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        StatusBoard board = new();
        AdminSocket.Clear(options.Admin.Socket);
        AdminSocket.Listen(builder, options.Admin.Socket);
        await using WebApplication app = builder.Build();
        using SupervisorService supervisor = new(
            options.Supervisor, book, board, lives: () => true, new ReceiverRelay(), BoxClock.KernelUtcNow,
            onTamper: _ => { });
        board.Publish(StatusOf(supervisor));
        AdminSocket.Map(app, board, handOver: _ => null);
        AcceptanceDesk.Map(app, () => null);
        SupervisorRoutes.Map(app, () => supervisor, app.Lifetime.StopApplication);
        await app.StartAsync();
        AdminSocket.Protect(options.Admin.Socket);
        supervisor.Start(_ => app.Lifetime.StopApplication());
        SystemdNotify.Send("READY=1");
        using Watchdog? watchdog = Watchdog.Start(() => supervisor.LastPassMs);
        while (!app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            board.Publish(StatusOf(supervisor));
            await Task.WhenAny(Task.Delay(StatusMs, app.Lifetime.ApplicationStopping));
        }

        await app.StopAsync();
        return Environment.ExitCode;
    }

    private BoxStatus StatusOf(SupervisorService supervisor)
    {
        SupervisorStatus status = supervisor.Status;
        KeptAlarm? held = book.Lock;
        string[] locked = held is null ? [] : [SupervisorRoutes.LockWords(held)];
        return new BoxStatus
        {
            Health = "locked",
            Alarms = [.. locked, .. status.Alarms],
            Device = "(not read)",
            Version = SoftwareIdentity.OfRunning().Version,
            Epoch = 0,
            Recovery = "not opened",
            UptimeSeconds = Math.Round(StartMode.ElapsedMs / 1000, 1),
            Start = new StartStatus
            {
                Kind = "locked", GapMs = null, ReceivingMs = 0, RecordingMs = 0, RecordingCpuMs = 0,
            },
            Memory = new MemoryStatus
            {
                BudgetBytes = 0, BudgetFrom = "not planned", NeededBytes = 0, ResidentBytes = Environment.WorkingSet,
                FlowLimitFrom = "not planned", RingMilliseconds = 0, RingBytes = 0,
            },
            Clock = new ClockStatus("unset", null),
            Flows = new FlowStatus
            {
                Open = 0, Limit = 0, Closed = 0, Attributed = 0, Ambiguous = 0, Unattributed = 0, Evicted = 0,
                Unsolicited = 0, Records = 0, RecordsDropped = 0,
            },
            PacketThread = new PacketThreadStatus
            {
                LongestPauseMs = 0, LongestPauseMinuteMs = 0, LongestCatchUpMs = 0, LongestCatchUpPackets = 0,
                WaitedForWriterMs = 0, CollectionPausesMs = 0,
            },
            Legs = [],
            Loss = [],
            Storage = new StorageStatus
            {
                Path = options.Journal.Path, Bytes = 0, Segments = 0, Batches = 0, OpenRows = 0, IsFull = false,
            },
            Uplink = UplinkStatus.Off,
            Supervisor = status,
        };
    }
}
