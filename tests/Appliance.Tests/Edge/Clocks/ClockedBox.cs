using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Flow;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Tests.Flow.Engine;
using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Tests.Edge.Clocks;

/// <summary>
/// The pipeline of a box behind the engine of its clock, second by second under a time that the test makes: pulses,
/// packets whose moment at the wire is known, and at the end the batches as anyone with the keys reads them.
/// </summary>
internal sealed class ClockedBox : IDisposable
{
    public const long UtcLessTaiNs = -37 * SecondNs;
    private const long SecondNs = 1_000_000_000;

    // Longer than a flow may be silent: what ends then has ended by itself.
    private const int QuietSeconds = 12;
    private const int Day = (int)(TwoLegs.StartNs / SecondNs / 86_400);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-clocked-");
    private readonly KeySet keys;
    private readonly FlashFolder flash;
    private readonly BoxPipeline box;
    private readonly RecordQueue unused = new(8192);
    private readonly List<byte> log = [];
    private int second;

    public ClockedBox(string configuration, string[] interfaces)
    {
        Random random = new(1);
        keys = KeySet.MakeLab(random.NextBytes, Day, 2);
        if (!ConfigurationFile.TryParse(configuration, out ApplianceOptions options, out string problem)
            || !FlowSettings.TryMake(options, options.Legs, interfaces, out FlowOptions flow, out problem))
        {
            throw new ArgumentException(problem);
        }

        Clock = new ClockEngine(ClockSettings.Of(options, null) with { EarliestTaiNs = 0 });
        log.AddRange(Clock.BeginLogFile());
        flash = FlashFolder.Open(Path.Combine(folder.FullName, "journal"));
        box = new BoxPipeline(
            options, flow, keys, flash, Clock, new SoftwareIdentity("test", default), random.NextBytes);
    }

    public ClockEngine Clock { get; }

    /// <summary>Events of the clock that were told so far.</summary>
    public List<ClockEvent> Told { get; } = [];

    /// <summary>The anchor log.</summary>
    public byte[] Log => [.. log];

    /// <summary>Rows of the open batch.</summary>
    public int OpenRows => box.OpenRows;

    /// <summary>A second: its packets, its pulse, the clock's step, and what the writing thread does.</summary>
    /// <param name="packets">
    /// Adds the packets of the second; their times are milliseconds since it began, which is at <see cref="Begun"/>.
    /// </param>
    /// <param name="pulseErrorNs">The pulse is late by this.</param>
    /// <param name="spoofing">What the receiver says of its signals.</param>
    public void Second(
        Action<TwoLegs>? packets = null, long pulseErrorNs = 0, SpoofingState spoofing = SpoofingState.None)
    {
        second++;
        Observe(pulseErrorNs, spoofing);
        TwoLegs frames = new();
        packets?.Invoke(frames);
        frames.Play(box.Engine, unused, quietSeconds: 0, close: false);
        box.Engine.AdvanceTo(TwoLegs.StartNs + Raw + (SecondNs * 45 / 100));
        RawTime step = new(Raw + (SecondNs / 2));
        Clock.Take(new CounterPair(
            step, CounterId.SystemClock, new RawTime(TwoLegs.StartNs + step.Nanoseconds), 40));
        log.AddRange(Clock.Tick(step, (TwoLegs.StartNs + step.Nanoseconds) / SecondNs));
        Serve();
    }

    /// <summary>What the present second began at, in milliseconds of <see cref="TwoLegs"/>.</summary>
    public double Begun => Raw / 1e6;

    /// <summary>Ends all flows and the last batch.</summary>
    public void Close()
    {
        for (int i = 0; i < QuietSeconds; i++)
        {
            Second();
        }

        box.Engine.CloseAll(EndReason.Stopped);
        Serve();
        if (!box.Close())
        {
            throw new InvalidOperationException("the flash is full");
        }
    }

    /// <summary>The batches in order, opened.</summary>
    public List<(Manifest Manifest, RowBatch Rows)> Batches()
    {
        List<(Manifest, RowBatch)> found = [];
        ChainVerifier chain = new(keys.DeviceKey, new ReaderRules(keys.Device, keys.Notice, int.MaxValue));
        RowOpener opener = new(keys.Recipients.Where(key => key.Role == KeyRole.Ingest));
        foreach (JournalFrame frame in new JournalReader(flash).Frames())
        {
            if (frame.Label.Kind == FrameKind.EpochStatement)
            {
                chain.AddEpoch(frame.Payload);
            }
            else if (frame.Label.Kind == FrameKind.Batch)
            {
                chain.AddBatch(frame.Payload.ToArray(), out VerifiedBatch? batch);
                Refusal refusal = opener.TryOpen(batch!, SectionSet.Both, out RowBatch rows, out _);
                found.Add(refusal == Refusal.None
                    ? (batch!.Manifest, rows)
                    : throw new InvalidOperationException($"{refusal}"));
            }
        }

        return found;
    }

    public void Dispose()
    {
        box.Dispose();
        flash.Dispose();
        folder.Delete(recursive: true);
    }

    private long Raw => second * SecondNs;

    private void Serve()
    {
        long now = TwoLegs.StartNs + Raw + (SecondNs * 6 / 10);
        foreach (LearnedDelay learned in BoxClock.Shown(box))
        {
            Clock.Learn(learned);
        }

        while (Clock.TryTakeEvent(out ClockEvent happened))
        {
            Told.Add(happened);
            BoxClock.Tell(happened, now, box);
        }

        box.Drain(now);
    }

    private void Observe(long errorNs, SpoofingState spoofing)
    {
        SourceId receiver = new(SourceKind.Receiver);
        Clock.Take(new PulseObservation(
            new SourceId(SourceKind.KernelPulse), CounterId.MonotonicRaw, new RawTime(Raw + errorNs), 4, (uint)second,
            true));
        Clock.Take(new TimeOfDayObservation(
            receiver, new RawTime(Raw + 100_000_000),
            new ScaledTime(TimeScale.Gps, TwoLegs.StartNs + Raw + (18 * SecondNs)), 20,
            TimeValidity.Date | TimeValidity.Time | TimeValidity.Fix, FixMode.TimeOnly, EpochVerdict.Plausible,
            PulseNamed.Last));
        Clock.Take(new HealthObservation(
            receiver, new RawTime(Raw), JammingState.None, spoofing, AntennaState.Working, null, null, null));
    }
}
