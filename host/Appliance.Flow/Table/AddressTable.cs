using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// IPv6 addresses as 32-bit numbers, so that a flow's key is 16 bytes for both families. Counted references; a number
/// lives as long as a flow names it. Number 0 means "not known".
/// </summary>
internal sealed class AddressTable
{
    private readonly Entry[] entries;
    private readonly int[] buckets;
    private readonly KeyedHash hash;
    private int free;

    public AddressTable(int limit, KeyedHash hash)
    {
        this.hash = hash;
        entries = new Entry[limit + 1];
        buckets = new int[1 << (32 - int.LeadingZeroCount(limit))];
        for (int i = 1; i <= limit; i++)
        {
            entries[i].Next = i == limit ? 0 : i + 1;
        }

        free = 1;
    }

    public Ip this[uint number] => entries[number].Address;

    /// <summary>The number of an address that a flow holds, or 0.</summary>
    public uint Find(in Ip address)
    {
        for (int at = buckets[Bucket(address)]; at != 0; at = entries[at].Next)
        {
            if (entries[at].Address == address)
            {
                return (uint)at;
            }
        }

        return 0;
    }

    /// <summary>Finds or makes the number and counts one more reference; 0 where the table is full.</summary>
    public uint Take(in Ip address)
    {
        uint found = Find(address);
        if (found == 0)
        {
            if (free == 0)
            {
                return 0;
            }

            found = (uint)free;
            int bucket = Bucket(address);
            free = entries[found].Next;
            entries[found] = new Entry { Address = address, Next = buckets[bucket] };
            buckets[bucket] = (int)found;
        }

        entries[found].References++;
        return found;
    }

    /// <summary>One more reference to a number in use.</summary>
    public void Hold(uint number) => entries[number].References++;

    public void Release(uint number)
    {
        ref Entry entry = ref entries[number];
        if (--entry.References > 0)
        {
            return;
        }

        ref int at = ref buckets[Bucket(entry.Address)];
        while (at != (int)number)
        {
            at = ref entries[at].Next;
        }

        at = entry.Next;
        entry.Next = free;
        free = (int)number;
    }

    private int Bucket(in Ip address) => (int)hash.Of(address.High, address.Low) & (buckets.Length - 1);

    private struct Entry
    {
        public Ip Address;
        public int Next;
        public int References;
    }
}
