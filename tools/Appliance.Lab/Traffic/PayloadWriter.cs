using System.Buffers.Binary;

namespace Appliance.Lab.Traffic;

/// <summary>Writes the payload of a packet and says the sum of its 16-bit words (RFC 1071).</summary>
internal sealed class PayloadWriter(PayloadPool pool, HelloBook hellos, NamePool names, bool outside)
{
    private const int RtpHeader = 12;
    private const int ShortHeader = 9;
    private const int EchoBytes = 56;

    /// <summary>Returns the payload's length; <paramref name="sum"/> may be wider than 16 bits.</summary>
    public int Write(in LiveFlow flow, in Emission packet, Span<byte> to, out uint sum)
    {
        switch (packet.Payload)
        {
            case PayloadKind.None:
                sum = 0;
                return 0;
            case PayloadKind.Pool:
                return Pool(packet, to, out sum);
            case PayloadKind.Rtp:
                return Rtp(flow, packet, to, out sum);
            default:
                int length = Special(flow, packet, to);
                sum = Sum(to[..length]);
                return length;
        }
    }

    /// <summary>Sum of the 16-bit words, an odd last byte as the high half.</summary>
    public static uint Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        while (bytes.Length >= sizeof(uint))
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        for (int at = 0; at < bytes.Length; at++)
        {
            sum += (uint)bytes[at] << ((at & 1) == 0 ? 8 : 0);
        }

        sum = (sum & 0xFFFF) + ((sum >> 16) & 0xFFFF) + (sum >> 32);
        return (uint)sum;
    }

    private static bool IsTranslated(in LiveFlow flow) => flow.Spec.Reach == FlowReach.Nat44;

    private int Pool(in Emission packet, Span<byte> to, out uint sum)
    {
        pool.Cut(packet.PayloadOffset, packet.PayloadLength).CopyTo(to);
        sum = pool.Sum(packet.PayloadOffset, packet.PayloadLength);
        return packet.PayloadLength;
    }

    private int Rtp(in LiveFlow flow, in Emission packet, Span<byte> to, out uint sum)
    {
        to[0] = 0x80;
        to[1] = 96;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)packet.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], packet.Sequence * 960);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], (uint)flow.Spec.Seed ^ (packet.Up ? 0 : 0x5555_5555u));
        int length = Pool(packet, to[RtpHeader..], out sum);
        sum += Sum(to[..RtpHeader]);
        return RtpHeader + length;
    }

    private int Special(in LiveFlow flow, in Emission packet, Span<byte> to)
    {
        switch (packet.Payload)
        {
            case PayloadKind.Hello:
                hellos.Tls(flow.Spec).Slice(packet.PayloadOffset, packet.PayloadLength).CopyTo(to);
                return packet.PayloadLength;
            case PayloadKind.QuicInitial:
                return hellos.QuicInitial(flow.Spec, (int)packet.Sequence, to);
            case PayloadKind.QuicServerInitial:
                return hellos.QuicServerInitial(flow.Spec, to);
            case PayloadKind.QuicShort:
                return Short(flow, packet, to);
            case PayloadKind.DnsQuery or PayloadKind.DnsResponse:
                return Dns(flow, packet, to);
            case PayloadKind.FtpCommand:
                return GatewayText.Command(flow.Spec, packet.PayloadOffset, outside && IsTranslated(flow), to);
            case PayloadKind.FtpReply:
                return GatewayText.Reply(flow.Spec, packet.PayloadOffset, to);
            case PayloadKind.SipRequest or PayloadKind.SipAnswer:
                bool isAnswer = packet.Payload == PayloadKind.SipAnswer;
                return GatewayText.Sip(flow.Spec, packet.Sequence, isAnswer, outside && IsTranslated(flow), to);
            default:
                return Echo(flow, packet, to);
        }
    }

    // Short header (RFC 9000 section 17.3.1): the receiver's connection id, then what looks encrypted.
    private int Short(in LiveFlow flow, in Emission packet, Span<byte> to)
    {
        ulong seed = flow.Spec.Seed;
        to[0] = (byte)(0x40 | (packet.Sequence & 0x3F));
        ulong id = packet.Up ? QuicSealer.ServerId(seed) : Prng.Mix(seed, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(to[1..], id);
        pool.Cut(packet.PayloadOffset, packet.PayloadLength).CopyTo(to[ShortHeader..]);
        return ShortHeader + packet.PayloadLength;
    }

    // RFC 1035: one question; the response adds one A record that points back to the name.
    private int Dns(in LiveFlow flow, in Emission packet, Span<byte> to)
    {
        bool response = packet.Payload == PayloadKind.DnsResponse;
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(flow.Spec.Seed >> 16));
        ReadOnlySpan<byte> rest = response
            ? [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]
            : [0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
        rest.CopyTo(to[2..]);
        int at = 12;
        ReadOnlySpan<byte> name = names.Bytes(flow.Spec.Name);
        while (!name.IsEmpty)
        {
            int dot = name.IndexOf((byte)'.');
            int length = dot < 0 ? name.Length : dot;
            to[at++] = (byte)length;
            name[..length].CopyTo(to[at..]);
            at += length;
            name = dot < 0 ? default : name[(dot + 1)..];
        }

        ReadOnlySpan<byte> end = [0, 0, 1, 0, 1];
        end.CopyTo(to[at..]);
        at += end.Length;
        if (response)
        {
            ReadOnlySpan<byte> answer = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 18, 3, 4];
            answer.CopyTo(to[at..]);
            at += answer.Length;
        }

        return at;
    }

    private static int Echo(in LiveFlow flow, in Emission packet, Span<byte> to)
    {
        if (packet.Payload == PayloadKind.EchoWindows)
        {
            "abcdefghijklmnopqrstuvwabcdefghi"u8.CopyTo(to);
            return 32;
        }

        for (int at = 16; at < EchoBytes; at++)
        {
            to[at] = (byte)at;
        }

        // The sender's own time: seconds, then microseconds.
        ulong seconds = (ulong)(flow.Spec.StartNs / 1_000_000_000) + packet.Sequence;
        BinaryPrimitives.WriteUInt64LittleEndian(to, seconds);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Prng.Mix(flow.Spec.Seed, packet.Sequence) % 1_000_000);
        return EchoBytes;
    }
}
