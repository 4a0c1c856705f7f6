using System.Buffers.Binary;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Machines;

/// <summary>Frames for the mirror ports of a machine.</summary>
internal static class DebianFrame
{
    private const int Ip = 14, Udp = Ip + 20, Payload = Udp + 8;

    /// <summary>An IPv4 datagram with UDP, without a checksum of UDP.</summary>
    public static byte[] Datagram(byte[] from, ushort fromPort, byte[] to, ushort toPort, byte[] payload)
    {
        byte[] frame = RawFrame.Make(17, fromPort, toPort, Payload + payload.Length);
        frame[Ip + 8] = 63;
        from.CopyTo(frame, Ip + 12);
        to.CopyTo(frame, Ip + 16);
        int sum = 0;
        for (int at = Ip; at < Udp; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at));
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(Ip + 10), (ushort)~((sum & 0xFFFF) + (sum >> 16)));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(Udp + 4), (ushort)(8 + payload.Length));
        payload.CopyTo(frame, Payload);
        return frame;
    }
}
