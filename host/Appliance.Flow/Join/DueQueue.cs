namespace Appliance.Flow;

/// <summary>
/// One thing to decide once the other leg had its time: a state of the graph, or a sample's position.
/// </summary>
internal struct DueItem
{
    public long DueNs;
    public uint Number;
    public uint Generation;
}

/// <summary>
/// Decisions in the order in which they fall due. All wait for the same window, so a ring is ordered by itself. When
/// it is full the item is not taken: the flow is then decided at its first record or its end, never too early.
/// </summary>
internal sealed class DueQueue(int limit)
{
    private readonly DueItem[] ring = new DueItem[1 << (32 - int.LeadingZeroCount(limit - 1))];
    private uint head;
    private uint tail;

    /// <summary>When the first item is due; far away where there is none.</summary>
    public long NextNs => head == tail ? long.MaxValue : ring[tail & (uint)(ring.Length - 1)].DueNs;

    public bool TryAdd(long dueNs, uint number, uint generation)
    {
        if (head - tail == (uint)ring.Length)
        {
            return false;
        }

        ring[head++ & (uint)(ring.Length - 1)] =
            new DueItem { DueNs = dueNs, Number = number, Generation = generation };
        return true;
    }

    public bool TryTake(long nowNs, out DueItem item)
    {
        if (NextNs > nowNs || head == tail)
        {
            item = default;
            return false;
        }

        item = ring[tail++ & (uint)(ring.Length - 1)];
        return true;
    }
}
