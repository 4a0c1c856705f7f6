using System.Globalization;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>An address prefix, IPv4 or IPv6, with the masks of its comparison ready.</summary>
public readonly record struct IpPrefix
{
    private readonly ulong maskHigh;
    private readonly ulong maskLow;

    private IpPrefix(Ip address, int bits)
    {
        maskHigh = Mask(Math.Min(bits, 64));
        maskLow = Mask(Math.Max(bits - 64, 0));
        Network = new Ip(address.High & maskHigh, address.Low & maskLow);
        IsV4 = address.IsV4;
    }

    /// <summary>The first address of the prefix.</summary>
    public Ip Network { get; }

    /// <summary>True for an IPv4 prefix.</summary>
    public bool IsV4 { get; }

    /// <summary>Parses <c>10.0.0.0/8</c> or <c>fc00::/7</c>; bits beyond the length are ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix)
    {
        prefix = default;
        int slash = text.IndexOf('/');
        if (slash < 0 || !Ip.TryParse(text[..slash], out Ip address)
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int bits)
            || bits > (address.IsV4 ? 32 : 128))
        {
            return false;
        }

        prefix = new IpPrefix(address, address.IsV4 ? bits + 96 : bits);
        return true;
    }

    /// <summary>Parses a prefix that stands in the source.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The text is not a prefix.</exception>
    public static IpPrefix Parse(string text)
    {
        bool isPrefix = TryParse(text, out IpPrefix prefix);
        ArgumentOutOfRangeException.ThrowIfEqual(isPrefix, false, text);
        return prefix;
    }

    /// <summary>True where the address lies in the prefix; IPv4 addresses only lie in IPv4 prefixes.</summary>
    public bool Contains(in Ip address) =>
        (((address.High ^ Network.High) & maskHigh) | ((address.Low ^ Network.Low) & maskLow)) == 0
        && address.IsV4 == IsV4;

    private static ulong Mask(int bits) => bits == 0 ? 0 : ulong.MaxValue << (64 - bits);
}
