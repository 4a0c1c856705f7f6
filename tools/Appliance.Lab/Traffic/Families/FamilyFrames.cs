using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Lab.Traffic;

/// <summary>
/// Turns the IPv4 frame of the frame writer into what a leg shows of a flow of another family: other addresses, IPv6
/// with or without extension headers, or IPv4 in a softwire. Checksums are updated, not made anew (RFC 1624), so that
/// a wrong one stays wrong.
/// </summary>
internal sealed class FamilyFrames(FamilyMap map, bool outside)
{
    private const int Ethernet = 14;
    private const int V6Header = 40;
    private const ushort TypeV6 = 0x86DD;
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Icmp6 = 58;
    private const byte IpInIp = 4;
    private static readonly Ip Relay = new(0x2001_0DB8_AF78_0000, 1);

    /// <summary>
    /// Changes the frame in place; returns its new length. <paramref name="ipBytes"/> is the length of the packet
    /// that counts, without a softwire's header.
    /// </summary>
    public int Apply(
        in FlowSpec flow, bool up, bool isTransit, Span<byte> frame, int length, out int ipBytes)
    {
        ipBytes = length - Ethernet;
        if (!map.Applies(flow))
        {
            return length;
        }

        LegEnds ends = isTransit ? map.Transit(flow) : outside ? map.Outside(flow) : map.Inside(flow);
        (Ip source, Ip target) = up ? (ends.Line, ends.Remote) : (ends.Remote, ends.Line);
        Ports(frame, flow, ends, up);
        int added = 0;
        if (source.IsV4)
        {
            Readdress(frame[Ethernet..], source, target);
        }
        else
        {
            added = ToV6(frame, length, source, target, map.HasExtensions(flow));
        }

        ipBytes += added;
        if (!ends.Softwire.IsNone)
        {
            (source, target) = up ? (ends.Softwire, Relay) : (Relay, ends.Softwire);
            added += Wrap(frame, length, source, target);
        }

        return length + added;
    }

    /// <summary>Number of the interface that shows the flow here.</summary>
    public ushort Interface(in FlowSpec flow, bool isTransit) =>
        (ushort)(isTransit || (outside && !map.IsInsideOnly(flow)) ? 1 : 0);

    /// <summary>The leg shows the flow's packets once more, on their way between the halves of a hairpin.</summary>
    public bool HasTransit(in FlowSpec flow) => outside && map.HasTransit(flow);

    // The frame writer gave the leg's port of the plan; a family may show another one.
    private void Ports(Span<byte> frame, in FlowSpec flow, in LegEnds ends, bool up)
    {
        ushort written = outside ? flow.PublicPort : flow.SubscriberPort;
        if (written == ends.LinePort)
        {
            return;
        }

        Span<byte> l4 = frame[(Ethernet + HeaderOf(frame))..];
        int at = flow.Protocol == Icmp ? 4 : up ? 0 : 2;
        BinaryPrimitives.WriteUInt16BigEndian(l4[at..], ends.LinePort);
        Update(l4, flow.Protocol, written, ends.LinePort);
    }

    private static void Readdress(Span<byte> ip, Ip source, Ip target)
    {
        int header = (ip[0] & 15) * 4;
        uint before = Sum(ip.Slice(12, 8));
        source.Write(ip[12..]);
        target.Write(ip[16..]);
        uint after = Sum(ip.Slice(12, 8));
        Update(ip[10..], before, after);
        if (ip[9] != Icmp)
        {
            Update(ip[header..], ip[9], before, after);
        }
    }

    /// <summary>Exchanges the IPv4 header for an IPv6 header; returns how much longer the frame is.</summary>
    private static int ToV6(Span<byte> frame, int length, Ip source, Ip target, bool hasExtensions)
    {
        Span<byte> ip = frame[Ethernet..];
        int header = HeaderOf(frame);
        byte protocol = ip[9];
        byte hops = ip[8];
        uint before = Sum(ip.Slice(12, 8));
        uint after = Embedding.Sum(source) + Embedding.Sum(target);
        Span<byte> l4 = frame[(Ethernet + header)..length];
        if (protocol == Icmp)
        {
            before = (uint)l4[0] << 8;
            l4[0] = (byte)(l4[0] == 8 ? 128 : 129);
            after += ((uint)l4[0] << 8) + (uint)l4.Length + Icmp6;
        }

        Update(l4, protocol, before, after);
        ReadOnlySpan<byte> extensions = hasExtensions ? Extensions(protocol == Icmp ? Icmp6 : protocol) : [];
        int added = V6Header + extensions.Length - header;
        int l4Length = l4.Length;
        l4.CopyTo(frame[(Ethernet + V6Header + extensions.Length)..]);
        extensions.CopyTo(frame[(Ethernet + V6Header)..]);
        byte next = hasExtensions ? (byte)0 : protocol == Icmp ? Icmp6 : protocol;
        WriteV6(frame, source, target, extensions.Length + l4Length, next, hops);
        return added;
    }

    private static int Wrap(Span<byte> frame, int length, Ip source, Ip target)
    {
        int inner = BinaryPrimitives.ReadUInt16BigEndian(frame[(Ethernet + 2)..]);
        frame[Ethernet..length].CopyTo(frame[(Ethernet + V6Header)..]);
        WriteV6(frame, source, target, inner, IpInIp, 63);
        return V6Header;
    }

    private static void WriteV6(Span<byte> frame, Ip source, Ip target, int payload, byte next, byte hops)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], TypeV6);
        Span<byte> ip = frame[Ethernet..];
        BinaryPrimitives.WriteUInt32BigEndian(ip, 0x6000_0000);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)payload);
        ip[6] = next;
        ip[7] = hops;
        source.Write(ip[8..]);
        target.Write(ip[24..]);
    }

    // RFC 8200 section 4: hop-by-hop options, destination options (padding both), and an atomic fragment (RFC 6946).
    private static ReadOnlySpan<byte> Extensions(byte last) => new byte[]
    {
        60, 0, 1, 4, 0, 0, 0, 0,
        44, 0, 1, 4, 0, 0, 0, 0,
        last, 0, 0, 0, 0x12, 0x34, 0x56, 0x78,
    };

    private static int HeaderOf(ReadOnlySpan<byte> frame) => (frame[Ethernet] & 15) * 4;

    private static void Update(Span<byte> l4, byte protocol, uint before, uint after)
    {
        int at = protocol switch { Tcp => 16, Udp => 6, _ => 2 };
        Update(l4[at..], before, after);
    }

    // RFC 1624 section 3: HC' = ~(~HC + ~m + m').
    private static void Update(Span<byte> checksum, uint before, uint after)
    {
        uint sum = (uint)(ushort)~BinaryPrimitives.ReadUInt16BigEndian(checksum) + (ushort)~Fold(before) + Fold(after);
        ushort updated = (ushort)~Fold(sum);
        BinaryPrimitives.WriteUInt16BigEndian(checksum, updated == 0 ? (ushort)0xFFFF : updated);
    }

    private static uint Sum(ReadOnlySpan<byte> words)
    {
        uint sum = 0;
        for (int at = 0; at < words.Length; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(words[at..]);
        }

        return sum;
    }

    private static ushort Fold(uint sum)
    {
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)((sum & 0xFFFF) + (sum >> 16));
    }
}
