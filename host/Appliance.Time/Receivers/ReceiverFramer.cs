using System.Buffers.Binary;
using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>What a receiver's byte stream holds.</summary>
internal enum FrameKind : byte
{
    /// <summary>A UBX frame whose checksum is right.</summary>
    Ubx,

    /// <summary>An NMEA 0183 sentence whose checksum is right.</summary>
    Nmea,
}

/// <summary>One whole frame; good until the framer is next used.</summary>
internal readonly ref struct ReceiverFrame
{
    /// <summary>Which protocol.</summary>
    public FrameKind Kind { get; init; }

    /// <summary>UBX: class and identity as 0xCCII. NMEA: 0.</summary>
    public ushort Message { get; init; }

    /// <summary>UBX: the payload. NMEA: what stands between $ and *.</summary>
    public ReadOnlySpan<byte> Body { get; init; }

    /// <summary>When the last byte of the frame arrived.</summary>
    public RawTime ArrivedAt { get; init; }
}

/// <summary>
/// Finds UBX frames and NMEA sentences in a stream of bytes that may begin anywhere, hold anything between them and be
/// damaged. What does not check is left byte by byte, so a false start never swallows a frame that begins inside it.
/// Each byte keeps the time of its arrival: a frame that stood behind a false start still has its own.
/// </summary>
/// <remarks>
/// <code>
/// UBX   B5 62 | class u1 | id u1 | length u2 LE | payload | ck_a u1 | ck_b u1   (8-bit Fletcher over class .. payload)
/// NMEA  $ address fields * hh CR LF                                             (hh: XOR of what is between $ and *)
/// </code>
/// u-blox M8 protocol specification UBX-13003221, 32.2 and 31.1.4; NMEA 0183 5.2.
/// </remarks>
internal sealed class ReceiverFramer
{
    private const byte SyncFirst = 0xB5;
    private const byte SyncSecond = 0x62;
    private const byte Dollar = (byte)'$';
    private const int UbxHeaderBytes = 6;
    private const int UbxFrameBytesMax = UbxHeaderBytes + ReceiverLimits.UbxPayloadBytesMax + 2;

    // Twice the longest frame: what is unfinished fits, and room is made by moving it once a frame length.
    private readonly byte[] bytes = new byte[2 * UbxFrameBytesMax];
    private readonly long[] arrivals = new long[2 * UbxFrameBytesMax];
    private int start;
    private int end;

    /// <summary>Frames handed out.</summary>
    public long Frames { get; private set; }

    /// <summary>False starts: a checksum or a form that does not hold.</summary>
    public long Damaged { get; private set; }

    /// <summary>Bytes that belonged to no frame.</summary>
    public long Skipped { get; private set; }

    /// <summary>Takes as much as there is room for; the rest once <see cref="TryNext"/> said no.</summary>
    /// <returns>Bytes taken; at least one where <paramref name="input"/> is not empty and TryNext said no.</returns>
    public int Add(ReadOnlySpan<byte> input, RawTime now)
    {
        MakeRoom();
        int taken = Math.Min(input.Length, bytes.Length - end);
        input[..taken].CopyTo(bytes.AsSpan(end));
        arrivals.AsSpan(end, taken).Fill(now.Nanoseconds);
        end += taken;
        return taken;
    }

    /// <summary>The next whole frame, or false where more bytes are needed.</summary>
    public bool TryNext(out ReceiverFrame frame)
    {
        while (start < end)
        {
            Verdict verdict = bytes[start] switch
            {
                SyncFirst => JudgeUbx(out frame),
                Dollar => JudgeNmea(out frame),
                _ => SkipOne(out frame),
            };
            if (verdict == Verdict.Whole)
            {
                Frames++;
                return true;
            }

            if (verdict == Verdict.Unfinished)
            {
                return false;
            }
        }

        frame = default;
        return false;
    }

    private Verdict JudgeUbx(out ReceiverFrame frame)
    {
        ReadOnlySpan<byte> rest = bytes.AsSpan(start, end - start);
        frame = default;
        if (rest.Length > 1 && rest[1] != SyncSecond)
        {
            return SkipOne(out frame);
        }

        if (rest.Length < UbxHeaderBytes)
        {
            return Verdict.Unfinished;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
        int whole = UbxHeaderBytes + length + 2;
        if (length > ReceiverLimits.UbxPayloadBytesMax)
        {
            return FalseStart(out frame);
        }

        if (rest.Length < whole)
        {
            return Verdict.Unfinished;
        }

        ushort stated = BinaryPrimitives.ReadUInt16LittleEndian(rest[(whole - 2)..]);
        if (Fletcher(rest[2..(UbxHeaderBytes + length)]) != stated)
        {
            return FalseStart(out frame);
        }

        frame = new ReceiverFrame
        {
            Kind = FrameKind.Ubx,
            Message = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]),
            Body = rest.Slice(UbxHeaderBytes, length),
            ArrivedAt = new RawTime(arrivals[start + whole - 1]),
        };
        start += whole;
        return Verdict.Whole;
    }

    private Verdict JudgeNmea(out ReceiverFrame frame)
    {
        ReadOnlySpan<byte> rest = bytes.AsSpan(start, Math.Min(end - start, ReceiverLimits.NmeaSentenceBytesMax));
        frame = default;
        int length = rest[1..].IndexOfAnyExceptInRange((byte)' ', (byte)'~') + 1;
        int next = rest[1..].IndexOf(Dollar) + 1;
        if (length == 0 && next == 0)
        {
            return rest.Length < ReceiverLimits.NmeaSentenceBytesMax ? Verdict.Unfinished : FalseStart(out frame);
        }

        // A second $ before the line's end: the first lost its own.
        if (length == 0 || (next > 0 && next < length) || rest[length] is not ((byte)'\r' or (byte)'\n'))
        {
            return FalseStart(out frame);
        }

        ReadOnlySpan<byte> line = rest[1..length].TrimEnd((byte)' ');
        if (line.Length < 8 || line[^3] != '*' || !TryHex(line[^2..], out int stated) || Xor(line[..^3]) != stated)
        {
            return FalseStart(out frame);
        }

        frame = new ReceiverFrame
        {
            Kind = FrameKind.Nmea, Body = line[..^3], ArrivedAt = new RawTime(arrivals[start + length]),
        };
        start += length + 1;
        return Verdict.Whole;
    }

    private Verdict FalseStart(out ReceiverFrame frame)
    {
        Damaged++;
        return SkipOne(out frame);
    }

    private Verdict SkipOne(out ReceiverFrame frame)
    {
        frame = default;
        start++;
        Skipped++;
        return Verdict.Nothing;
    }

    private void MakeRoom()
    {
        if (start == end)
        {
            start = end = 0;
        }
        else if (end == bytes.Length)
        {
            Array.Copy(bytes, start, bytes, 0, end - start);
            Array.Copy(arrivals, start, arrivals, 0, end - start);
            (start, end) = (0, end - start);
        }
    }

    /// <summary>Checksum of UBX, ck_a in the low byte.</summary>
    internal static ushort Fletcher(ReadOnlySpan<byte> checkedBytes)
    {
        byte a = 0;
        byte b = 0;
        foreach (byte value in checkedBytes)
        {
            a += value;
            b += a;
        }

        return (ushort)(a | (b << 8));
    }

    private static int Xor(ReadOnlySpan<byte> checkedBytes)
    {
        int sum = 0;
        foreach (byte value in checkedBytes)
        {
            sum ^= value;
        }

        return sum;
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            int nibble = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                _ => -1,
            };
            if (nibble < 0)
            {
                return false;
            }

            value = (value << 4) | nibble;
        }

        return true;
    }

    private enum Verdict
    {
        Nothing,
        Unfinished,
        Whole,
    }
}
