using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// An address as a key may have to tell it apart: with the softwire that it lies behind, where there is one.
/// </summary>
/// <param name="Address">The address itself.</param>
/// <param name="Softwire">
/// The line's end of the tunnel (B4, RFC 6333 section 5): every line may use the same private addresses behind it.
/// </param>
internal readonly record struct WiredAddress(Ip Address, Ip Softwire);

/// <summary>
/// Addresses that are not plain IPv4 as 32-bit numbers, so that a flow's key is 16 bytes for all families. Counted
/// references; a number lives as long as a flow names it. Number 0 means "not known".
/// </summary>
internal sealed class AddressTable
{
    private readonly Entry[] entries;
    private readonly int[] buckets;
    private readonly KeyedHash hash;
    private readonly int reserve;
    private int free;
    private int freeCount;

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
        freeCount = limit;
        reserve = limit / Limits.AddressReservePart;
    }

    /// <summary>So few are left that only lines' own flows may take more: scans from the internet must not.</summary>
    public bool IsScarce => freeCount <= reserve;

    public Ip this[uint number] => entries[number].Address.Address;

    /// <summary>The softwire that the address lies behind; none for most.</summary>
    public Ip SoftwireOf(uint number) => entries[number].Address.Softwire;

    /// <summary>The number of an address that a flow holds, or 0.</summary>
    public uint Find(in WiredAddress address)
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
    public uint Take(in WiredAddress address)
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
            freeCount--;
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
        freeCount++;
    }

    private int Bucket(in WiredAddress address)
    {
        ulong seed = address.Softwire.IsNone ? 0 : hash.Of(address.Softwire.High, address.Softwire.Low);
        return (int)hash.Of(address.Address.High ^ seed, address.Address.Low) & (buckets.Length - 1);
    }

    private struct Entry
    {
        public WiredAddress Address;
        public int Next;
        public int References;
    }
}
