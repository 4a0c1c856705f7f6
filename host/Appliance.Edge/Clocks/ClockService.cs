using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Journal;
using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Time.Receivers;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>
/// The clock of a box with a receiver or peers: devices on threads of their own hand observations to the engine; one
/// thread steps it once a second, writes the anchor log, gives our time to chronyd, and keeps what the next run goes on
/// from. It steers nothing.
/// </summary>
internal sealed class ClockService : IClockMap, IDisposable
{
    private const long SecondNs = RawTime.NanosecondsPerSecond;
    private const long ReadingNs = SecondNs / Limits.ReadingsASecond;
    private const double FeedBoundNsMax = 1_000_000;

    // Bytes of the log reach the file in the order in which the engine made them, and a manifest's head is in the file.
    private readonly Lock order = new();
    private readonly ManualResetEventSlim stop = new();
    private readonly ClockOptions options;
    private readonly ClockMemory memory;
    private readonly AnchorFolder log;
    private readonly LeapList leaps;
    private readonly ChronyFeed? feed;
    private readonly Queue<ClockEvent> shown = new();
    private readonly bool isHandedOver;
    private readonly bool isRecovered;
    private Thread? thread;
    private string? logProblem;
    private volatile string? foundProblem;
    private long seconds;
    private long nextTickRaw;

    /// <summary>
    /// Takes up what the run before kept and, where that ended in order, steps once: from here on stamps can be mapped.
    /// </summary>
    /// <param name="options">The configuration.</param>
    /// <param name="keys">The device's key seals what is kept.</param>
    /// <param name="open">Opens the source of pulses.</param>
    /// <param name="relay">The receiver behind the supervisor, where there is one.</param>
    /// <param name="isHandedOver">The process before has handed over and ended.</param>
    /// <exception cref="JournalDeviceException">The folder of the log cannot be used.</exception>
    public ClockService(
        ApplianceOptions options, KeySet keys, PulseOpening open, IReceiverLine? relay, bool isHandedOver)
    {
        this.options = options.Clock;
        memory = new ClockMemory(keys, options.Clock.Kept);
        (KeptClock? kept, LogEnd? end) = memory.Read();
        this.isHandedOver = isHandedOver && memory.IsFresh;
        Engine = new ClockEngine(ClockSettings.Of(options, kept));
        log = new AnchorFolder(options.Clock.Log.Folder, (long)options.Clock.Log.FileMiB << 20, options.Clock.Log.Days);
        isRecovered = log.TryRecover(end, out Hash32 head);
        leaps = new LeapList(options.Clock.LeapFile, Engine);
        EpochRule rule = new(ClockSettings.BuiltUtcSeconds);
        rule.Trust(ClockSettings.EarliestUtcSeconds(kept));
        ClockOptions clock = options.Clock;
        Receiver = clock.Receiver.Device is null
            ? null
            : new ReceiverLoop(clock.Receiver, its => ReceiverLoop.OpenLine(its, relay), rule, Engine);
        Pulses = clock.Pulses.Kind == "none" ? null : new PulseLoop(clock.Pulses, open, Engine);
        WitnessSink witnesses = new(Engine, isFed: clock.ChronyFeed is not null);
        Peers = clock.Peers.Any ? new PeerLoop(clock.Peers, witnesses) : null;
        feed = clock.ChronyFeed is { } socket ? new ChronyFeed(socket) : null;
        if (isRecovered)
        {
            Engine.ContinueLog(head);
            Second(WallClock.Steady.Read());
        }
    }

    /// <summary>The estimator behind it.</summary>
    public ClockEngine Engine { get; }

    /// <summary>Each device's thread; null where it is not configured.</summary>
    public ReceiverLoop? Receiver { get; }

    public PulseLoop? Pulses { get; }

    public PeerLoop? Peers { get; }

    /// <summary>What became of what the run before kept, in words.</summary>
    public string KeptBefore => memory.Before;

    /// <summary>Samples that chronyd took, and that nobody was there for; null without a feed.</summary>
    public (long Sent, long Dropped)? Fed => feed is null ? null : (feed.Sent, feed.Dropped);

    /// <summary>The log's file and its bytes.</summary>
    public (string Name, long Bytes) Log
    {
        get
        {
            lock (order)
            {
                return (log.Name, log.Bytes);
            }
        }
    }

    /// <summary>What is wrong beside the devices and the engine.</summary>
    public IEnumerable<string> Problems =>
        ((string?[])
        [
            Receiver?.Problem, Pulses?.Problem, Peers?.Problem, logProblem, foundProblem, leaps.Problem, memory.Problem,
        ])
        .Where(problem => problem is not null)!;

    /// <summary>The newest events, for people.</summary>
    public ClockEvent[] Events
    {
        get
        {
            lock (shown)
            {
                return [.. shown];
            }
        }
    }

    /// <summary>Starts the threads.</summary>
    public void Start(Action<Exception> onFailure)
    {
        Receiver?.Start(onFailure);
        Pulses?.Start(onFailure);
        Peers?.Start(onFailure);
        thread = new Thread(() => Run(onFailure)) { Name = "clock", IsBackground = true };
        thread.Start();
    }

    /// <inheritdoc/>
    public ClockReading Map(long stampNs) => Engine.Map(stampNs);

    /// <inheritdoc/>
    public ClockReading Map(long stampNs, int leg) => Engine.Map(stampNs, leg);

    /// <summary>What the manifest says of the clock; the head that it names is on the medium.</summary>
    public ClockSummary Summarise()
    {
        lock (order)
        {
            ClockSummary summary = Engine.Summarise();
            Guarded(log.Sync);
            return summary;
        }
    }

    /// <summary>Takes the oldest event that no manifest has told yet.</summary>
    public bool TryTakeEvent(out ClockEvent happened)
    {
        if (!Engine.TryTakeEvent(out happened))
        {
            return false;
        }

        lock (shown)
        {
            if (shown.Count == Limits.EventsShown)
            {
                shown.Dequeue();
            }

            shown.Enqueue(happened);
        }

        return true;
    }

    /// <summary>
    /// The present second of UTC; null while the clock is unset or what is known of leap seconds is in doubt.
    /// </summary>
    public BoardTime? UtcNow()
    {
        TrueTime now = Engine.Now(CounterReader.Now());
        return now.State != ClockState.Unset && Engine.TaiMinusUtc is int offset
            ? BoardTime.Of(now.TaiNs - (offset * SecondNs), now.BoundNs)
            : null;
    }

    /// <summary>The devices are to be given up; the clock coasts on until it is disposed.</summary>
    public void BeginStop()
    {
        Receiver?.BeginStop();
        Pulses?.BeginStop();
        Peers?.BeginStop();
    }

    /// <summary>Ends the threads, the log's file, and keeps the clock for the next run.</summary>
    public void Dispose()
    {
        stop.Set();
        thread?.Join();
        thread = null;
        Receiver?.Dispose();
        Pulses?.Dispose();
        Peers?.Dispose();
        lock (order)
        {
            Keep();
            Guarded(log.End);
        }

        feed?.Dispose();
        memory.Dispose();
        log.Dispose();
        stop.Dispose();
    }

    private void Run(Action<Exception> onFailure)
    {
        try
        {
            if (!isRecovered)
            {
                // The run before ended without a word: its log is read while packets are recorded already.
                (Hash32 head, string? problem) = log.ComputeEnd();
                Engine.ContinueLog(head);
                foundProblem = problem is null ? null : $"the anchor log of the runs before is not whole: {problem}";
            }

            while (!stop.Wait((int)(ReadingNs / 1_000_000)))
            {
                (CounterPair System, long BehindNs) now = WallClock.Steady.Read();
                if (now.System.At.Nanoseconds >= nextTickRaw)
                {
                    Second(now);
                }
                else
                {
                    Between(now);
                }
            }
        }
        catch (Exception failure)
        {
            onFailure(failure);
        }
    }

    // Stamps are put on the box's line of time before they are mapped: the engine must know how far behind that is.
    private void Between((CounterPair System, long BehindNs) now)
    {
        lock (order)
        {
            byte[] row = Engine.TakePair(now.System, now.BehindNs);
            Guarded(() => log.Append(row));
        }
    }

    private void Second((CounterPair System, long BehindNs) looked)
    {
        CounterPair now = looked.System;
        nextTickRaw = NextTick(now.At.Nanoseconds);
        long utcSeconds = UtcSeconds(now);
        if (seconds % Limits.SecondsBetweenLeapFiles == 0)
        {
            leaps.Tell(now.At, utcSeconds);
        }

        Engine.Take(now, looked.BehindNs);
        Engine.Take(HostClock.Steering());
        if (options.Thermometer is { } path && HostClock.TryTemperature(path, 0, out TemperatureObservation warmth))
        {
            Engine.Take(warmth);
        }

        lock (order)
        {
            int day = (int)(utcSeconds / 86_400);
            if (Engine.TryResume(now.At, isHandedOver) || log.IsDue(day))
            {
                byte[] head = Engine.BeginLogFile();
                Guarded(() =>
                {
                    log.Begin(head, day);
                    logProblem = null;
                });
            }

            byte[] row = Engine.Tick(now.At, utcSeconds);
            Guarded(() => Write(row));
            if (++seconds % Limits.SecondsBetweenKeeping == 0)
            {
                Keep();
            }
        }

        Feed();
    }

    // Half a second after the pulse: it has come by then, and its message too.
    private long NextTick(long raw)
    {
        long phase = ((Pulses?.LastRaw ?? 0) + (SecondNs / 2)) % SecondNs;
        long since = ((raw - phase) % SecondNs + SecondNs) % SecondNs;

        // A step that came early by less than a reading is this second's.
        return raw - since + (since > SecondNs - ReadingNs ? 2 * SecondNs : SecondNs);
    }

    private void Write(ReadOnlySpan<byte> row)
    {
        log.Append(row);
        if (seconds % Limits.SecondsBetweenFlushes == 0)
        {
            log.Sync();
        }
    }

    // Our own clock where it has one: the system clock may be anywhere before chronyd has set it.
    private long UtcSeconds(in CounterPair now)
    {
        TrueTime own = Engine.Now(now.At);
        return own.State == ClockState.Unset
            ? now.Reading.Nanoseconds / SecondNs
            : LeapSeconds.ToUtc(new TaiTime(own.TaiNs / 1000)) / TaiTime.MicrosecondsPerSecond;
    }

    // Only what is known within a millisecond: chronyd has no way to be told how good a sample is.
    private void Feed()
    {
        if (feed is null)
        {
            return;
        }

        CounterPair pair = CounterReader.SystemClock();
        TrueTime now = Engine.Now(pair.At);
        ClockReport report = Engine.Report();
        if (now.BoundNs <= FeedBoundNsMax && report.Leap is "known" or "expired")
        {
            feed.TrySend(pair.Reading, now.TaiNs - (report.TaiMinusUtc * SecondNs), report.LeapNext);
        }
    }

    private void Keep()
    {
        KeptClock? kept = Engine.Keep();
        memory.Put(kept, new LogEnd(log.Name, log.Bytes, Engine.Report().Head.ToString()));
    }

    // A log that cannot be written is told of and does not end the clock: heads of manifests then are in no file. It is
    // told of until a new file has begun; rows that go nowhere meanwhile are no success.
    private void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (JournalDeviceException failure)
        {
            log.Abandon();
            logProblem = $"the anchor log is not written, bounds cannot be computed again: {failure.Message}";
        }
    }
}
