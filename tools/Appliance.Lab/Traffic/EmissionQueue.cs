namespace Appliance.Lab.Traffic;

/// <summary>
/// Packets that wait for their stamp: a ring of ticks, each a list of emissions; a tick is sorted when it is taken
/// out. Memory grows to the most packets that ever waited and stays there.
/// </summary>
internal sealed class EmissionQueue
{
    private const int None = -1;

    private readonly int[] heads = new int[Limits.WheelTicks];
    private Emission[] slots = new Emission[4096];
    private int free = None;
    private int used;
    private long[] stamps = new long[256];
    private int[] order = new int[256];
    private int sorted;
    private int taken;

    public EmissionQueue() => Array.Fill(heads, None);

    /// <summary>Emissions in the queue, those of the tick being taken out included.</summary>
    public int Count { get; private set; }

    public void Add(in Emission packet)
    {
        int slot = free;
        if (slot == None)
        {
            if (used == slots.Length)
            {
                Array.Resize(ref slots, used * 2);
            }

            slot = used++;
        }
        else
        {
            free = slots[slot].Next;
        }

        ref int head = ref heads[Ring(packet.StampNs >> Limits.TickBits)];
        slots[slot] = packet;
        slots[slot].Next = head;
        head = slot;
        Count++;
    }

    /// <summary>Puts the tick's emissions in order for <see cref="TryTake"/>; the last tick must be used up.</summary>
    public void Open(long tick)
    {
        ref int head = ref heads[Ring(tick)];
        sorted = 0;
        taken = 0;
        for (int slot = head; slot != None; slot = slots[slot].Next)
        {
            if (sorted == order.Length)
            {
                Array.Resize(ref order, sorted * 2);
                Array.Resize(ref stamps, sorted * 2);
            }

            stamps[sorted] = slots[slot].StampNs;
            order[sorted++] = slot;
        }

        head = None;
        Array.Sort(stamps, order, 0, sorted);
    }

    /// <summary>The open tick's next emission; false when it is used up.</summary>
    public bool TryPeek(out Emission packet)
    {
        packet = taken < sorted ? slots[order[taken]] : default;
        return taken < sorted;
    }

    /// <summary>Drops what <see cref="TryPeek"/> showed.</summary>
    public void Drop()
    {
        int slot = order[taken++];
        slots[slot].Next = free;
        free = slot;
        Count--;
    }

    private static int Ring(long tick) => (int)(tick & (Limits.WheelTicks - 1));
}
