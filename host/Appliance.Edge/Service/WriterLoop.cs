using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Uplink;
using Appliance.Flow;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// The writing thread of a live box: rows, batches, journal, and once a second what belongs beside them: the clock's
/// state, the rings' counters, the next segment, the checkpoint, expiry, and the status that the admin socket shows.
/// </summary>
internal sealed class WriterLoop
{
    private const int PassMs = 20;
    private const long SecondNs = 1_000_000_000;
    private const int SecondsBetweenCheckpoints = 60;

    private readonly BoxParts parts;
    private readonly BoxPipeline box;
    private readonly LiveLegs legs;
    private readonly ApplianceOptions options;
    private readonly StatusBoard board;
    private readonly UplinkService? uplink;
    private readonly LossWatch watch = new();
    private readonly PauseHistory pauses = new();
    private readonly LossNotes losses = new();
    private readonly FlashExpiry expiry;
    private long nextSecondNs;
    private int secondsToCheckpoint = SecondsBetweenCheckpoints;
    private long fullSinceNs;
    private long coveredUntilNs;
    private long lastPassMs = Environment.TickCount64;
    private volatile bool isStopping;

    public WriterLoop(BoxParts parts, StatusBoard board)
    {
        this.parts = parts;
        box = parts.Box;
        legs = parts.Legs;
        options = parts.Options;
        uplink = parts.Uplink;
        this.board = board;
        expiry = new FlashExpiry(box, options.Journal.RetentionDays);
    }

    /// <summary>Monotonic time of the last pass, milliseconds. Any thread.</summary>
    public long LastPassMs => Volatile.Read(ref lastPassMs);

    /// <summary>Ends <see cref="Run"/>; called once the packet thread has ended.</summary>
    /// <param name="untilNs">All packets stamped until then were taken; 0 where that is not known.</param>
    public void Stop(long untilNs)
    {
        coveredUntilNs = untilNs;
        isStopping = true;
    }

    /// <summary>Runs until it is stopped; then closes the last batch and the journal.</summary>
    public void Run()
    {
        while (!isStopping)
        {
            Volatile.Write(ref lastPassMs, Environment.TickCount64);
            long nowNs = WallClock.NowNs;
            if (nowNs >= nextSecondNs)
            {
                nextSecondNs = nowNs + SecondNs;
                EachSecond(nowNs);
            }

            parts.Lines?.Pump(nowNs);
            Note(box.Drain(nowNs), nowNs);
            parts.Supervisor?.Serve(box, Tai(nowNs));
            parts.Acceptance.Serve(box, Tai(nowNs));
            parts.Control?.Serve(box, Tai(nowNs));
            Thread.Sleep(PassMs);
        }

        parts.Lines?.Finish(WallClock.NowNs);
        TakeLosses(WallClock.NowNs);
        parts.Clock.EachSecond(WallClock.NowNs, box);
        parts.Supervisor?.Serve(box, Tai(WallClock.NowNs));
        parts.Acceptance.Serve(box, Tai(WallClock.NowNs));
        bool isDrained = box.Drain(WallClock.NowNs);
        parts.Control?.Serve(box, Tai(WallClock.NowNs));
        bool isDurable = isDrained && box.Close(coveredUntilNs, keepBlank: true);
        parts.Control?.Settle(box);
        board.Publish(Status(isFull: !isDurable));
    }

    private void EachSecond(long nowNs)
    {
        parts.Clock.EachSecond(nowNs, box);
        pauses.Add(parts.Packets.Pauses.TakeLongestNs());
        TakeLosses(nowNs);
        uplink?.SettleJournal(box.Journal);
        bool isFull = !box.Journal.Prepare() || fullSinceNs != 0;
        if (--secondsToCheckpoint == 0)
        {
            secondsToCheckpoint = SecondsBetweenCheckpoints;
            box.AppendCheckpoint();
            box.Journal.Commit();
            Expire(nowNs);
            if (box.OpenRows == 0)
            {
                // Without rows no batch grows old: what happened is durable each minute all the same.
                box.Flush();
            }
        }

        board.Publish(Status(isFull));
    }

    private void TakeLosses(long nowNs)
    {
        legs.ReadCounters();
        ulong inside = legs.Dropped(Leg.Inside);
        ulong outside = legs.Dropped(Leg.Outside);
        box.SetDrops(legs.KernelDropped(Leg.Inside), legs.KernelDropped(Leg.Outside), inside, outside);
        foreach (NotedGap gap in losses.Take(Tai(nowNs), box.Engine.Counters, inside, outside))
        {
            box.Note(gap);
        }
    }

    private void Expire(long nowNs)
    {
        if (parts.Clock.ForgetsBy(nowNs) is { } forgetsBy)
        {
            expiry.Pass(forgetsBy, uplink is null ? null : uplink.IsReceipted);
        }
    }

    // While the flash is full nothing is written: the stretch is a gap, told in the first manifest after it.
    private void Note(bool isDurable, long nowNs)
    {
        if (!isDurable && fullSinceNs == 0)
        {
            fullSinceNs = nowNs;
        }
        else if (isDurable && fullSinceNs != 0)
        {
            box.Note(new ManifestGap(Tai(fullSinceNs), Tai(nowNs), GapCause.FlashFull));
            fullSinceNs = 0;
        }
    }

    private TaiTime Tai(long lineNs) => parts.Clock.Map.Map(lineNs).Time;

    private BoxStatus Status(bool isFull) =>
        StatusMaker.Make(
            parts, watch, uplink?.Status ?? UplinkStatus.Off, PacketThreadStatus.Of(parts.Packets, pauses), isFull,
            expiry.Problem);
}
