using System.Diagnostics.CodeAnalysis;

namespace Appliance.Flow;

/// <summary>What a step of the merge did.</summary>
public enum MergeStep
{
    /// <summary>Packets went to the engine.</summary>
    Fed,

    /// <summary>A live source has nothing yet, and what the others have is newer than the watermark.</summary>
    Idle,

    /// <summary>The engine's record queue is full: drain it, then go on.</summary>
    Blocked,

    /// <summary>All sources have ended.</summary>
    End,
}

/// <summary>
/// Feeds the packets of several sources to the engine in order of their stamps, in runs across all of them. It lives
/// on the stack of the loop that drives it, because a source's block is only lent. Of equal stamps the source named
/// first goes first, so that a replay is repeatable.
/// </summary>
public ref struct LegMerge
{
    private readonly FlowEngine engine;
    private readonly RunPacket[] room = new RunPacket[Limits.RunPackets];
    private readonly int lanes;
    private Lane lane0;
    private Lane lane1;
    private Lane lane2;
    private Lane lane3;

    /// <param name="engine">Takes the packets.</param>
    /// <param name="sources">One to four; the caller disposes them.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// None, or more than <see cref="Limits.MergeSourcesMax"/>.
    /// </exception>
    public LegMerge(FlowEngine engine, params ReadOnlySpan<IPacketSource> sources)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sources.Length, nameof(sources));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sources.Length, Limits.MergeSourcesMax, nameof(sources));
        this.engine = engine;
        lanes = sources.Length;
        for (int i = 0; i < lanes; i++)
        {
            LaneAt(i).Source = sources[i];
        }
    }

    /// <summary>Feeds one run.</summary>
    /// <param name="watermarkNs">
    /// No packet older than this will come any more from a source that has nothing now; files need none.
    /// </param>
    public MergeStep Step(long watermarkNs = long.MinValue)
    {
        bool isWaiting = false;
        int open = 0;
        for (int i = 0; i < lanes; i++)
        {
            ref Lane lane = ref LaneAt(i);
            lane.Fill();
            open += lane.IsEnd ? 0 : 1;
            isWaiting |= !lane.IsEnd && lane.IsEmpty;
        }

        int first = Earliest();
        if (first < 0)
        {
            return open == 0 ? MergeStep.End : MergeStep.Idle;
        }

        return isWaiting && LaneAt(first).HeadNs > watermarkNs
            ? MergeStep.Idle
            : Feed(first, isWaiting ? watermarkNs : long.MaxValue);
    }

    /// <summary>
    /// Collects a run until it is full, or a block is used up: what its source has next may be earlier than the rest.
    /// </summary>
    private MergeStep Feed(int first, long lastNs)
    {
        PacketRun run = new(room, lane0.Block.Bytes, lane1.Block.Bytes, lane2.Block.Bytes, lane3.Block.Bytes);
        for (int at = first; LaneAt(at).HeadNs <= lastNs && !run.IsFull; at = Earliest())
        {
            ref Lane lane = ref LaneAt(at);
            lane.Give(ref run, at, Math.Min(lastNs, LastBefore(at)));
            if (lane.IsEmpty)
            {
                break;
            }
        }

        int taken = engine.Process(run);
        for (int i = taken; i < run.Count; i++)
        {
            LaneAt(run.LaneOf(i)).At--;
        }

        return taken < run.Count ? MergeStep.Blocked : MergeStep.Fed;
    }

    /// <summary>The lane with the earliest packet, the first of equal ones; -1 where all are empty.</summary>
    private int Earliest()
    {
        int first = -1;
        for (int i = 0; i < lanes; i++)
        {
            if (!LaneAt(i).IsEmpty && (first < 0 || LaneAt(i).HeadNs < LaneAt(first).HeadNs))
            {
                first = i;
            }
        }

        return first;
    }

    /// <summary>Until when a lane goes on: a later lane's equal stamp comes after, an earlier lane's before.</summary>
    private long LastBefore(int first)
    {
        long last = long.MaxValue;
        for (int i = 0; i < lanes; i++)
        {
            if (i != first && !LaneAt(i).IsEmpty)
            {
                last = Math.Min(last, LaneAt(i).HeadNs - (i < first ? 1 : 0));
            }
        }

        return last;
    }

    [UnscopedRef]
    private ref Lane LaneAt(int index)
    {
        switch (index)
        {
            case 0:
                return ref lane0;
            case 1:
                return ref lane1;
            case 2:
                return ref lane2;
            default:
                return ref lane3;
        }
    }

    private ref struct Lane
    {
        public IPacketSource? Source;
        public PacketBlock Block;
        public int At;
        public bool IsEnd;

        public readonly bool IsEmpty => At == Block.Packets.Length;

        public readonly long HeadNs => Block.Packets[At].StampNs;

        public void Fill()
        {
            if (!IsEmpty || IsEnd)
            {
                return;
            }

            At = 0;
            SourceState state = Source!.TryNext(out Block);
            Block = state == SourceState.Block ? Block : default;
            IsEnd = state == SourceState.End;
        }

        /// <summary>
        /// Gives the next packets up to a stamp, at least one: what comes first goes, however it is stamped.
        /// </summary>
        public void Give(ref PacketRun run, int lane, long lastNs)
        {
            ReadOnlySpan<PacketRef> packets = Block.Packets;
            int at = At;
            do
            {
                run.Add(packets[at++], lane);
            }
            while (!run.IsFull && at < packets.Length && packets[at].StampNs <= lastNs);

            At = at;
        }
    }
}
