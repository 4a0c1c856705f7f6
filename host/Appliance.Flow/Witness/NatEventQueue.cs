namespace Appliance.Flow;

/// <summary>
/// Bounded ring of events between the thread that listens (writes) and the packet thread (reads). What finds no room is
/// dropped and counted; its log then counts as interrupted, as after any loss.
/// </summary>
#pragma warning disable CA1711 // It is a queue; it just is no collection of the framework's kind.
public sealed class NatEventQueue(int capacity)
#pragma warning restore CA1711
{
    private readonly NatEvent[] ring = new NatEvent[capacity];
    private long written;
    private long read;
    private long dropped;
    private long droppedTold;
    private NatEvent gap;
    private bool hasGap;

    /// <summary>Events that found no room.</summary>
    public long Dropped => Volatile.Read(ref dropped);

    /// <summary>Writer: puts an event in, or drops it.</summary>
    public void Put(in NatEvent item)
    {
        int free = ring.Length - (int)(written - Volatile.Read(ref read));
        if (hasGap && free >= 2)
        {
            hasGap = false;
            Write(gap);
            free--;
        }

        if (free == 0 || hasGap)
        {
            Volatile.Write(ref dropped, dropped + 1);
            gap = new NatEvent
            {
                Action = NatAction.Gap, Witness = item.Witness, Source = item.Source, ArrivalNs = item.ArrivalNs,
            };
            hasGap = true;
            return;
        }

        Write(item);
    }

    /// <summary>Reader: gives all events that are there to the engine; allocates nothing.</summary>
    public void DrainTo(FlowEngine engine)
    {
        long end = Volatile.Read(ref written);
        while (read < end)
        {
            engine.Take(ring[read % ring.Length]);
            Volatile.Write(ref read, read + 1);
        }

        long lost = Dropped - droppedTold;
        if (lost > 0)
        {
            engine.CountDroppedEvents((ulong)lost);
            droppedTold += lost;
        }
    }

    private void Write(in NatEvent item)
    {
        ring[written % ring.Length] = item;
        Volatile.Write(ref written, written + 1);
    }
}
