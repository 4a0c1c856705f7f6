using System.Buffers.Binary;

namespace Appliance.Lab.Traffic;

/// <summary>
/// Writes one Ethernet frame as the inside or the outside leg shows it. Checksums are made from sums of parts, so a
/// payload of the pool is never walked; they are right on both legs.
/// </summary>
internal sealed class FrameWriter(TrafficPlan plan, bool outside, PayloadWriter payloads)
{
    private const int Ethernet = 14;
    private const int IpHeader = 20;
    private const int L4At = Ethernet + IpHeader;
    private const int UdpHeader = 8;
    private const int IcmpHeader = 8;
    private const int TcpHeader = 20;
    private const int TimestampOption = 12;
    private const int TimestampBytes = 10;
    private const byte Syn = 2;
    private const byte Ack = 16;
    private const byte Tcp = 6;
    private const byte Icmp = 1;

    private readonly bool rewritesHeaders = outside && plan.RewritesHeaders;
    private readonly bool rewritesSequence = outside && plan.RewritesSequence;
    private readonly bool stripsTimestamps = outside && plan.StripsTimestamps;

    /// <summary>Writes the frame; returns its length.</summary>
    public int Write(in LiveFlow flow, in Emission packet, Span<byte> frame)
    {
        Link(frame, packet.Up);
        int header = flow.Spec.Protocol switch { Tcp => TcpLength(flow, packet), Icmp => IcmpHeader, _ => UdpHeader };
        int payload = payloads.Write(flow, packet, frame[(L4At + header)..], out uint sum);
        Span<byte> l4 = frame[L4At..];
        uint pseudo = Ip(frame[Ethernet..], flow, packet, header + payload);
        switch (flow.Spec.Protocol)
        {
            case Tcp:
                Ports(l4, flow.Spec, packet.Up);
                WriteTcp(l4, flow, packet, header);
                Finish(l4, header, 16, sum + pseudo);
                break;
            case Icmp:
                l4[0] = (byte)(packet.Up ? 8 : 0);
                l4[1] = 0;
                BinaryPrimitives.WriteUInt16BigEndian(l4[4..], Port(flow.Spec));
                BinaryPrimitives.WriteUInt16BigEndian(l4[6..], (ushort)packet.Sequence);
                Finish(l4, header, 2, sum);
                break;
            default:
                Ports(l4, flow.Spec, packet.Up);
                BinaryPrimitives.WriteUInt16BigEndian(l4[4..], (ushort)(header + payload));
                Finish(l4, header, 6, sum + pseudo);
                break;
        }

        return L4At + header + payload;
    }

    private static int TcpLength(in LiveFlow flow, in Emission packet)
    {
        if ((packet.TcpFlags & Syn) != 0)
        {
            return TcpHeader + (flow.Spec.Timestamps ? 20 : 12);
        }

        return flow.Spec.Timestamps ? TcpHeader + TimestampOption : TcpHeader;
    }

    private static void Finish(Span<byte> l4, int header, int checksumAt, uint sum)
    {
        BinaryPrimitives.WriteUInt16BigEndian(l4[checksumAt..], 0);
        ulong total = (ulong)sum + PayloadWriter.Sum(l4[..header]);
        ushort checksum = (ushort)~Fold(total);

        // RFC 768: a UDP checksum that comes out as zero is sent as all ones; harmless for the others.
        BinaryPrimitives.WriteUInt16BigEndian(l4[checksumAt..], checksum == 0 ? (ushort)0xFFFF : checksum);
    }

    private static ushort Fold(ulong sum)
    {
        sum = (sum & 0xFFFF_FFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)((sum & 0xFFFF) + (sum >> 16));
    }

    private void WriteTcp(Span<byte> l4, in LiveFlow flow, in Emission packet, int header)
    {
        // A rewriting NAT gives the line's side of the connection another beginning, in both directions' packets.
        uint moved = rewritesSequence ? (uint)flow.LegSeed : 0;
        moved += outside ? (uint)packet.Longer : 0;
        uint acknowledged = (packet.TcpFlags & Ack) != 0 ? moved : 0;
        BinaryPrimitives.WriteUInt32BigEndian(l4[4..], packet.Sequence + (packet.Up ? moved : 0));
        BinaryPrimitives.WriteUInt32BigEndian(l4[8..], packet.Acknowledgment + (packet.Up ? 0 : acknowledged));
        BinaryPrimitives.WriteUInt32BigEndian(
            l4[12..], ((uint)header << 26) | ((uint)packet.TcpFlags << 16) | 0xFA00);
        BinaryPrimitives.WriteUInt16BigEndian(l4[18..], 0);
        Span<byte> options = l4[TcpHeader..];
        if ((packet.TcpFlags & Syn) != 0)
        {
            // MSS 1460, SACK permitted, window scale 7; the rest is the timestamp or padding.
            ReadOnlySpan<byte> syn = [2, 4, 0x05, 0xB4, 1, 3, 3, 7, 4, 2, 1, 1];
            syn.CopyTo(options);
            options[3] = rewritesHeaders ? (byte)0x78 : (byte)0xB4;
            options = flow.Spec.Timestamps ? options[10..] : default;
        }
        else
        {
            options = flow.Spec.Timestamps ? options : default;
            if (!options.IsEmpty)
            {
                options[0] = 1;
                options[1] = 1;
                options = options[2..];
            }
        }

        if (stripsTimestamps)
        {
            options[..Math.Min(options.Length, TimestampBytes)].Fill(1);
        }
        else if (!options.IsEmpty)
        {
            options[0] = 8;
            options[1] = 10;
            BinaryPrimitives.WriteUInt32BigEndian(options[2..], packet.TsValue);
            BinaryPrimitives.WriteUInt32BigEndian(options[6..], packet.TsEcho);
        }
    }

    private void Link(Span<byte> frame, bool up)
    {
        // Locally administered addresses; the last byte says which side of which leg sent the frame.
        BinaryPrimitives.WriteUInt64BigEndian(frame, 0x0200_0000_0001_0200);
        BinaryPrimitives.WriteUInt64BigEndian(frame[6..], 0x0200_0000_0000_0800);
        frame[5] = (byte)((outside ? 0x10 : 0) | (up ? 1 : 2));
        frame[11] = (byte)((outside ? 0x10 : 0) | (up ? 2 : 1));
    }

    private ushort Port(in FlowSpec flow) => outside ? flow.PublicPort : flow.SubscriberPort;

    // Returns the sum of the pseudo header (RFC 9293 section 3.1).
    private uint Ip(Span<byte> ip, in LiveFlow live, in Emission packet, int l4Length)
    {
        ref readonly FlowSpec flow = ref live.Spec;
        uint identification = rewritesHeaders ? (ushort)(live.LegSeed + packet.IpId * 40503u) : packet.IpId;
        uint service = rewritesHeaders ? 0x28_0000u : 0;
        uint local = outside ? flow.PublicAddress : flow.SubscriberAddress;
        uint source = packet.Up ? local : flow.RemoteAddress;
        uint target = packet.Up ? flow.RemoteAddress : local;
        byte hops = (byte)(packet.Up ? 64 : 57);
        if (outside == packet.Up)
        {
            // The NAT took one: upwards the outside leg shows less, downwards the inside leg.
            hops--;
        }

        int total = IpHeader + l4Length;
        BinaryPrimitives.WriteUInt32BigEndian(ip, 0x4500_0000 | service | (uint)total);
        BinaryPrimitives.WriteUInt32BigEndian(ip[4..], (identification << 16) | 0x4000);
        BinaryPrimitives.WriteUInt32BigEndian(ip[8..], ((uint)hops << 24) | ((uint)flow.Protocol << 16));
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], target);
        uint addresses = (source >> 16) + (source & 0xFFFF) + (target >> 16) + (target & 0xFFFF);
        ulong sum = (ulong)addresses + 0x4500u + (service >> 16) + (uint)total + identification + 0x4000
            + ((uint)hops << 8) + flow.Protocol;
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~Fold(sum));
        return addresses + flow.Protocol + (uint)l4Length;
    }

    private void Ports(Span<byte> l4, in FlowSpec flow, bool up)
    {
        BinaryPrimitives.WriteUInt16BigEndian(l4, up ? Port(flow) : flow.RemotePort);
        BinaryPrimitives.WriteUInt16BigEndian(l4[2..], up ? flow.RemotePort : Port(flow));
    }
}
