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
/// Feeds the packets of several sources to the engine in order of their stamps, in runs of one source as long as no
/// other has an earlier packet. It lives on the stack of the loop that drives it, because a source's block is only
/// lent. Of equal stamps the source named first goes first, so that a replay is repeatable.
/// </summary>
public ref struct LegMerge
{
    private readonly FlowEngine engine;
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
        int first = -1;
        int open = 0;
        for (int i = 0; i < lanes; i++)
        {
            ref Lane lane = ref LaneAt(i);
            lane.Fill();
            open += lane.IsEnd ? 0 : 1;
            isWaiting |= !lane.IsEnd && lane.IsEmpty;
            if (!lane.IsEmpty && (first < 0 || lane.HeadNs < LaneAt(first).HeadNs))
            {
                first = i;
            }
        }

        if (first < 0)
        {
            return open == 0 ? MergeStep.End : MergeStep.Idle;
        }

        return isWaiting && LaneAt(first).HeadNs > watermarkNs
            ? MergeStep.Idle
            : Feed(first, isWaiting ? watermarkNs : long.MaxValue);
    }

    private MergeStep Feed(int first, long lastNs)
    {
        // A later lane's equal stamp comes after, an earlier lane's before.
        long last = lastNs;
        for (int i = 0; i < lanes; i++)
        {
            if (i != first && !LaneAt(i).IsEmpty)
            {
                last = Math.Min(last, LaneAt(i).HeadNs - (i < first ? 1 : 0));
            }
        }

        ref Lane lane = ref LaneAt(first);
        ReadOnlySpan<PacketRef> run = lane.RunUntil(last);
        int taken = engine.Process(lane.Block.Bytes, run);
        lane.At += taken;
        return taken < run.Length ? MergeStep.Blocked : MergeStep.Fed;
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
        /// The next packets up to a stamp, at least one: what comes first goes, however it is stamped.
        /// </summary>
        public readonly ReadOnlySpan<PacketRef> RunUntil(long lastNs)
        {
            ReadOnlySpan<PacketRef> rest = Block.Packets[At..];
            int count = 1;
            int most = Math.Min(rest.Length, Limits.RunPackets);
            while (count < most && rest[count].StampNs <= lastNs)
            {
                count++;
            }

            return rest[..count];
        }
    }
}
