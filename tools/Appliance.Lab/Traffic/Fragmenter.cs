using System.Buffers.Binary;

namespace Appliance.Lab.Traffic;

/// <summary>Cuts an Ethernet frame with an IPv4 datagram in two fragments (RFC 791 section 3.2).</summary>
internal static class Fragmenter
{
    private const int Ethernet = 14;
    private const int IpHeader = 20;
    private const int HeadersEnd = Ethernet + IpHeader;
    private const ushort MoreFragments = 0x2000;

    /// <summary>
    /// Cuts the datagram near its middle. The first fragment stays where it is.
    /// </summary>
    /// <param name="room">The frame, and room behind it for the second fragment's headers.</param>
    /// <param name="length">Bytes of the frame; what is written is <see cref="IpHeader"/> and 14 more.</param>
    /// <returns>Bytes of the first fragment's frame; the second's begins there.</returns>
    public static int Cut(Span<byte> room, int length)
    {
        int data = (length - HeadersEnd) / 2 / 8 * 8;
        int first = HeadersEnd + data;
        room[first..length].CopyTo(room[(first + HeadersEnd)..]);
        room[..HeadersEnd].CopyTo(room[first..]);
        Finish(room, IpHeader + data, MoreFragments);
        Finish(room[first..], length - Ethernet - data, (ushort)(data / 8));
        return first;
    }

    private static void Finish(Span<byte> frame, int total, ushort fragment)
    {
        Span<byte> ip = frame.Slice(Ethernet, IpHeader);
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)total);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], fragment);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], 0);
        uint sum = 0;
        for (int i = 0; i < IpHeader; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(ip[i..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~sum);
    }
}
