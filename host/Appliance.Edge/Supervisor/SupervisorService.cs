using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Linux.Clocks;
using Appliance.Supervisor.Link;
using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Edge.Supervisor;

/// <summary>
/// The line to the supervisor, for as long as the process runs: opened, read, written, and opened again when it goes.
/// One thread; what it learns is in the status, in the book, and in what the writing thread does with it each pass.
/// </summary>
internal sealed class SupervisorService : IDisposable
{
    private readonly SupervisorOptions options;
    private readonly StatusBoard board;
    private readonly Func<bool> lives;
    private readonly HostPort port;
    private readonly Lock gate = new();
    private readonly ActQueue acts = new();
    private readonly byte[] bytes = new byte[SupervisorLimits.LineBytes];
    private IReadOnlyList<KeptAlarm> noted = [];
    private bool hasNoted;
    private bool hasNotedAnswer;
    private long notedAtBatches;
    private long nextFlushMs;
    private long lastPassMs = Environment.TickCount64;
    private volatile bool isStopping;
    private volatile bool hasLine;
    private Thread? thread;

    /// <param name="options">Options with a line.</param>
    /// <param name="book">The book, opened.</param>
    /// <param name="board">Where the status for the panel stands.</param>
    /// <param name="lives">Packet thread and writer pass.</param>
    /// <param name="relay">The receiver behind the supervisor, for the clock.</param>
    /// <param name="time">UTC by the clock of the box; by the thread of the line.</param>
    /// <param name="onTamper">Somebody may have been inside the case. Called by the thread of the line.</param>
    public SupervisorService(
        SupervisorOptions options, AlarmBook book, StatusBoard board, Func<bool> lives, ReceiverRelay relay,
        Func<BoardTime?> time, Action<AlarmMessage> onTamper)
    {
        this.options = options;
        this.board = board;
        this.lives = lives;
        Book = book;
        port = new HostPort((int)(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() & 0xFFFF), new HostPortParts
        {
            Book = book,
            Relay = relay,
            WatchdogSeconds = options.WatchdogSeconds,
            UnixSeconds = () => DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            TrueTime = time,
            OnTamper = onTamper,
        });
    }

    /// <summary>Alarms and the lock.</summary>
    public AlarmBook Book { get; }

    /// <summary>Monotonic time of the last pass, milliseconds. Any thread.</summary>
    public long LastPassMs => Volatile.Read(ref lastPassMs);

    /// <summary>How the board is; from any thread.</summary>
    public SupervisorStatus Status
    {
        get
        {
            lock (gate)
            {
                SupervisorStatus status = port.Status();
                return hasLine ? status : status with
                {
                    State = "absent",
                    Alarms = [$"the line to the supervisor {options.Line} is not there; check supervisor.line"],
                };
            }
        }
    }

    public void Start(Action<Exception> onBroken)
    {
        thread = new Thread(() =>
        {
            try
            {
                Run();
            }
            catch (Exception failure)
            {
                onBroken(failure);
            }
        })
        {
            Name = "supervisor", IsBackground = true,
        };
        thread.Start();
    }

    /// <summary>
    /// What the writing thread does for the board in each pass: alarms go into the manifest, and while the power is
    /// failing the open batch is closed and flushed again and again.
    /// </summary>
    /// <param name="box">The pipeline; the caller is the thread that drains it.</param>
    /// <param name="now">When.</param>
    public void Serve(BoxPipeline box, TaiTime now)
    {
        if (hasNoted && box.Batches > notedAtBatches)
        {
            Book.Told(noted, hasNotedAnswer);
            hasNoted = false;
        }

        if (!hasNoted)
        {
            NoteWhatIsNew(box, now);
        }

        acts.Serve(box, now);

        bool isFailing = port.IsPowerFailing;
        if (isFailing && Environment.TickCount64 >= nextFlushMs)
        {
            nextFlushMs = Environment.TickCount64 + SupervisorLimits.FlushMs;
            box.Flush();
        }
    }

    /// <summary>
    /// What an engineer asks of the board, in a manifest of its own that is durable before it may be done.
    /// </summary>
    /// <returns>False where so many wait, or the flash takes nothing in time, that it may not be.</returns>
    public Task<bool> RememberAsync(string text) => acts.RememberAsync(text);

    /// <summary>
    /// Gives the chip the key that signs its updates and waits for its word: <see cref="UpdateReason"/>, or null where
    /// it says nothing in time.
    /// </summary>
    public async Task<int?> GiveKeyAsync(byte[] publicKey)
    {
        lock (gate)
        {
            port.GiveKey(publicKey);
        }

        int? answer = null;
        for (int waitedMs = 0; answer is null && waitedMs < SupervisorLimits.KeyAnswerMs; waitedMs += 50)
        {
            await Task.Delay(50);
            lock (gate)
            {
                answer = port.KeyAnswer;
            }
        }

        return answer;
    }

    /// <summary>Begins an update of the chip; false with the sentence to print.</summary>
    public bool TryUpdate(byte[] file, out string problem)
    {
        lock (gate)
        {
            if (port.RollbackFloor is not { } floor)
            {
                problem = "the supervisor has not said what it takes; is it connected (`icrctl status`)?";
                return false;
            }

            if (port.Update is { IsOver: false })
            {
                problem = "an update of the supervisor is under way; wait for its end (`icrctl status`)";
                return false;
            }

            bool isGood = FirmwareUpdate.TryMake(
                file, floor, Environment.TickCount64, out FirmwareUpdate? update, out problem);
            port.Update = update ?? port.Update;
            return isGood;
        }
    }

    /// <summary>Ends the line; with a farewell the supervisor no longer watches for signs of life.</summary>
    public void Stop(bool sayFarewell)
    {
        if (sayFarewell && hasLine)
        {
            lock (gate)
            {
                port.SayFarewell(Environment.TickCount64 / 1000);
            }

            long untilMs = Environment.TickCount64 + SupervisorLimits.FarewellMs;
            while (!port.IsSettled && Environment.TickCount64 < untilMs)
            {
                Thread.Sleep(SupervisorLimits.ReadMs);
            }
        }

        isStopping = true;
        thread?.Join();
    }

    public void Dispose() => Stop(sayFarewell: false);

    /// <summary>What stands in the manifest of an alarm.</summary>
    internal static string TextOf(KeptAlarm alarm) =>
        $"board {alarm.Number}: {AlarmWords.Short(alarm.Kind)} {(alarm.IsRaised ? "raised" : "gone")}, "
        + $"source {alarm.Source}, value {alarm.Value}, at {alarm.UnixSeconds}";

    private void NoteWhatIsNew(BoxPipeline box, TaiTime now)
    {
        // What finds no room in this manifest is noted for the next.
        noted = [.. Book.Untold().TakeWhile(
            alarm => box.TryNote(new ManifestEvent(now, EventKind.Alarm, TextOf(alarm))))];
        bool isNew = Book.Acknowledged is { IsTold: false } said && box.TryNote(new ManifestEvent(
            now, EventKind.Administration,
            $"tamper alarm {said.Number} acknowledged by user {said.User} at {said.UnixSeconds}: {said.Reason}"));

        box.CountAlarms((ulong)noted.Count(alarm => alarm.IsRaised));
        (hasNoted, hasNotedAnswer, notedAtBatches) = (noted.Count > 0 || isNew, isNew, box.Batches);
    }

    private void Run()
    {
        while (!isStopping)
        {
            try
            {
                using SerialLine line = new(options.Line!, (uint)options.Baud);
                hasLine = true;
                while (!isStopping)
                {
                    Pass(line);
                }
            }
            catch (IOException)
            {
                hasLine = false;
                Volatile.Write(ref lastPassMs, Environment.TickCount64);
                for (int waited = 0; waited < SupervisorLimits.ReopenMs && !isStopping; waited += 50)
                {
                    Thread.Sleep(50);
                }
            }
        }
    }

    private void Pass(SerialLine line)
    {
        int taken = line.Read(bytes, SupervisorLimits.ReadMs, out RawTime at);
        long now = Environment.TickCount64;
        Volatile.Write(ref lastPassMs, now);
        int count;
        lock (gate)
        {
            port.Receive(bytes, taken, now, at);
            port.Tick(now, now / 1000, StateOf(board.Latest), lives(), () => PanelPages.Of(board.Latest));
            count = port.Collect(bytes, now);
        }

        if (count > 0)
        {
            line.Write(bytes.AsSpan(0, count));
        }
    }

    private static int StateOf(BoxStatus? status) => status is null ? 0 : status.Health == "ok" ? 1 : 2;
}
