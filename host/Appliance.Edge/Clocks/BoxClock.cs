using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Flow;
using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Wire;
using KernelSays = Appliance.Linux.Process;

namespace Appliance.Edge.Clocks;

/// <summary>
/// The clock of the box, whichever it has: one of its own where a receiver or peers are configured, else the kernel's,
/// taken at its word.
/// </summary>
internal sealed class BoxClock : IDisposable
{
    private readonly KernelClock kernel;
    private readonly ClockService? service;
    private readonly ApplianceOptions options;
    private readonly SteadyFile line;
    private readonly SteadyMap map;
    private readonly ExpiryClock expiry;
    private long stepsTold = WallClock.Steady.Steps;
    private ManifestEvent? waiting;
    private long toldDropped;

    /// <summary>Opens it; the process before, if any, has ended its own.</summary>
    /// <exception cref="Journal.JournalDeviceException">The folder of the anchor log cannot be used.</exception>
    public BoxClock(
        ApplianceOptions options, KeySet keys, PulseOpening pulses, IReceiverLine? relay, bool isHandedOver)
    {
        this.options = options;
        kernel = new KernelClock(ClockSettings.PathsOf(options));
        service = options.Clock.HasSources ? new ClockService(options, keys, pulses, relay, isHandedOver) : null;
        line = new SteadyFile(options.Journal.Path, SteadyFile.BootOf());
        expiry = new ExpiryClock(options.Journal.Path);
        map = new SteadyMap((IClockMap?)service ?? kernel, WallClock.Steady, isSystems: service is null);
        Look();
    }

    /// <summary>From stamps to true time.</summary>
    public IClockMap Map => map;

    /// <summary>Starts the threads of the devices.</summary>
    public void Start(Action<Exception> onFailure) => service?.Start(onFailure);

    /// <summary>
    /// The end has begun: devices are given up meanwhile, so that whoever takes over need not wait for their threads.
    /// </summary>
    public void BeginStop() => service?.BeginStop();

    /// <summary>
    /// Once a second, on the writing thread: the kernel's state is read, joined flows are held against the declared
    /// stamp paths, and what happened to the clock goes into the next manifest. Of records that have left already the
    /// event is the correction; those that have not are given the wider bound.
    /// </summary>
    public void EachSecond(long nowNs, BoxPipeline box)
    {
        Look();
        long systemNs = WallClock.Steady.ToSystem(nowNs);

        // A correction that the open batch has no room for is told by the next one.
        waiting = waiting is { } untold && !box.TryNote(untold) ? untold : null;
        TellSteps(nowNs, box);
        Learn(Shown(box), systemNs, box);

        if (service is null)
        {
            return;
        }

        long dropped = service.Engine.EventsDropped;
        if (waiting is null && dropped > toldDropped)
        {
            waiting = Note(null, systemNs, $"clock: {dropped} events are in no manifest, the queue was full", box);
            toldDropped = dropped;
        }

        for (int i = 0;
            waiting is null && i < Limits.EventsInManifest && service.TryTakeEvent(out ClockEvent happened);
            i++)
        {
            waiting = Tell(happened, systemNs, box);
        }
    }

    /// <summary>The present second of UTC, as far as it is known: for the clock of the board. Any thread.</summary>
    public BoardTime? UtcNow() => service is not null ? service.UtcNow() : KernelUtcNow();

    /// <summary>UTC by the kernel's clock, where somebody disciplines it.</summary>
    public static BoardTime? KernelUtcNow()
    {
        KernelSays.KernelClockState state = KernelSays.KernelClock.Read();
        return state.IsSynchronised
            ? BoardTime.Of(CounterReader.SystemClock().Reading.Nanoseconds, (long)state.MaxErrorUs * 1000)
            : null;
    }

    /// <summary>The time by which flash forgets now; null where none is known. On the writing thread.</summary>
    public TaiTime? ForgetsBy(long nowNs) => expiry.Take(map.Map(nowNs), nowNs);

    /// <summary>How it is; a bound is what a record has whose packets were stamped at the last step.</summary>
    public ClockStatus Status()
    {
        ClockReading[] latest = [.. Enumerable.Range(0, options.Legs.Count).Select(Latest)];
        uint[] bounds = [.. latest.Append(Latest(-1)).Select(reading => reading.BoundUs)];
        LegBound[] legs =
        [
            .. latest.Select((reading, i) => new LegBound(
                FlowSettings.NameOf(options.Legs[i]), LegBound.Known(reading.BoundUs))),
        ];
        uint? widest = LegBound.Known(bounds.Max());
        return service is not null
            ? ClockDetail.StatusOf(service, widest) with { Legs = legs }
            : new ClockStatus(kernel.Known.IsSynchronised ? "network" : "unset", widest) { Legs = legs };
    }

    /// <summary>What is wrong and what to do, a sentence each.</summary>
    public IEnumerable<string> Alarms() =>
    [
        .. service is not null ? ClockAlarms.Of(service.Engine.Report(), service.Problems)
            : kernel.Known.IsSynchronised ? []
            : [StatusWords.ClockUnset],
        .. ((string?[])[line.Problem, expiry.Problem]).OfType<string>(),
    ];

    /// <inheritdoc/>
    public void Dispose() => service?.Dispose();

    /// <summary>
    /// Holds what joined flows show against the declared paths. Of the kernel's clock only while no event waits: what
    /// is not learned now is shown again in a second, an event that is overwritten is not.
    /// </summary>
    internal void Learn(IEnumerable<LearnedDelay> shown, long nowNs, BoxPipeline box)
    {
        foreach (LearnedDelay learned in shown)
        {
            if (service is not null)
            {
                service.Engine.Learn(learned);
            }
            else if (waiting is null && kernel.Learn(learned) is { } slow)
            {
                box.WidenBy(slow.ShortUs);
                waiting = Note(null, nowNs, $"clock: {slow.Words}", box);
            }
        }
    }

    /// <summary>What joined flows show of the delays between legs.</summary>
    internal static List<LearnedDelay> Shown(BoxPipeline box)
    {
        List<LearnedDelay> shown = [];
        foreach (LegDelayReading reading in box.Engine.LegDelays)
        {
            if (ClockSettings.DelayOf(reading) is { } learned)
            {
                shown.Add(learned);
            }
        }

        return shown;
    }

    /// <summary>What happened to the clock, for the next manifest and the rows of the open batch.</summary>
    /// <returns>What that manifest has no room for; null where it has.</returns>
    internal static ManifestEvent? Tell(in ClockEvent happened, long nowNs, BoxPipeline box)
    {
        if (happened.DoubtSince is { } since)
        {
            box.Widen(since, happened.DoubtBoundUs);
        }

        box.WidenBy(happened.ShortUs);
        return Note(happened.Time, nowNs, happened.Words(), box);
    }

    private static ManifestEvent? Note(TaiTime? at, long nowNs, string words, BoxPipeline box)
    {
        ManifestEvent told = new(at ?? LeapSeconds.ToTai(nowNs / 1000), EventKind.Clock, words);
        return box.TryNote(told) ? null : told;
    }

    private void TellSteps(long lineNs, BoxPipeline box)
    {
        line.Keep(WallClock.Steady);
        long steps = WallClock.Steady.Steps;
        if (waiting is null && steps > stepsTold)
        {
            const string Words = "the system clock was stepped; packets are ordered without the step";
            waiting = Note(Map.Map(lineNs).Time, lineNs, Words, box);
            stepsTold = steps;
        }
    }

    private ClockReading Latest(int leg) => service?.Engine.LastStep(leg) ?? kernel.Latest(leg);

    // What the kernel says of its clock holds for the offset of that moment; where it was stepped between the two
    // readings the state belongs to neither, and the one before stands for a second more.
    private void Look()
    {
        (CounterPair now, long offsetNs) = WallClock.Steady.Read();
        KernelSays.KernelClockState said = KernelSays.KernelClock.Read();
        if (WallClock.Steady.Read().OffsetNs != offsetNs)
        {
            return;
        }

        long atNs = now.Reading.Nanoseconds;
        kernel.Take(new KernelClockState(atNs, said.IsSynchronised, (uint)Math.Min(said.MaxErrorUs, int.MaxValue)));
        map.Take(atNs - offsetNs, offsetNs, said.IsSynchronised);
    }
}
