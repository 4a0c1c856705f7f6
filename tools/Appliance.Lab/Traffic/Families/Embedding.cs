using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Lab.Traffic;

/// <summary>What translators between families do to addresses, from the RFCs.</summary>
internal static class Embedding
{
    /// <summary>An IPv4 address in a prefix: RFC 6052 section 2.2. Octet 8 stays zero and is left out.</summary>
    public static Ip Embed(IpPrefix prefix, uint address)
    {
        Span<byte> bytes = stackalloc byte[16];
        prefix.Address.Write(bytes);
        int first = prefix.Length / 8;
        bytes[first..].Clear();
        for (int n = 0; n < 4; n++)
        {
            int at = first + n;
            bytes[first <= 8 && at >= 8 ? at + 1 : at] = (byte)(address >> (24 - (8 * n)));
        }

        return Ip.FromBytes(bytes);
    }

    /// <summary>
    /// An address with its /48 exchanged: RFC 6296 section 3.1 for prefixes of 48 bits. The difference of the two
    /// prefixes' sums goes into the next 16 bits, so that no checksum changes.
    /// </summary>
    public static Ip Exchange(Ip address, Ip from, Ip to)
    {
        ulong sum = Words(from) + (0xFFFF - (Words(to) % 0xFFFF)) + (address.High & 0xFFFF);
        ulong word = sum % 0xFFFF;
        return new Ip((to.High & ~0xFFFFUL) | word, address.Low);
    }

    /// <summary>RFC 7599 section 5: the address of a MAP device holds its IPv4 address and port set.</summary>
    public static Ip MapAddress(ulong high, uint address, ushort portSet) =>
        new(high, ((ulong)address << 16) | portSet);

    /// <summary>Sum of the 16-bit words of an address (RFC 1071), not folded.</summary>
    public static uint Sum(Ip address)
    {
        Span<byte> bytes = stackalloc byte[16];
        int length = address.Write(bytes);
        uint sum = 0;
        for (int at = 0; at < length; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        }

        return sum;
    }

    private static ulong Words(Ip prefix) =>
        (prefix.High >> 48) + ((prefix.High >> 32) & 0xFFFF) + ((prefix.High >> 16) & 0xFFFF);
}
