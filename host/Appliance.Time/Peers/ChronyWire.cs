using System.Buffers.Binary;

namespace Appliance.Time.Peers;

/// <summary>
/// The command protocol of chronyd, version 6 (candm.h of chrony 4.3; what stands here is unchanged up to 4.8). Numbers
/// are big-endian. A request is padded to the length of its answer, else chronyd does not answer at all.
/// </summary>
/// <remarks>
/// <code>
/// request  0 version u1 (6) | 1 type u1 (1) | 4 command u2 | 6 attempt u2 | 8 sequence u4 | 20 data ... padding
/// reply    0 version u1 (6) | 1 type u1 (2) | 4 command u2 | 6 reply u2 | 8 status u2 | 16 sequence u4 | 28 data
/// Float    7 bits exponent, 25 bits coefficient, both signed: coefficient * 2^(exponent - 25)
/// Timespec high u4 (0x7fffffff: none) | low u4 | nanoseconds u4         IPAddr 16 bytes | family u2 | pad u2
/// </code>
/// </remarks>
public static class ChronyWire
{
    /// <summary>UDP port on the loopback address; the socket beside it is chronyd.sock in /run/chrony.</summary>
    public const int Port = 323;

    /// <summary>Longest answer that is asked for here.</summary>
    public const int ReplyBytesMax = 256;

    private const byte Version = 6;
    private const byte Request = 1;
    private const byte Reply = 2;
    private const int RequestHeaderBytes = 20;
    private const int ReplyHeaderBytes = 28;
    private const ushort CommandSources = 14; // REQ_N_SOURCES
    private const ushort CommandTracking = 33; // REQ_TRACKING
    private const ushort CommandSelectData = 69; // REQ_SELECT_DATA
    private const ushort ReplySources = 2; // RPY_N_SOURCES
    private const ushort ReplyTracking = 5; // RPY_TRACKING
    private const ushort ReplySelectData = 23; // RPY_SELECT_DATA
    private const int SourcesBytes = 4;
    private const int TrackingBytes = 76;
    private const int SelectDataBytes = 48;
    private const uint NoHighSeconds = 0x7fffffff;

    /// <summary>Asks for the state of the clock.</summary>
    public static byte[] AskTracking(uint sequence) => Ask(CommandTracking, sequence, TrackingBytes, null);

    /// <summary>Asks how many sources there are.</summary>
    public static byte[] AskSourceCount(uint sequence) => Ask(CommandSources, sequence, SourcesBytes, null);

    /// <summary>
    /// Asks for the interval of one source. chronyd answers this on its Unix socket only, not over UDP.
    /// </summary>
    public static byte[] AskSource(uint sequence, uint index) =>
        Ask(CommandSelectData, sequence, SelectDataBytes, index);

    /// <summary>Reads the answer to <see cref="AskTracking"/>; false where it is another or a refusal.</summary>
    public static bool TryTracking(ReadOnlySpan<byte> reply, uint sequence, out ChronyTracking tracking)
    {
        tracking = default;
        if (!TryData(reply, sequence, CommandTracking, ReplyTracking, TrackingBytes, out ReadOnlySpan<byte> data))
        {
            return false;
        }

        tracking = new ChronyTracking(
            BinaryPrimitives.ReadUInt32BigEndian(data),
            BinaryPrimitives.ReadUInt16BigEndian(data[24..]),
            (ChronyLeap)Math.Min((ushort)3, BinaryPrimitives.ReadUInt16BigEndian(data[26..])),
            TimeNs(data[28..]),
            Float(data[40..]),
            Float(data[44..]),
            Float(data[52..]),
            Float(data[60..]),
            Float(data[64..]),
            Float(data[68..]),
            Float(data[72..]));
        return true;
    }

    /// <summary>Reads the answer to <see cref="AskSourceCount"/>.</summary>
    public static bool TrySourceCount(ReadOnlySpan<byte> reply, uint sequence, out uint count)
    {
        count = 0;
        if (!TryData(reply, sequence, CommandSources, ReplySources, SourcesBytes, out ReadOnlySpan<byte> data))
        {
            return false;
        }

        count = BinaryPrimitives.ReadUInt32BigEndian(data);
        return true;
    }

    /// <summary>Reads the answer to <see cref="AskSource"/>.</summary>
    public static bool TrySource(ReadOnlySpan<byte> reply, uint sequence, out ChronySource source)
    {
        source = default;
        if (!TryData(reply, sequence, CommandSelectData, ReplySelectData, SelectDataBytes, out ReadOnlySpan<byte> data))
        {
            return false;
        }

        source = new ChronySource(
            BinaryPrimitives.ReadUInt32BigEndian(data),
            data[24],
            (ChronyLeap)Math.Min((byte)3, data[26]),
            BinaryPrimitives.ReadUInt32BigEndian(data[32..]),
            Float(data[40..]),
            Float(data[44..]));
        return true;
    }

    /// <summary>chrony's own floating-point format, exactly.</summary>
    internal static double Float(ReadOnlySpan<byte> bytes)
    {
        int bits = BinaryPrimitives.ReadInt32BigEndian(bytes);
        int exponent = bits >> 25; // Both parts are signed: the shifts bring their signs along.
        int coefficient = bits << 7 >> 7;
        return Math.ScaleB(coefficient, exponent - 25);
    }

    private static byte[] Ask(ushort command, uint sequence, int replyDataBytes, uint? index)
    {
        byte[] request = new byte[ReplyHeaderBytes + replyDataBytes];
        request[0] = Version;
        request[1] = Request;
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(4), command);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(8), sequence);
        if (index is uint asked)
        {
            BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(RequestHeaderBytes), asked);
        }

        return request;
    }

    private static bool TryData(
        ReadOnlySpan<byte> reply, uint sequence, ushort command, ushort kind, int bytes, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (reply.Length < ReplyHeaderBytes + bytes || reply[0] != Version || reply[1] != Reply ||
            BinaryPrimitives.ReadUInt16BigEndian(reply[4..]) != command ||
            BinaryPrimitives.ReadUInt16BigEndian(reply[6..]) != kind ||
            BinaryPrimitives.ReadUInt16BigEndian(reply[8..]) != 0 ||
            BinaryPrimitives.ReadUInt32BigEndian(reply[16..]) != sequence)
        {
            return false;
        }

        data = reply[ReplyHeaderBytes..];
        return true;
    }

    private static long TimeNs(ReadOnlySpan<byte> data)
    {
        uint high = BinaryPrimitives.ReadUInt32BigEndian(data);
        uint low = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        uint nanoseconds = BinaryPrimitives.ReadUInt32BigEndian(data[8..]);
        long seconds = high is NoHighSeconds or > 0x7fff ? low : ((long)high << 32) | low;
        return seconds > long.MaxValue / 2_000_000_000 ? 0 : (seconds * 1_000_000_000) + (nanoseconds % 1_000_000_000);
    }
}
