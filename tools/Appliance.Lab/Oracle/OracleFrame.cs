using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>
/// The oracle's own parse of one frame: Ethernet, IPv4, IPv6 with what stands before the transport, IPv4 in IPv6, TCP,
/// UDP, ICMP echo of both families; whatever else is not a packet to it.
/// Written from the RFCs, apart from the product's decoder, so that the two cannot share a mistake.
/// </summary>
internal struct OracleFrame
{
    private const int Ethernet = 14;
    private const ushort IpV4 = 0x0800;
    private const ushort IpV6 = 0x86DD;
    private const int V6Header = 40;
    private const byte Icmp = 1;
    private const byte Icmp6 = 58;
    private const byte IpInIp = 4;
    private const byte Tcp = 6;
    private const byte Syn = 2;
    private const byte Udp = 17;
    private const int TimestampOption = 8;
    private const int DigestInput = 64;

    public byte Protocol;
    public byte TcpFlags;
    public bool HasTimestamp;
    public Ip Source;
    public Ip Target;

    /// <summary>Ends of the IPv6 header straight around the IPv4 header; none without one.</summary>
    public Ip WireSource;
    public Ip WireTarget;
    public ushort SourcePort;
    public ushort TargetPort;
    public ushort IpId;

    /// <summary>Where an IPv4 fragment's data lies in its datagram, in units of 8 bytes; 0 for the first.</summary>
    public ushort FragmentAt;
    public bool HasMoreFragments;
    public uint Sequence;
    public uint Acknowledgment;
    public uint TsValue;
    public int PayloadAt;
    public int PayloadLength;

    /// <param name="frame">Ethernet frame.</param>
    /// <param name="parsed">The packet.</param>
    /// <returns>False for what is no packet. A later fragment is one, without ports.</returns>
    public static bool TryParse(ReadOnlySpan<byte> frame, out OracleFrame parsed)
    {
        parsed = default;
        if (frame.Length < Ethernet + 28)
        {
            return false;
        }

        ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        int at = Ethernet;
        int end = 0;
        if (type == IpV6)
        {
            parsed.ParseV6(frame, ref at, ref end);
            if (parsed.Protocol == IpInIp)
            {
                parsed.WireSource = parsed.Source;
                parsed.WireTarget = parsed.Target;
                parsed.ParseV4(frame, ref at, ref end);
            }
        }
        else if (type == IpV4)
        {
            parsed.ParseV4(frame, ref at, ref end);
        }

        if (parsed.FragmentAt > 0)
        {
            parsed.PayloadAt = at;
            parsed.PayloadLength = Math.Min(end, frame.Length) - at;
            return true;
        }

        return end >= at + 8 && parsed.ParseTransport(frame[at..Math.Min(end, frame.Length)], at);
    }

    /// <summary>
    /// The remote end is known outside by another address; an ICMPv6 echo then is an ICMP echo there.
    /// </summary>
    public void Translate(OracleNet net)
    {
        if (net.TryOutside(Target, out Ip outside))
        {
            Target = outside;
        }
        else if (net.TryOutside(Source, out outside))
        {
            Source = outside;
        }

        if (Protocol == Icmp6 && outside.IsV4)
        {
            Protocol = Icmp;
            TcpFlags = TcpFlags == 128 ? (byte)8 : (byte)0;
        }
    }

    /// <summary>
    /// Digest of everything that agreeing packets share: protocol, direction, remote end, the transport's invariant
    /// fields and the payload. Equal digests (<see cref="OracleDigest"/>) are equal contents.
    /// </summary>
    /// <param name="up">From the line.</param>
    /// <param name="payload">Digest of the payload.</param>
    /// <param name="net">What the NAT does to TCP's numbers.</param>
    public readonly UInt128 Digest(bool up, UInt128 payload, OracleNet net)
    {
        bool hasNumbers = HasNumbers(net);
        bool hasLine = hasNumbers && HasLineNumber(net);
        Span<byte> input = stackalloc byte[DigestInput];
        input.Clear();
        input[0] = Protocol;
        input[1] = up ? (byte)1 : (byte)0;
        input[2] = TcpFlags;
        input[3] = hasNumbers && HasTimestamp ? (byte)1 : (byte)0;
        (up ? Target : Source).Write(input[44..]);

        // Echo keeps its query id in both port fields, and the NAT changes it; its remote end has no port.
        BinaryPrimitives.WriteUInt16BigEndian(input[8..], IsEcho ? (ushort)0 : up ? TargetPort : SourcePort);
        BinaryPrimitives.WriteUInt32BigEndian(input[12..], (up ? hasLine : hasNumbers) ? Sequence : 0);
        BinaryPrimitives.WriteUInt32BigEndian(input[16..], (up ? hasNumbers : hasLine) ? Acknowledgment : 0);
        BinaryPrimitives.WriteUInt32BigEndian(input[20..], hasNumbers && HasTimestamp ? TsValue : 0);
        BinaryPrimitives.WriteInt32BigEndian(input[24..], PayloadLength);
        BinaryPrimitives.WriteUInt128BigEndian(input[28..], payload);
        return OracleDigest.Of(input);
    }

    public readonly bool IsEcho => Protocol is Icmp or Icmp6;

    /// <summary>True where the packet shows something to compare.</summary>
    public readonly bool IsComparable(OracleNet net) => HasNumbers(net) || PayloadLength > 0;

    /// <summary>The numbers of TCP are those that the other leg shows.</summary>
    public readonly bool HasNumbers(OracleNet net) => !net.IsRewritten || Protocol != Tcp;

    /// <summary>The same of the number of the line's side: after the handshake a gateway may have moved it.</summary>
    public readonly bool HasLineNumber(OracleNet net) => !net.IsResized || (TcpFlags & Syn) != 0;

    public readonly UInt128 PayloadDigest(ReadOnlySpan<byte> frame) =>
        PayloadLength == 0 ? default : OracleDigest.Of(frame.Slice(PayloadAt, PayloadLength));

    private void ParseV4(ReadOnlySpan<byte> frame, ref int at, ref int end)
    {
        ReadOnlySpan<byte> ip = frame[at..];
        Protocol = ip[9];
        IpId = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        Source = Ip.FromBytes(ip.Slice(12, 4));
        Target = Ip.FromBytes(ip.Slice(16, 4));
        end = at + BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        FragmentAt = (ushort)(fragment & 0x1FFF);
        HasMoreFragments = (fragment & 0x2000) != 0;
        at += (ip[0] & 0x0F) * 4;
    }

    // RFC 8200 section 4: hop-by-hop 0, routing 43, fragment 44, destination options 60.
    private void ParseV6(ReadOnlySpan<byte> frame, ref int at, ref int end)
    {
        ReadOnlySpan<byte> ip = frame[at..];
        Source = Ip.FromBytes(ip.Slice(8, 16));
        Target = Ip.FromBytes(ip.Slice(24, 16));
        end = at + V6Header + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        Protocol = ip[6];
        at += V6Header;
        while (Protocol is 0 or 43 or 44 or 60 && at + 8 <= frame.Length)
        {
            // A later fragment has no transport header: it is not a packet here.
            bool isLater = Protocol == 44 && (BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]) & 0xFFF8) != 0;
            int length = Protocol == 44 ? 8 : (frame[at + 1] + 1) * 8;
            Protocol = isLater ? byte.MaxValue : frame[at];
            at += length;
        }
    }

    private bool ParseTransport(ReadOnlySpan<byte> l4, int at)
    {
        int header = Protocol switch
        {
            Tcp => ParseTcp(l4),
            Udp => ParseUdp(l4),
            Icmp => ParseEcho(l4, 8, 0),
            Icmp6 => ParseEcho(l4, 128, 129),
            _ => 0,
        };
        PayloadAt = at + header;
        PayloadLength = l4.Length - header;
        return header > 0;
    }

    private int ParseTcp(ReadOnlySpan<byte> l4)
    {
        if (l4.Length < 20)
        {
            return 0;
        }

        Ports(l4);
        Sequence = BinaryPrimitives.ReadUInt32BigEndian(l4[4..]);
        Acknowledgment = BinaryPrimitives.ReadUInt32BigEndian(l4[8..]);
        TcpFlags = l4[13];
        int header = (l4[12] >> 4) * 4;
        for (int at = 20; at + 1 < header && l4[at] != 0; at += l4[at] == 1 ? 1 : Math.Max(2, (int)l4[at + 1]))
        {
            if (l4[at] == TimestampOption && at + 10 <= header)
            {
                HasTimestamp = true;
                TsValue = BinaryPrimitives.ReadUInt32BigEndian(l4[(at + 2)..]);
            }
        }

        return header;
    }

    private int ParseUdp(ReadOnlySpan<byte> l4)
    {
        Ports(l4);
        return 8;
    }

    private int ParseEcho(ReadOnlySpan<byte> l4, byte request, byte reply)
    {
        if (l4[0] != request && l4[0] != reply)
        {
            return 0;
        }

        TcpFlags = l4[0];
        SourcePort = TargetPort = BinaryPrimitives.ReadUInt16BigEndian(l4[4..]);
        Sequence = BinaryPrimitives.ReadUInt16BigEndian(l4[6..]);
        return 8;
    }

    private void Ports(ReadOnlySpan<byte> l4)
    {
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(l4);
        TargetPort = BinaryPrimitives.ReadUInt16BigEndian(l4[2..]);
    }
}
