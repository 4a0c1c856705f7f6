namespace Appliance.Flow;

/// <summary>
/// Service names, interned in slots taken at start and counted by the flows that bear them. The packet thread writes;
/// the thread that encodes reads the slot that a record names. A slot without flows is used again only after the
/// reader released the last record that could name it, so the two threads share nothing but the queue's positions.
/// </summary>
public sealed class NameTable
{
    private readonly byte[] bytes;
    private readonly Entry[] entries;
    private readonly int[] buckets;
    private readonly KeyedHash hash;
    private readonly RecordQueue queue;
    private int free;
    private int waitingFirst;
    private int waitingLast;

    internal NameTable(int limit, KeyedHash hash, RecordQueue queue)
    {
        this.hash = hash;
        this.queue = queue;
        bytes = new byte[(limit + 1) * Limits.NameBytesMax];
        entries = new Entry[limit + 1];
        buckets = new int[1 << (32 - int.LeadingZeroCount(limit))];
        for (int i = 1; i <= limit; i++)
        {
            entries[i].Next = i == limit ? 0 : i + 1;
        }

        free = 1;
    }

    /// <summary>
    /// The name in a slot, ASCII as it was seen; empty for slot 0. Valid until the record is released.
    /// </summary>
    public ReadOnlySpan<byte> this[int slot] => bytes.AsSpan(slot * Limits.NameBytesMax, entries[slot].Length);

    /// <summary>
    /// The slot of a name with one more reference; 0 where the table is full or the name too long or empty.
    /// </summary>
    internal int Take(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > Limits.NameBytesMax)
        {
            return 0;
        }

        int bucket = (int)hash.Of(0, name) & (buckets.Length - 1);
        int slot = Find(name, bucket);
        if (slot == 0)
        {
            Recycle();
            slot = free;
            if (slot == 0)
            {
                return 0;
            }

            free = entries[slot].Next;
            name.CopyTo(bytes.AsSpan(slot * Limits.NameBytesMax));
            entries[slot] = new Entry { Length = (byte)name.Length, Bucket = bucket, Next = buckets[bucket] };
            buckets[bucket] = slot;
        }

        entries[slot].References++;
        return slot;
    }

    internal void Release(int slot)
    {
        if (slot == 0 || --entries[slot].References > 0)
        {
            return;
        }

        ref int at = ref buckets[entries[slot].Bucket];
        while (at != slot)
        {
            at = ref entries[at].Next;
        }

        at = entries[slot].Next;
        Wait(slot);
    }

    private int Find(ReadOnlySpan<byte> name, int bucket)
    {
        for (int at = buckets[bucket]; at != 0; at = entries[at].Next)
        {
            if (name.SequenceEqual(this[at]))
            {
                return at;
            }
        }

        return 0;
    }

    /// <summary>Queues a slot until the reader has passed all that is written by now.</summary>
    private void Wait(int slot)
    {
        entries[slot].Next = 0;
        entries[slot].Position = queue.Written;
        if (waitingLast == 0)
        {
            waitingFirst = slot;
        }
        else
        {
            entries[waitingLast].Next = slot;
        }

        waitingLast = slot;
    }

    private void Recycle()
    {
        long released = queue.Released;
        while (waitingFirst != 0 && entries[waitingFirst].Position <= released)
        {
            int slot = waitingFirst;
            waitingFirst = entries[slot].Next;
            waitingLast = waitingFirst == 0 ? 0 : waitingLast;
            entries[slot].Next = free;
            free = slot;
        }
    }

    private struct Entry
    {
        public int Next;
        public int Bucket;
        public int References;
        public byte Length;
        public long Position;
    }
}
