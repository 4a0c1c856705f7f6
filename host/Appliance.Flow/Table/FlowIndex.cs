namespace Appliance.Flow;

/// <summary>
/// Open-addressed index of 8-byte slots, at most half full: upper 32 bits a tag, lower 32 bits entry + 1, 0 for empty.
/// The tag's upper bits are the home slot, so that removal can close the gap (no tombstones, no decay with age).
/// </summary>
internal sealed class FlowIndex
{
    private readonly ulong[] slots;
    private readonly int shift;
    private readonly int mask;

    /// <param name="entries">Entries it must hold; twice as many slots are made, rounded up to a power of two.</param>
    public FlowIndex(int entries)
    {
        int bits = 32 - int.LeadingZeroCount((entries * 2) - 1);
        slots = new ulong[1 << bits];
        shift = 64 - bits;
        mask = slots.Length - 1;
    }

    /// <summary>
    /// Where the search for a hash begins; also touches the slot so that it is on its way to the cache.
    /// </summary>
    public int Home(ulong hash) => (int)(hash >> shift);

    /// <summary>The entry in the home slot, a guess for touching ahead; -1 where it is empty.</summary>
    public int Peek(ulong hash) => (int)(uint)slots[(int)(hash >> shift)] - 1;

    /// <summary>
    /// The next entry whose tag fits, or -1; the caller compares the key and goes on where it differs.
    /// </summary>
    public int Next(ulong hash, ref int at)
    {
        uint tag = (uint)(hash >> 32);
        while (true)
        {
            ulong slot = slots[at & mask];
            if (slot == 0)
            {
                return -1;
            }

            at++;
            if ((uint)(slot >> 32) == tag)
            {
                return (int)(uint)slot - 1;
            }
        }
    }

    public void Add(ulong hash, int entry)
    {
        int at = Home(hash);
        while (slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        slots[at] = (hash & 0xFFFF_FFFF_0000_0000) | (uint)(entry + 1);
    }

    /// <summary>Removes the slot that leads to an entry and moves later ones of its run up.</summary>
    public bool Remove(ulong hash, int entry)
    {
        ulong wanted = (hash & 0xFFFF_FFFF_0000_0000) | (uint)(entry + 1);
        int at = Home(hash);
        while (slots[at] != wanted)
        {
            if (slots[at] == 0)
            {
                return false;
            }

            at = (at + 1) & mask;
        }

        CloseGap(at);
        return true;
    }

    private void CloseGap(int gap)
    {
        int at = gap;
        while (true)
        {
            at = (at + 1) & mask;
            ulong slot = slots[at];
            if (slot == 0)
            {
                slots[gap] = 0;
                return;
            }

            // A slot may move back only as far as its home.
            if (((at - Home(slot)) & mask) >= ((at - gap) & mask))
            {
                slots[gap] = slot;
                gap = at;
            }
        }
    }
}
