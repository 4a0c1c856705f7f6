using Appliance.Flow;
using Appliance.Linux.Clocks;

namespace Appliance.Edge.Service;

/// <summary>
/// One ring whose stamps are put on the box's line of time. Between steps it costs one look at the clock a block, and
/// after the first one the offset off each stamp. After a step the ring still holds frames of before; a frame is taken
/// for one of after once it cannot be of before: it would lie later than the step was seen, earlier than the ring was
/// last found empty, or behind its neighbours. Where both fit, the bound of that stretch grows by the step.
/// </summary>
/// <param name="source">The ring; disposed with this.</param>
/// <param name="clock">The line.</param>
internal sealed class SteadySource(IPacketSource source, SteadyClock clock) : IPacketSource
{
    // A block is handed over 20 ms after its first frame; the kernel's timer is late on a machine that is held up.
    private const long SettledNs = 250_000_000;

    // What is further behind was not held up but stamped by a clock that stood elsewhere.
    private const long LateNs = 10_000_000_000;
    private const long HeldUpNs = 1_000_000_000;

    // Readings of two clocks at one instant, and what a slewed clock gains meanwhile.
    private const long SlackNs = 1_000_000;

    private readonly PacketRef[] turned = new PacketRef[Flow.Limits.BlockFramesMax];
    private SteadyStretch[] all = clock.Stretches;
    private SteadyStretch here = clock.Stretches[^1];
    private long emptyNs = clock.NowNs;
    private long lookedNs = clock.NowNs;
    private long lastNs = long.MinValue;

    /// <inheritdoc/>
    public SourceState TryNext(out PacketBlock block)
    {
        SourceState state = source.TryNext(out block);

        // After the block was taken: a step that its frames know of is known by then.
        long nowNs = clock.NowNs;
        all = clock.Stretches;
        if (state != SourceState.Block)
        {
            // By the look before it: this one may have come long after the ring was asked.
            emptyNs = lookedNs;
            lookedNs = nowNs;
            here = emptyNs > all[^1].FromNs + SettledNs ? all[^1] : here;
            return state;
        }

        lookedNs = nowNs;

        ReadOnlySpan<PacketRef> packets = block.Packets;
        if (IsPlain(packets, nowNs))
        {
            lastNs = packets[^1].StampNs - here.OffsetNs;
            block = here.OffsetNs == 0 ? block : new PacketBlock(block.Bytes, Behind(packets));
            return state;
        }

        for (int i = 0; i < packets.Length; i++)
        {
            turned[i] = packets[i];
            turned[i].StampNs = Turn(packets[i].StampNs, nowNs);
        }

        block = new PacketBlock(block.Bytes, turned.AsSpan(0, packets.Length));
        return state;
    }

    public void Dispose() => source.Dispose();

    // Nothing is stamped later than now, before what was handed over already, or before the ring was found empty.
    private long Earliest =>
        Math.Max(emptyNs - SettledNs, lastNs == long.MinValue ? long.MinValue : lastNs - SteadyClock.DisorderNs);

    private bool IsPlain(ReadOnlySpan<PacketRef> packets, long nowNs)
    {
        if (here != all[^1])
        {
            return false;
        }

        long earliest = Earliest;
        ulong width = (ulong)(nowNs + SlackNs - earliest);
        earliest += here.OffsetNs;
        foreach (ref readonly PacketRef packet in packets)
        {
            if ((ulong)(packet.StampNs - earliest) > width)
            {
                return false;
            }
        }

        return true;
    }

    private ReadOnlySpan<PacketRef> Behind(ReadOnlySpan<PacketRef> packets)
    {
        Span<PacketRef> behind = turned.AsSpan(0, packets.Length);
        packets.CopyTo(behind);
        long offsetNs = here.OffsetNs;
        foreach (ref PacketRef packet in behind)
        {
            packet.StampNs -= offsetNs;
        }

        return behind;
    }

    private long Turn(long stampNs, long nowNs)
    {
        while (here != all[^1] && IsOfNext(stampNs, nowNs))
        {
            here = Next();
        }

        long steady = stampNs - here.OffsetNs;
        long earliest = Earliest;
        if (steady < earliest && steady > earliest - LateNs)
        {
            // Held up on its way, or the clock was stepped and put back between two looks: both must fit.
            clock.Doubt(steady, nowNs, nowNs - steady);
            return steady;
        }

        if (steady < earliest || steady > nowNs + SlackNs)
        {
            clock.Doubt(earliest, nowNs, nowNs - earliest + HeldUpNs);
            steady = Math.Clamp(steady, earliest, nowNs);
        }

        lastNs = steady;
        return steady;
    }

    private bool IsOfNext(long stampNs, long nowNs)
    {
        SteadyStretch next = Next();
        long before = stampNs - here.OffsetNs;
        long after = stampNs - next.OffsetNs;
        bool canBeBefore = before <= next.FromNs + SlackNs && before >= Earliest;
        bool canBeAfter = after >= next.EarliestNs - SlackNs && after <= nowNs + SlackNs;
        if (canBeBefore && canBeAfter)
        {
            long step = Math.Abs(before - after);
            clock.Doubt(Math.Min(before, after) - SettledNs, Math.Max(before, after), step);
        }

        return !canBeBefore;
    }

    private SteadyStretch Next()
    {
        // Older than what is remembered: the oldest that is.
        int at = Array.IndexOf(all, here);
        return all[at + 1];
    }
}
