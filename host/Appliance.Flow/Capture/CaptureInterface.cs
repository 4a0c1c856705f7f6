using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>
/// What a pcapng interface block says: link type, snap length, and how its stamps become nanoseconds.
/// </summary>
internal struct CaptureInterface
{
    private const ushort OptionResolution = 9;
    private const ushort OptionOffset = 14;

    public ushort LinkType;

    /// <summary>0 for no limit.</summary>
    public uint SnapLength;

    // Stamps count 10^-power seconds, or 2^-power where isBinary.
    private bool isBinary;
    private int power;
    private long offsetSeconds;

    /// <summary>
    /// Reads the body of an interface block; false where its clock resolution is beyond a 64-bit stamp.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> body, bool isBig, out CaptureInterface result)
    {
        result = new CaptureInterface
        {
            LinkType = Read16(body, isBig),
            SnapLength = isBig
                ? BinaryPrimitives.ReadUInt32BigEndian(body[4..])
                : BinaryPrimitives.ReadUInt32LittleEndian(body[4..]),
            power = 6,
        };
        ReadOnlySpan<byte> options = body[8..];
        while (options.Length >= 4)
        {
            ushort code = Read16(options, isBig);
            int length = Read16(options[2..], isBig);
            if (code == 0 || length > options.Length - 4)
            {
                break;
            }

            result.Option(code, options.Slice(4, length), isBig);
            options = options[Math.Min(options.Length, 4 + ((length + 3) & ~3))..];
        }

        return result.isBinary ? result.power < 64 : result.power < 20;
    }

    /// <summary>Nanoseconds since 1970 of a stamp; held at the ends of the scale where a stamp is absurd.</summary>
    public readonly long ToNs(ulong ticks)
    {
        if (!isBinary && power == 6 && offsetSeconds == 0 && ticks < long.MaxValue / 1000)
        {
            return (long)ticks * 1000;
        }

        Int128 ns = isBinary ? (Int128)((UInt128)ticks * 1_000_000_000 >> power)
            : power <= 9 ? (Int128)ticks * PowerOfTen(9 - power)
            : (Int128)ticks / PowerOfTen(power - 9);
        ns += (Int128)offsetSeconds * 1_000_000_000;
        return (long)Int128.Clamp(ns, 0, long.MaxValue);
    }

    private static long PowerOfTen(int power)
    {
        long result = 1;
        for (int i = 0; i < power; i++)
        {
            result *= 10;
        }

        return result;
    }

    private static ushort Read16(ReadOnlySpan<byte> bytes, bool isBig) => isBig
        ? BinaryPrimitives.ReadUInt16BigEndian(bytes)
        : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private void Option(ushort code, ReadOnlySpan<byte> value, bool isBig)
    {
        if (code == OptionResolution && value.Length >= 1)
        {
            isBinary = (value[0] & 0x80) != 0;
            power = value[0] & 0x7F;
        }
        else if (code == OptionOffset && value.Length >= 8)
        {
            offsetSeconds = isBig
                ? BinaryPrimitives.ReadInt64BigEndian(value)
                : BinaryPrimitives.ReadInt64LittleEndian(value);
        }
    }
}
