using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>Whose fragment it is (RFC 791 section 3.2, RFC 8200 section 4.5), and on which wire it was seen.</summary>
internal readonly record struct FragmentKey(Ip Source, Ip Destination, uint Id, uint Wire, byte Protocol);

/// <summary>What the first fragment tells the others.</summary>
/// <param name="Ports">Source port, then destination port.</param>
/// <param name="Sequence">TCP sequence number that data at offset 0 of the datagram would have; else 0.</param>
internal readonly record struct FragmentHead(uint Ports, uint Sequence);

/// <summary>Where a fragment lies in its datagram, bytes.</summary>
/// <param name="Offset">Of its data.</param>
/// <param name="Length">Of its data.</param>
/// <param name="IpLength">With its header.</param>
/// <param name="IsLast">No more fragments follow it.</param>
internal readonly record struct FragmentPart(int Offset, int Length, int IpLength, bool IsLast);

/// <summary>Fragments that came before the first one of their datagram.</summary>
internal record struct EarlyFragments(ushort Packets, int IpBytes, int DataBytes);

/// <summary>
/// Ports of datagrams that come in fragments, from the first fragment on, until a moment after all of the datagram has
/// come. What comes before the first one is only counted, for the first one to take along. Sets of four entries by
/// hash, the oldest of the set gives way: memory is fixed, and a flood only costs later fragments their ports.
/// </summary>
internal sealed class FragmentTable
{
    private const int Ways = 4;
    private readonly Entry[] entries = new Entry[Limits.FragmentSets * Ways];

    /// <summary>Takes a first fragment; returns what came before it.</summary>
    public EarlyFragments Add(in FragmentKey key, FragmentHead head, in FragmentPart part, long stampNs)
    {
        ref Entry entry = ref Find(key, out bool isKnown);
        bool isEarly = isKnown && !entry.HasHead && Math.Abs(stampNs - entry.StampNs) <= Limits.FragmentEarlyNs;
        Entry before = isEarly ? entry : default;
        entry = new Entry
        {
            Key = key,
            Head = head,
            HasHead = true,
            StampNs = stampNs,
            Seen = before.Early.DataBytes + part.Length,
            Total = before.Total,
            IsUsed = true,
        };
        return before.Early;
    }

    /// <summary>What the first fragment told; false, with the fragment noted, where it did not come yet.</summary>
    public bool TryFind(in FragmentKey key, in FragmentPart part, long stampNs, out FragmentHead head)
    {
        ref Entry entry = ref Find(key, out bool isKnown);
        bool isOpen = entry.HasHead && !(entry.IsWhole && part.Offset + part.Length <= entry.Total);
        long life = isOpen ? Limits.FragmentLifeNs : Limits.FragmentEarlyNs;
        if (!isKnown || Math.Abs(stampNs - entry.StampNs) > life)
        {
            entry = new Entry { Key = key, StampNs = stampNs, IsUsed = true };
        }

        head = entry.Head;
        bool isFound = entry.HasHead;
        entry.Total = part.IsLast ? part.Offset + part.Length : entry.Total;
        if (isFound)
        {
            entry.Seen += part.Length;
        }
        else if (entry.Early.Packets < Limits.FragmentsMax)
        {
            entry.Early.Packets++;
            entry.Early.IpBytes += part.IpLength;
            entry.Early.DataBytes += part.Length;
        }

        return isFound;
    }

    /// <summary>The entry of the key, or the one that gives way to it.</summary>
    private ref Entry Find(in FragmentKey key, out bool isKnown)
    {
        Span<Entry> set = Set(key);
        int oldest = 0;
        for (int i = 0; i < Ways; i++)
        {
            if (set[i].IsUsed && set[i].Key == key)
            {
                isKnown = true;
                return ref set[i];
            }

            oldest = !set[i].IsUsed || (set[oldest].IsUsed && set[i].StampNs < set[oldest].StampNs) ? i : oldest;
        }

        isKnown = false;
        return ref set[oldest];
    }

    private Span<Entry> Set(in FragmentKey key)
    {
        ulong hash = key.Source.High ^ (key.Source.Low * 0x9E37_79B9_7F4A_7C15);
        hash = (hash ^ (hash >> 32) ^ key.Destination.High ^ key.Destination.Low) * 0xC2B2_AE3D_27D4_EB4F;
        hash = (hash ^ (hash >> 29) ^ key.Id ^ ((ulong)key.Wire << 32) ^ key.Protocol) * 0x1656_67B1_9E37_79F9;
        return entries.AsSpan((int)((hash >> 40) % Limits.FragmentSets) * Ways, Ways);
    }

    private struct Entry
    {
        public FragmentKey Key;
        public FragmentHead Head;
        public EarlyFragments Early;
        public long StampNs;

        /// <summary>Bytes of the datagram that came so far, and all of them; 0 while the last is not known.</summary>
        public int Seen;
        public int Total;
        public bool HasHead;
        public bool IsUsed;

        // Copies may follow, but the identification may come again soon: it names no other fragment's ports for long.
        public readonly bool IsWhole => Total != 0 && Seen >= Total;
    }
}
