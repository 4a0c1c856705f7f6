namespace Appliance.Flow;

/// <summary>
/// When each flow is to be looked at next. Packets do not move a flow on the wheel: whoever pops it compares the
/// flow's own times and arms it again, so a packet costs nothing here. A flow due beyond the horizon is looked at
/// once a turn. Driven by packet time only.
/// </summary>
internal sealed class TimerWheel
{
    private const int TickShift = 26; // 67 ms: a record or a timeout is late by this much at most
    private const int Slots = 4096;   // a turn of 275 s: most flows are looked at two or three times in their life

    private readonly int[] heads = new int[Slots];
    private readonly int[] next;
    private readonly int[] previous;
    private long tick;

    public TimerWheel(int limit)
    {
        next = new int[limit];
        previous = new int[limit];
        Array.Fill(heads, -1);
    }

    /// <summary>
    /// Before this time nothing is due; time goes on in steps of this, so that no order depends on how it is told.
    /// </summary>
    public long NextNs => (tick + 1) << TickShift;

    /// <summary>Begins, or leaps over a time without any flow.</summary>
    public void Leap(long nowNs) => tick = Math.Max(tick, nowNs >> TickShift);

    /// <summary>Puts a flow that is not on the wheel there.</summary>
    public void Arm(int entry, long dueNs)
    {
        long at = Math.Clamp((dueNs >> TickShift) + 1, tick + 1, tick + Slots - 1);
        int slot = (int)(at & (Slots - 1));
        int head = heads[slot];
        next[entry] = head;
        previous[entry] = ~slot;
        if (head >= 0)
        {
            previous[head] = entry;
        }

        heads[slot] = entry;
    }

    public void Disarm(int entry)
    {
        int after = next[entry];
        int before = previous[entry];
        if (before < 0)
        {
            heads[~before] = after;
        }
        else
        {
            next[before] = after;
        }

        if (after >= 0)
        {
            previous[after] = before;
        }
    }

    /// <summary>Takes one flow off the wheel that may be due; false when none is left for this time.</summary>
    public bool TryPop(long nowNs, out int entry)
    {
        long now = nowNs >> TickShift;
        while (true)
        {
            entry = heads[tick & (Slots - 1)];
            if (entry >= 0 && tick <= now)
            {
                Disarm(entry);
                return true;
            }

            if (tick >= now)
            {
                entry = -1;
                return false;
            }

            tick++;
        }
    }
}
