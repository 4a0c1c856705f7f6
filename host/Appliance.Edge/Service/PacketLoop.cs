using System.Diagnostics;
using Appliance.Flow;
using Appliance.Linux.Packets;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// The packet thread of a live box: takes what the rings have, oldest first, and moves the engine's time on when they
/// are quiet. Nothing is allocated after start. Where the writer is behind, it waits with the rings filling: what they
/// then cannot hold is counted by the kernel, while a finished record is never dropped.
/// </summary>
internal sealed class PacketLoop(
    FlowEngine engine, LiveLegs legs, int watermarkMs, NatEventQueue? natEvents = null)
{
    private const int WaitMs = 10;
    private const int BlockedWaitMs = 1;
    private const long NsPerMs = 1_000_000;
    private const int StepsBetweenClockReadings = 64;

    // The kernel hands a block over 20 ms after its first frame (RingOptions), and its timer may be late.
    private const int HandedOverMs = 30;
    private const int StopMsMax = 1000;

    private readonly PacketRing[] rings = legs.Rings;
    private readonly long[] wanted = new long[legs.Rings.Length];
    private readonly long watermarkNs = watermarkMs * NsPerMs;
    private long stopAtMs = long.MaxValue;
    private long stopStampNs;
    private bool isCounted;
    private volatile bool isDiscarding;
    private long lastPassMs = Environment.TickCount64;

    /// <summary>How long it was away from the rings.</summary>
    public PauseMeter Pauses { get; } = new(MonotonicNs);

    /// <summary>How long it took to empty the rings.</summary>
    public CatchUpMeter CatchUps { get; } = new();

    /// <summary>Time spent waiting for the writer.</summary>
    public long WaitedForWriterNs { get; private set; }

    /// <summary>Monotonic time of the last pass, milliseconds: a loop that hangs is seen by it. Any thread.</summary>
    public long LastPassMs => Volatile.Read(ref lastPassMs);

    /// <summary>The engine's time when it began to close all flows.</summary>
    public long EndNs { get; private set; }

    /// <summary>After <see cref="Run"/>: all packets stamped until then were taken; 0 where that failed.</summary>
    public long CoveredUntilNs { get; private set; }

    /// <summary>Ends <see cref="Run"/> after all packets that are stamped until a time, which must not lie
    /// behind.</summary>
    public void StopAt(long stampNs)
    {
        legs.EndAt(stampNs);
        stopStampNs = stampNs;
        long aheadMs = Math.Max(0, (stampNs - WallClock.NowNs) / NsPerMs);
        Volatile.Write(ref stopAtMs, Environment.TickCount64 + aheadMs + HandedOverMs);
    }

    /// <summary>
    /// Ends <see cref="Run"/> at once: what the rings hold is not read and no flow is closed. For a notice that is
    /// withdrawn.
    /// </summary>
    public void Discard() => isDiscarding = true;

    /// <summary>Runs until it is stopped; then closes all flows. Without interfaces it waits for the stop.</summary>
    public void Run()
    {
        if (rings.Length == 0)
        {
            Idle();
            return;
        }

        LegMerge merge = new(engine, legs.Sources);
        long watermark = WallClock.NowNs - watermarkNs;
        int steps = 0;
        while (!isDiscarding)
        {
            natEvents?.DrainTo(engine);
            MergeStep step = merge.Step(watermark);
            if (step == MergeStep.Fed && ++steps < StepsBetweenClockReadings)
            {
                continue;
            }

            steps = 0;
            bool isStopping = Environment.TickCount64 >= Volatile.Read(ref stopAtMs);
            if (isStopping && step == MergeStep.Idle && watermark == long.MaxValue && IsOver())
            {
                break;
            }

            Rest(step);
            watermark = isStopping ? long.MaxValue : WallClock.NowNs - watermarkNs;
        }

        EndNs = engine.NowNs;
        while (!isDiscarding && !engine.CloseAll(EndReason.Stopped))
        {
            Thread.Sleep(1);
        }
    }

    private void Idle()
    {
        while (!isDiscarding && Environment.TickCount64 < Volatile.Read(ref stopAtMs))
        {
            Volatile.Write(ref lastPassMs, Environment.TickCount64);
            Thread.Sleep(WaitMs);
        }

        EndNs = engine.NowNs;
    }

    /// <summary>
    /// True once the rings have handed over whatever they had received when the time was up; or when that takes too
    /// long, and then nothing is claimed.
    /// </summary>
    private bool IsOver()
    {
        for (int i = 0; i < rings.Length && !isCounted; i++)
        {
            wanted[i] = rings[i].ReadCounters().Received;
        }

        isCounted = true;
        bool hasAll = true;
        for (int i = 0; i < rings.Length; i++)
        {
            hasAll &= rings[i].ReadCounters().Handed >= wanted[i];
        }

        CoveredUntilNs = hasAll ? stopStampNs : 0;
        return hasAll || Environment.TickCount64 >= Volatile.Read(ref stopAtMs) + StopMsMax;
    }

    private void Rest(MergeStep step)
    {
        Volatile.Write(ref lastPassMs, Environment.TickCount64);
        long nowNs = MonotonicNs;
        Pauses.Pass(nowNs);
        if (step == MergeStep.Blocked)
        {
            Thread.Sleep(BlockedWaitMs);
            long afterNs = MonotonicNs;
            Pauses.Waited(afterNs, BlockedWaitMs * NsPerMs);
            WaitedForWriterNs += afterNs - nowNs;
        }
        else if (step == MergeStep.Idle)
        {
            long wallNs = WallClock.NowNs;
            CatchUps.FoundEmpty(nowNs, Handed());
            PacketRing.WaitAny(rings, WaitMs);
            long afterNs = MonotonicNs;
            CatchUps.Begin(afterNs);
            Pauses.Waited(afterNs, WaitMs * NsPerMs);
            engine.AdvanceTo(wallNs - watermarkNs);
        }
    }

    private long Handed()
    {
        long sum = 0;
        foreach (PacketRing ring in rings)
        {
            sum += ring.Handed;
        }

        return sum;
    }

    private static long MonotonicNs => Stopwatch.GetElapsedTime(0).Ticks * TimeSpan.NanosecondsPerTick;
}
