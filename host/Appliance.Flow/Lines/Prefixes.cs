using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>Prefixes in their canonical form.</summary>
internal static class Prefixes
{
    /// <summary>The prefix with all bits behind its length cleared.</summary>
    public static IpPrefix Cut(Ip address, int length)
    {
        int bits = address.IsV4 ? 96 + length : length;
        ulong high = bits >= 64 ? address.High : address.High & ~(ulong.MaxValue >> bits);
        ulong low = bits <= 64 ? 0 : bits >= 128 ? address.Low : address.Low & ~(ulong.MaxValue >> (bits - 64));
        return new IpPrefix(new Ip(high, low), length);
    }

    /// <summary>
    /// Narrow enough to be one line's: a server's default route or a crafted prefix of length 0 must not make one line
    /// the holder of everybody's addresses.
    /// </summary>
    public static bool IsNarrow(IpPrefix prefix) => !prefix.Address.IsNone
        && prefix.Length >= (prefix.Address.IsV4 ? Limits.LinePrefixV4Min : Limits.LinePrefixV6Min);
}
