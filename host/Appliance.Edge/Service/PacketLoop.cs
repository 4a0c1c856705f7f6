using Appliance.Flow;
using Appliance.Linux.Packets;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// The packet thread of a live box: takes what the rings have, oldest first, and moves the engine's time on when they
/// are quiet. Nothing is allocated after start. Where the writer is behind, it waits with the rings filling: what they
/// then cannot hold is counted by the kernel, while a finished record is never dropped.
/// </summary>
internal sealed class PacketLoop(FlowEngine engine, LiveLegs legs, int watermarkMs)
{
    private const int WaitMs = 10;
    private const int StepsBetweenClockReadings = 64;

    // The kernel hands a block over 20 ms after its first frame (RingOptions), and its timer may be late.
    private const int HandedOverMs = 30;
    private const int StopMsMax = 1000;

    private readonly PacketRing[] rings = legs.Rings;
    private readonly long[] wanted = new long[legs.Rings.Length];
    private readonly long watermarkNs = watermarkMs * 1_000_000L;
    private long stopAtMs = long.MaxValue;
    private long stopStampNs;
    private bool isCounted;

    /// <summary>Time of the last pass, nanoseconds since 1970: a loop that hangs is seen by it.</summary>
    public long LastPassNs { get; private set; } = WallClock.NowNs;

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
        long aheadMs = Math.Max(0, (stampNs - WallClock.NowNs) / 1_000_000);
        Volatile.Write(ref stopAtMs, Environment.TickCount64 + aheadMs + HandedOverMs);
    }

    /// <summary>Runs until it is stopped; then closes all flows.</summary>
    public void Run()
    {
        LegMerge merge = new(engine, legs.Sources);
        long watermark = WallClock.NowNs - watermarkNs;
        int steps = 0;
        while (true)
        {
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
        while (!engine.CloseAll(EndReason.Stopped))
        {
            Thread.Sleep(1);
        }
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
        LastPassNs = WallClock.NowNs;
        if (step == MergeStep.Blocked)
        {
            Thread.Sleep(1);
        }
        else if (step == MergeStep.Idle)
        {
            PacketRing.WaitAny(rings, WaitMs);
            engine.AdvanceTo(LastPassNs - watermarkNs);
        }
    }
}

/// <summary>The kernel's real-time clock, which also stamps the packets.</summary>
internal static class WallClock
{
    /// <summary>Nanoseconds since 1970, UTC scale.</summary>
    public static long NowNs => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;
}
