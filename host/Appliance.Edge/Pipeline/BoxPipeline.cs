using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Flow.Lines;
using Appliance.Journal;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// The way of a record through the box, wired by hand: the engine writes finished records into the queue; rows are made
/// from them, fill a batch, and the batch becomes durable in the journal. A live box runs the two halves on two
/// threads; a replay runs them in turn on one.
/// </summary>
public sealed class BoxPipeline : IDisposable
{
    private const int QueueRecords = 1 << 15;

    // Sessions are told of after the fact: the way of a stamp is no matter, a stepped clock is.
    private const long SessionStepUs = 10_000;
    private const Counter FirstDrop = Counter.KernelDropsInside;

    private readonly RecordQueue queue = new(QueueRecords);
    private readonly JournalWriter journal;
    private readonly StartedEpoch epoch;
    private readonly KeySet keys;
    private readonly IClockMap clock;
    private readonly Policy policy;
    private readonly RowMaker maker;
    private readonly FirstRecords firsts;
    private readonly BatchWriter batches;
    private readonly LineRows lineRows;
    private readonly ulong[] counters;
    private readonly TaiTime? lastTime;
    private SealingPolicy sealing;
    private volatile bool isOver;
    private TaiTime? unrecordedSince;
    private TaiTime lastPass;
    private readonly ulong[] drops = new ulong[4];
    private ulong alarms;

    /// <summary>Recovers the journal, begins an epoch, and takes all memory of the packet path.</summary>
    /// <exception cref="JournalDeviceException">The flash cannot be used.</exception>
    public BoxPipeline(
        ApplianceOptions options, FlowOptions flow, KeySet keys, IJournalDevice flash, IClockMap clock,
        SoftwareIdentity software, RandomSource random)
    {
        this.keys = keys;
        this.clock = clock;
        policy = NoticePolicy.Of(options.Notice);
        JournalOptions settings = SettingsOf(options.Journal);
        journal = JournalWriter.Open(flash, settings, out RecoveryReport found);
        Recovery = found;
        sealing = new SealingPolicy(
            keys.Notice, NoticePolicy.HashOf(options.Notice), LastControl: 0, keys.Schedule());
        epoch = EpochOpening.Begin(
            journal, new JournalReader(flash), found, keys, software, sealing, random, out Manifest? last);
        (lastTime, ControlBefore) = (last?.Last, last?.LastControl ?? 0);
        Span<byte> hashKey = stackalloc byte[32];
        random(hashKey);
        Engine = new FlowEngine(flow, queue, hashKey);
        Flow = flow;
        counters = new ulong[Enum.GetValues<Counter>().Length];
        maker = new RowMaker(flow, Engine.Names, Engine.Routes, clock);
        firsts = new FirstRecords(flow.FlowLimit, epoch.Statement.Epoch.Number);
        lineRows = new LineRows(policy);
        batches = new BatchWriter(epoch.Sealer, journal, clock, policy, options.Batch, firsts);
    }

    /// <summary>The packet half.</summary>
    public FlowEngine Engine { get; }

    /// <summary>What the packet half was told.</summary>
    public FlowOptions Flow { get; }

    /// <summary>
    /// Sessions and blocks; their records are written with the flows'. Only the draining thread uses it.
    /// </summary>
    public SessionTable? Lines { get; set; }

    /// <summary>What became of the messages about them.</summary>
    public LineTally LineTally { get; } = new();

    /// <summary>Messages about sessions that found the queue full.</summary>
    internal ulong LineDrops { get; set; }

    /// <summary>What the start found on the flash.</summary>
    public RecoveryReport Recovery { get; }

    /// <summary>Number of the last control message, as the last durable manifest before this run names it.</summary>
    internal ulong ControlBefore { get; }

    /// <summary>Latest time that rows before this run have; null where there are none.</summary>
    internal TaiTime? TimeBefore => lastTime;

    /// <summary>Records that were finished and not written, because the notice was withdrawn.</summary>
    internal long Unwritten { get; private set; }

    /// <summary>Recording was ended, and what was in memory is gone.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>No batch waits for room on the flash.</summary>
    internal bool IsDurable => !batches.IsWaiting;

    /// <summary>Batches written.</summary>
    public long Batches => batches.Batches;

    /// <summary>The journal; only the thread that drains may call it.</summary>
    internal JournalWriter Journal => journal;

    /// <summary>Epoch that was begun.</summary>
    public EpochStatement Epoch => epoch.Statement;

    /// <summary>Rows of the open batch.</summary>
    public int OpenRows => batches.Rows.Count;

    /// <summary>Where the chain ends; null before the first batch.</summary>
    internal ChainPosition? Head => batches.Last is { } last
        ? new ChainPosition(last.Manifest.Epoch, last.Sequence, last.Id)
        : null;

    /// <summary>Flow rows that an excluded range kept out.</summary>
    public ulong Excluded => policy.Excluded;

    /// <summary>
    /// Takes what the engine has finished; closes batches that are due. False when the flash is full.
    /// </summary>
    /// <param name="nowNs">Time of the engine, raw.</param>
    public bool Drain(long nowNs)
    {
        Engine.Counters.CopyTo(counters);
        drops.CopyTo(counters.AsSpan((int)FirstDrop));
        counters[(int)Counter.RecordsExcluded] = policy.Excluded;
        counters[(int)Counter.Alarms] = alarms;
        CountLines();
        TaiTime now = lastPass = clock.Map(nowNs).Time;
        if (isOver)
        {
            DropRecords();
        }

        bool isDurable = batches.Advance(now, nowNs, counters) == CommitState.Durable;
        for (ReadOnlySpan<FlowRecord> ready = queue.Peek(); ready.Length > 0 && isDurable; ready = queue.Peek())
        {
            int taken = 0;
            while (taken < ready.Length && isDurable)
            {
                Add(ready[taken++]);
                isDurable = !batches.IsFull || batches.Advance(now, nowNs, counters) == CommitState.Durable;
            }

            queue.Release(taken);
        }

        return isDurable && DrainLines(now, nowNs);
    }

    /// <summary>
    /// From here on nothing is recorded: what is in memory, rows of the open batch among them, is not written. The
    /// chain goes on with what happened. Any thread.
    /// </summary>
    internal void EndRecording() => isOver = true;

    /// <summary>The number that manifests name from here on. On the draining thread.</summary>
    internal void UseControl(ulong number)
    {
        if (number != sealing.LastControl)
        {
            sealing = sealing with { LastControl = number };
            epoch.Sealer.Use(sealing);
        }
    }

    /// <summary>
    /// Packets that were dropped before a ring, or found it full, by leg and cumulative in the epoch; they go into the
    /// next manifest.
    /// </summary>
    internal void SetDrops(ulong kernelInside, ulong kernelOutside, ulong ringInside, ulong ringOutside)
    {
        drops[Counter.KernelDropsInside - FirstDrop] = kernelInside;
        drops[Counter.KernelDropsOutside - FirstDrop] = kernelOutside;
        drops[Counter.RingDropsInside - FirstDrop] = ringInside;
        drops[Counter.RingDropsOutside - FirstDrop] = ringOutside;
    }

    /// <summary>
    /// Says when reception began: what lies between the last durable record and this was not recorded, and stands as a
    /// gap in the first manifest of the epoch and as a record of its own.
    /// </summary>
    /// <param name="startNs">Raw time from which packets are received.</param>
    /// <param name="isHandedOver">The process before recorded all until then.</param>
    /// <returns>
    /// The gap in milliseconds, null where nothing was recorded before or nobody knows; and why nobody does.
    /// </returns>
    internal (double? GapMs, string? Doubt) NoteRestart(long startNs, bool isHandedOver)
    {
        ClockReading begun = clock.Map(startNs);
        batches.Advance(begun.Time, startNs, counters);
        return RestartGap.Note(batches, begun, lastTime, isHandedOver);
    }

    /// <summary>
    /// Says that this run records nothing: all of it stands as a gap in its manifests, from the last record before on.
    /// </summary>
    /// <param name="startNs">Raw time of the start.</param>
    /// <returns>No gap between runs that anybody could measure.</returns>
    internal (double? GapMs, string? Doubt) NoteNothingRecorded(long startNs)
    {
        lastPass = clock.Map(startNs).Time;
        unrecordedSince = lastTime ?? lastPass;
        return (null, null);
    }

    /// <summary>Counts alarms that were raised; the sum of the epoch stands in every manifest.</summary>
    internal void CountAlarms(ulong raised) => counters[(int)Counter.Alarms] = alarms += raised;

    /// <summary>Makes durable at once what the open batch holds; false where the flash is full.</summary>
    internal bool Flush() => journal.Commit() == CommitState.Durable
        && (!batches.HasContent || CloseBatch() == CommitState.Durable);

    /// <summary>Notes a stretch in which something was not seen.</summary>
    internal void Note(ManifestGap gap) => batches.Note(gap);

    /// <summary>Notes something that happened; false where the next manifest has no room for it yet.</summary>
    internal bool TryNote(ManifestEvent happening) => batches.TryNote(happening);

    /// <summary>Trust in the clock was taken back: rows that have not left have this bound at least.</summary>
    internal void Widen(TaiTime since, uint boundUs) => batches.Widen(since, boundUs);

    /// <summary>Bounds were given too small by so much: rows that have not left are given it.</summary>
    internal void WidenBy(uint shortUs) => batches.WidenBy(shortUs);

    /// <summary>Notes packets that were not seen, in the manifest and as a record of their own.</summary>
    internal void Note(in NotedGap gap)
    {
        if (gap.Manifest is { } cause)
        {
            batches.Note(new ManifestGap(gap.From, gap.To, cause));
        }

        GapRow row = new()
        {
            From = gap.From,
            To = gap.To,
            Leg = batches.Rows.Strings.Add(gap.Leg),
            Cause = batches.Rows.Strings.Add(gap.Cause),
            Estimate = gap.Packets,
        };
        batches.Add(row);
    }

    /// <summary>Appends the signed end of the chain; durable with the next commit.</summary>
    internal void AppendCheckpoint()
    {
        if (Head is { } head)
        {
            using SigningKey deviceKey = keys.OpenDeviceKey();
            (byte[] checkpoint, _) = new Checkpoint(keys.Device, head).Sign(deviceKey);
            journal.Append(FrameKind.Checkpoint, head.Epoch.Number, head.Sequence, checkpoint);
        }
    }

    /// <summary>
    /// Closes the open batch, signs where the chain ends, and leaves the flash in order; false when it is full.
    /// </summary>
    /// <param name="untilNs">All packets stamped until then were taken; 0 where that is not known.</param>
    /// <param name="keepBlank">Another run follows soon: the segment that was prepared stays for it.</param>
    public bool Close(long untilNs = 0, bool keepBlank = false)
    {
        if (untilNs != 0)
        {
            batches.CoverUntil(clock.Map(untilNs).Time);
        }

        bool isDurable = CloseBatch() == CommitState.Durable;
        AppendCheckpoint();
        return journal.Close(keepBlank) == CommitState.Durable && isDurable;
    }

    /// <summary>Clears the keys of the epoch.</summary>
    public void Dispose() => epoch.Sealer.Dispose();

    private static JournalOptions SettingsOf(JournalSettings settings)
    {
        JournalOptions options = new() { SegmentBytes = settings.SegmentMiB << 20 };
        return settings.TotalMiB == 0 ? options : options with { TotalBytesMax = (long)settings.TotalMiB << 20 };
    }

    // The stretch that a manifest covers does not say that anything was recorded in it.
    private CommitState CloseBatch()
    {
        if (unrecordedSince is { } since)
        {
            // A clock that was set back: which of the two is right nobody knows.
            (TaiTime from, TaiTime to) = since <= lastPass ? (since, lastPass) : (lastPass, since);
            batches.Note(new ManifestGap(from, to, GapCause.Restart));
            unrecordedSince = lastPass;
        }

        return batches.Close(counters);
    }

    private void DropRecords()
    {
        HasEnded = true;
        unrecordedSince ??= batches.Last?.Manifest.Last ?? lastTime ?? lastPass;
        Lines = null;
        Unwritten += batches.DropRows();
        for (ReadOnlySpan<FlowRecord> ready = queue.Peek(); ready.Length > 0; ready = queue.Peek())
        {
            Unwritten += ready.Length;
            queue.Release(ready.Length);
        }
    }

    private bool DrainLines(TaiTime now, long nowNs)
    {
        long laterUs = now.Microseconds - LeapSeconds.ToTai(nowNs / 1000).Microseconds;
        bool isDurable = true;
        while (isDurable && Lines is not null && Lines.TryNext(out LineRecord? record))
        {
            lineRows.Add(record, batches.Rows, laterUs / SessionStepUs * SessionStepUs);
            isDurable = !batches.IsFull || batches.Advance(now, nowNs, counters) == CommitState.Durable;
        }

        return isDurable;
    }

    private void CountLines()
    {
        counters[(int)Counter.LineMessages] = LineTally.Taken;
        counters[(int)Counter.LineMessagesRefused] = LineTally.Malformed + LineTally.Unauthentic;
        counters[(int)Counter.LineMessagesDropped] = LineDrops + LineTally.Refused;
        counters[(int)Counter.SessionConflicts] = LineTally.Conflicts;
    }

    private void Add(in FlowRecord record)
    {
        FlowRow row = maker.Make(record, batches.Rows.Strings);
        if (!policy.TryAdmit(ref row))
        {
            return;
        }

        row.First = firsts.Add(record.Slot, record.FlowNumber);
        batches.Rows.Flows.Add(row);
    }
}
