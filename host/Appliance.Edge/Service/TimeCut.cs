using Appliance.Flow;

namespace Appliance.Edge.Service;

/// <summary>
/// One ring between two processes: frames stamped up to a time belong to the one before, later ones to the one after.
/// Each frame is judged by its own stamp, for neighbours in a ring may be out of order by the processors they came
/// through. Costs nothing while no time is set.
/// </summary>
/// <param name="source">The ring; disposed with this.</param>
/// <param name="blocksMax">
/// Blocks in a row that may be left out before it is said that there is nothing: more than the ring has.
/// </param>
internal sealed class TimeCut(IPacketSource source, int blocksMax) : IPacketSource
{
    // After this much more time no frame of the time before can come: a ring's blocks are milliseconds out of order.
    private const long SettledNs = 1_000_000_000;

    private readonly PacketRef[] kept = new PacketRef[Flow.Limits.BlockFramesMax];
    private long afterNs = long.MinValue;
    private long untilNs = long.MaxValue;

    /// <summary>Leaves out what was stamped until then; called before the reading thread starts.</summary>
    public void BeginAfter(long stampNs) => afterNs = stampNs;

    /// <summary>Leaves out what is stamped later; any thread, for a time that lies ahead.</summary>
    public void EndAt(long stampNs) => Volatile.Write(ref untilNs, stampNs);

    /// <inheritdoc/>
    public SourceState TryNext(out PacketBlock block)
    {
        SourceState state = source.TryNext(out block);
        for (int left = 0; state == SourceState.Block && !TryKeep(ref block); left++)
        {
            state = left < blocksMax ? source.TryNext(out block) : SourceState.Idle;
        }

        return state;
    }

    public void Dispose() => source.Dispose();

    private bool TryKeep(ref PacketBlock block)
    {
        long until = Volatile.Read(ref untilNs);
        if (afterNs == long.MinValue && until == long.MaxValue)
        {
            return true;
        }

        ReadOnlySpan<PacketRef> all = block.Packets;
        int count = 0;
        long earliest = long.MaxValue;
        foreach (ref readonly PacketRef packet in all)
        {
            earliest = Math.Min(earliest, packet.StampNs);
            if (packet.StampNs > afterNs && packet.StampNs <= until)
            {
                kept[count++] = packet;
            }
        }

        if (afterNs != long.MinValue && earliest - SettledNs > afterNs)
        {
            afterNs = long.MinValue;
        }

        block = count == all.Length ? block : new PacketBlock(block.Bytes, kept.AsSpan(0, count));
        return count > 0;
    }
}
