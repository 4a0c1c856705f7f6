using Appliance.Wire;

namespace Appliance.Retention.AddressPlan;

/// <summary>Values by address range, found by an address in as many steps as there are lengths of ranges.</summary>
internal sealed class PrefixTable<T>
{
    // By bits of the 16-byte form, the longest first; one list for each range, in the order of adding.
    private readonly SortedDictionary<int, Dictionary<Ip, List<(IpPrefix Range, T Value)>>> lengths =
        new(Comparer<int>.Create((left, right) => right.CompareTo(left)));

    public void Add(IpPrefix range, T value)
    {
        int bits = range.Length + (range.Address.IsV4 ? 96 : 0);
        if (!lengths.TryGetValue(bits, out Dictionary<Ip, List<(IpPrefix, T)>>? ofLength))
        {
            lengths.Add(bits, ofLength = []);
        }

        Ip key = Cut(range.Address, bits);
        if (!ofLength.TryGetValue(key, out List<(IpPrefix, T)>? values))
        {
            ofLength.Add(key, values = []);
        }

        values.Add((range, value));
    }

    /// <summary>Values of the ranges that hold the address, those of the longest range first.</summary>
    public IEnumerable<T> Find(Ip address)
    {
        foreach ((int bits, Dictionary<Ip, List<(IpPrefix Range, T Value)>> ofLength) in lengths)
        {
            if (!ofLength.TryGetValue(Cut(address, bits), out List<(IpPrefix Range, T Value)>? values))
            {
                continue;
            }

            foreach ((IpPrefix range, T value) in values)
            {
                // Short ranges of IPv6 have the bits of IPv4 addresses too.
                if (range.Contains(address))
                {
                    yield return value;
                }
            }
        }
    }

    private static Ip Cut(Ip address, int bits) =>
        new(address.High & Mask(Math.Min(bits, 64)), address.Low & Mask(Math.Max(bits - 64, 0)));

    private static ulong Mask(int bits) => bits == 0 ? 0 : ulong.MaxValue << (64 - bits);
}
