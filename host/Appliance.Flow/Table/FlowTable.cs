namespace Appliance.Flow;

/// <summary>
/// All flows: hot and cold lines, the two indexes, and the list of free entries. All memory is taken here; an entry
/// costs 64 + 56 + 8 bytes, its slots in the indexes 32.
/// </summary>
internal sealed class FlowTable
{
    private readonly HotFlow[] hot;
    private readonly ColdFlow[] cold;
    private readonly FlowIndex inside;
    private readonly FlowIndex outside;
    private readonly KeyedHash hash;
    private int free;
    private int fresh;
    private int hand;

    public FlowTable(int limit, KeyedHash hash)
    {
        this.hash = hash;
        hot = new HotFlow[limit];
        cold = new ColdFlow[limit];
        inside = new FlowIndex(limit);
        outside = new FlowIndex(limit);
        free = -1;
    }

    public int Limit => hot.Length;

    /// <summary>Flows in memory.</summary>
    public int Count { get; private set; }

    public ref HotFlow Hot(int entry) => ref hot[entry];

    public ref ColdFlow Cold(int entry) => ref cold[entry];

    public ulong HashOf(FlowKey key) => hash.Of(key.A, key.B);

    /// <summary>
    /// Asks for the slot and, on a second call, the line that a hash leads to, so that both are near when used.
    /// </summary>
    public long Touch(ulong keyHash, Leg leg, bool line)
    {
        int entry = (leg == Leg.Inside ? inside : outside).Peek(keyHash);
        return line && entry >= 0 ? hot[entry].LastNs : entry;
    }

    public int FindInside(FlowKey key, ulong keyHash)
    {
        int at = inside.Home(keyHash);
        int entry;
        while ((entry = inside.Next(keyHash, ref at)) >= 0)
        {
            ref HotFlow flow = ref hot[entry];
            if (flow.InsideKey.Equals(key))
            {
                return entry;
            }
        }

        return -1;
    }

    public int FindOutside(FlowKey key, ulong keyHash)
    {
        int at = outside.Home(keyHash);
        int entry;
        while ((entry = outside.Next(keyHash, ref at)) >= 0)
        {
            if (hot[entry].OutsideKey.Equals(key))
            {
                return entry;
            }
        }

        return -1;
    }

    /// <summary>An empty entry, or -1 where the table is full.</summary>
    public int Take()
    {
        int entry;
        if (free >= 0)
        {
            entry = free;
            free = (int)cold[entry].StartNs;
        }
        else if (fresh < hot.Length)
        {
            // Entries are first used in order: memory is committed as it is needed, not all in one pause.
            entry = fresh++;
        }
        else
        {
            return -1;
        }

        hot[entry] = default;
        cold[entry] = default;
        Count++;
        return entry;
    }

    /// <summary>Gives an entry back; its keys must be out of the indexes.</summary>
    public void Free(int entry)
    {
        hot[entry] = default;
        cold[entry] = new ColdFlow { StartNs = free };
        free = entry;
        Count--;
    }

    public bool IsUsed(int entry) => cold[entry].FlowNumber != 0;

    public void AddInside(int entry)
    {
        ref HotFlow flow = ref hot[entry];
        flow.Seen |= Seen.Inside;
        inside.Add(HashOf(flow.InsideKey), entry);
    }

    public void AddOutside(int entry)
    {
        ref HotFlow flow = ref hot[entry];
        flow.Seen |= Seen.Outside;
        outside.Add(HashOf(flow.OutsideKey), entry);
    }

    public void RemoveInside(int entry)
    {
        ref HotFlow flow = ref hot[entry];
        Remove(inside, flow.InsideKey, entry);
        flow.Seen &= ~Seen.Inside;
    }

    public void RemoveOutside(int entry)
    {
        ref HotFlow flow = ref hot[entry];
        Remove(outside, flow.OutsideKey, entry);
        flow.Seen &= ~Seen.Outside;
    }

    /// <summary>The next entry of a slow walk around the table, for choosing what to give up.</summary>
    public int StepHand()
    {
        hand = hand + 1 >= fresh ? 0 : hand + 1;
        return hand;
    }

    /// <summary>Entries that were ever used: all flows lie below.</summary>
    public int Reach => fresh;

    private void Remove(FlowIndex index, FlowKey key, int entry)
    {
        if (!index.Remove(HashOf(key), entry))
        {
            Environment.FailFast("a flow's key is not in its index: the table is damaged");
        }
    }
}
