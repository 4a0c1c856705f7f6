using System.Buffers.Binary;

namespace Appliance.TestSupport;

/// <summary>Ethernet frames made by hand: only the fields that filters and decoders look at are set.</summary>
internal static class RawFrame
{
    /// <summary>An IPv4 or IPv6 frame with ports, of the length asked for.</summary>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="from">Source port.</param>
    /// <param name="to">Destination port.</param>
    /// <param name="bytes">Length of the frame.</param>
    /// <param name="isV6">IPv6 instead of IPv4.</param>
    /// <param name="options">32-bit words of IPv4 options.</param>
    /// <param name="fragment">The fragment field of IPv4.</param>
    /// <param name="tags">VLAN tags: type in the upper half, id in the lower.</param>
    public static byte[] Make(
        byte protocol, ushort from, ushort to, int bytes, bool isV6 = false, int options = 0, ushort fragment = 0,
        params uint[] tags)
    {
        byte[] frame = new byte[bytes];
        frame.AsSpan(0, 6).Fill(0x02);
        frame.AsSpan(6, 6).Fill(0x06);
        int at = 12;
        foreach (uint tag in tags)
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(at), tag);
            at += 4;
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at), isV6 ? (ushort)0x86DD : (ushort)0x0800);
        int ip = at + 2;
        int header = isV6 ? 40 : 20 + (options * 4);
        frame[ip] = isV6 ? (byte)0x60 : (byte)(0x40 | (header / 4));
        frame[ip + (isV6 ? 6 : 9)] = protocol;
        if (!isV6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(ip + 2), (ushort)(bytes - ip));
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(ip + 6), fragment);
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(ip + header), from);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(ip + header + 2), to);
        return frame;
    }
}
