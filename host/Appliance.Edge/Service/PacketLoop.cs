using Appliance.Edge.Pipeline;
using Appliance.Flow;
using Appliance.Linux;
using Appliance.Linux.Packets;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// The packet thread of a live box: takes what the rings have, oldest first, and moves the engine's time on when they
/// are quiet. Nothing is allocated after start. Where the writer is behind, it waits with the rings filling: what they
/// then cannot hold is counted by the kernel, while a finished record is never dropped.
/// </summary>
internal sealed class PacketLoop(
    FlowEngine engine, PacketRing[] rings, IPacketSource[] sources, int watermarkMs)
{
    private const int WaitMs = 10;
    private const int StepsBetweenClockReadings = 64;

    private readonly long watermarkNs = watermarkMs * 1_000_000L;
    private volatile bool isStopping;

    /// <summary>Time of the last pass, nanoseconds since 1970: a loop that hangs is seen by it.</summary>
    public long LastPassNs { get; private set; } = WallClock.NowNs;

    /// <summary>The engine's time when it began to close all flows.</summary>
    public long EndNs { get; private set; }

    /// <summary>Ends <see cref="Run"/> after the packets that are in the rings now.</summary>
    public void Stop() => isStopping = true;

    /// <summary>Runs until it is stopped; then closes all flows.</summary>
    public void Run()
    {
        LegMerge merge = new(engine, sources);
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
            if (step == MergeStep.Idle && isStopping)
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
