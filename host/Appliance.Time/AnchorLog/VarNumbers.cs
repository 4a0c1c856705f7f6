namespace Appliance.Time.AnchorLog;

/// <summary>Writes varints (7 bits a byte, least first) and zigzag ones.</summary>
internal ref struct VarWriter(Span<byte> to)
{
    private readonly Span<byte> to = to;

    public int Length { get; private set; }

    public void Byte(byte value) => to[Length++] = value;

    public void Unsigned(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Difference(ref long before, long value, long expected = 0)
    {
        Signed(value - before - expected);
        before = value;
    }
}

/// <summary>Reads them; anything too short or too long reads as 0 and is told by <see cref="IsWhole"/>.</summary>
internal ref struct VarReader(ReadOnlySpan<byte> from)
{
    private const int BytesMax = 10;
    private readonly ReadOnlySpan<byte> from = from;
    private int at;
    private bool isBroken;

    /// <summary>Nothing was missing and nothing is left.</summary>
    public readonly bool IsWhole => !isBroken && at == from.Length;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => at;

    public byte Byte()
    {
        if (at >= from.Length)
        {
            isBroken = true;
            return 0;
        }

        return from[at++];
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (int i = 0; i < BytesMax; i++)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        isBroken = true;
        return 0;
    }

    public long Signed()
    {
        ulong value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public long Difference(ref long before, long expected = 0)
    {
        before += Signed() + expected;
        return before;
    }
}
