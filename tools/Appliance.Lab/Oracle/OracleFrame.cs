using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Lab.Oracle;

/// <summary>
/// The oracle's own parse of one frame: Ethernet, IPv4, TCP, UDP, ICMP echo; whatever else is not a packet to it.
/// Written from the RFCs, apart from the product's decoder, so that the two cannot share a mistake.
/// </summary>
internal struct OracleFrame
{
    private const int Ethernet = 14;
    private const ushort IpV4 = 0x0800;
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const int TimestampOption = 8;
    private const int DigestInput = 64;

    public byte Protocol;
    public byte TcpFlags;
    public bool HasTimestamp;
    public uint Source;
    public uint Target;
    public ushort SourcePort;
    public ushort TargetPort;
    public ushort IpId;
    public uint Sequence;
    public uint Acknowledgment;
    public uint TsValue;
    public int PayloadAt;
    public int PayloadLength;

    public static bool TryParse(ReadOnlySpan<byte> frame, out OracleFrame parsed)
    {
        parsed = default;
        if (frame.Length < Ethernet + 28 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != IpV4)
        {
            return false;
        }

        ReadOnlySpan<byte> ip = frame[Ethernet..];
        int header = (ip[0] & 0x0F) * 4;
        int total = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(ip[2..]), ip.Length);
        parsed.Protocol = ip[9];
        parsed.IpId = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        parsed.Source = BinaryPrimitives.ReadUInt32BigEndian(ip[12..]);
        parsed.Target = BinaryPrimitives.ReadUInt32BigEndian(ip[16..]);
        ReadOnlySpan<byte> l4 = ip[header..total];
        int l4Header = parsed.Protocol switch
        {
            Tcp => parsed.ParseTcp(l4),
            Udp => parsed.ParseUdp(l4),
            Icmp => parsed.ParseEcho(l4),
            _ => 0,
        };
        parsed.PayloadAt = Ethernet + header + l4Header;
        parsed.PayloadLength = l4.Length - l4Header;
        return l4Header > 0;
    }

    /// <summary>
    /// Digest of everything that agreeing packets share: protocol, direction, remote end, the transport's invariant
    /// fields and the payload. Equal digests (128 bits of SHA-256) are equal contents.
    /// </summary>
    public readonly UInt128 Digest(bool up, UInt128 payload)
    {
        Span<byte> input = stackalloc byte[DigestInput];
        input.Clear();
        input[0] = Protocol;
        input[1] = up ? (byte)1 : (byte)0;
        input[2] = TcpFlags;
        input[3] = HasTimestamp ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(input[4..], up ? Target : Source);

        // Echo keeps its query id in both port fields, and the NAT changes it; its remote end has no port.
        BinaryPrimitives.WriteUInt16BigEndian(input[8..], Protocol == Icmp ? (ushort)0 : up ? TargetPort : SourcePort);
        BinaryPrimitives.WriteUInt32BigEndian(input[12..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(input[16..], Acknowledgment);
        BinaryPrimitives.WriteUInt32BigEndian(input[20..], HasTimestamp ? TsValue : 0);
        BinaryPrimitives.WriteInt32BigEndian(input[24..], PayloadLength);
        BinaryPrimitives.WriteUInt128BigEndian(input[28..], payload);
        return Short(input);
    }

    public readonly UInt128 PayloadDigest(ReadOnlySpan<byte> frame) =>
        PayloadLength == 0 ? default : Short(frame.Slice(PayloadAt, PayloadLength));

    private static UInt128 Short(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
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

    private int ParseEcho(ReadOnlySpan<byte> l4)
    {
        if (l4[0] is not (0 or 8))
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
