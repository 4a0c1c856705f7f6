using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>Whose fragment it is (RFC 791 section 3.2, RFC 8200 section 4.5), and on which wire it was seen.</summary>
internal readonly record struct FragmentKey(Ip Source, Ip Destination, uint Id, uint Wire, byte Protocol);

/// <summary>
/// Ports of datagrams that come in fragments, from the first fragment on. Sets of four entries by hash, the oldest of
/// the set gives way: memory is fixed, and a flood only costs later fragments their ports.
/// </summary>
internal sealed class FragmentTable
{
    private const int Ways = 4;
    private readonly Entry[] entries = new Entry[Limits.FragmentSets * Ways];

    public void Add(in FragmentKey key, uint ports, long stampNs)
    {
        Span<Entry> set = Set(key);
        int oldest = 0;
        for (int i = 0; i < Ways; i++)
        {
            if (set[i].IsUsed && set[i].Key == key)
            {
                oldest = i;
                break;
            }

            oldest = !set[i].IsUsed || (set[oldest].IsUsed && set[i].StampNs < set[oldest].StampNs) ? i : oldest;
        }

        set[oldest] = new Entry { Key = key, Ports = ports, StampNs = stampNs, IsUsed = true };
    }

    public bool TryFind(in FragmentKey key, long stampNs, out uint ports)
    {
        foreach (ref Entry entry in Set(key))
        {
            if (entry.IsUsed && entry.Key == key && Math.Abs(stampNs - entry.StampNs) <= Limits.FragmentLifeNs)
            {
                ports = entry.Ports;
                return true;
            }
        }

        ports = 0;
        return false;
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
        public long StampNs;
        public uint Ports;
        public bool IsUsed;
    }
}
