using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>A prefix made ready for the packet path: two words to compare, two to mask.</summary>
internal readonly struct PrefixMask
{
    private readonly ulong high;
    private readonly ulong low;
    private readonly ulong maskHigh;
    private readonly ulong maskLow;

    public PrefixMask(IpPrefix prefix)
    {
        // IPv4 is compared in its mapped form, 96 bits of which no IPv6 address of a packet has.
        int bits = prefix.Address.IsV4 ? prefix.Length + 96 : prefix.Length;
        maskHigh = Mask(Math.Min(bits, 64));
        maskLow = Mask(Math.Max(bits - 64, 0));
        high = prefix.Address.High & maskHigh;
        low = prefix.Address.Low & maskLow;
    }

    public bool Contains(in Ip address) => (((address.High & maskHigh) ^ high) | ((address.Low & maskLow) ^ low)) == 0;

    /// <summary>The address with this prefix in place of its own; the rest is kept.</summary>
    public Ip Replace(in Ip address) => new((address.High & ~maskHigh) | high, (address.Low & ~maskLow) | low);

    private static ulong Mask(int bits) => bits == 0 ? 0 : ulong.MaxValue << (64 - bits);
}
