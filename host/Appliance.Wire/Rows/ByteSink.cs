using System.Buffers.Binary;

namespace Appliance.Wire;

/// <summary>A growing byte array that keeps its memory between batches.</summary>
internal sealed class ByteSink
{
    private byte[] bytes = new byte[1024];

    /// <summary>Bytes written since the last <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Room for <paramref name="count"/> bytes at the end, already counted as written, not cleared.</summary>
    public Span<byte> Reserve(int count)
    {
        EnsureRoom(count);
        Span<byte> room = bytes.AsSpan(Length, count);
        Length += count;
        return room;
    }

    /// <summary>Room for at least <paramref name="count"/> bytes, not yet counted; see <see cref="Advance"/>.</summary>
    public Span<byte> Peek(int count)
    {
        EnsureRoom(count);
        return bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    /// <summary>Little-endian base 128, shortest form: seven bits a byte, the top bit says that more follow.</summary>
    public void Varint(ulong value)
    {
        Span<byte> room = Peek(10);
        int at = 0;
        while (value >= 0x80)
        {
            room[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[at++] = (byte)value;
        Length += at;
    }

    /// <summary>Bytes that <see cref="Varint"/> takes for the value.</summary>
    public static int VarintLength(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    private void EnsureRoom(int count)
    {
        if (count > bytes.Length - Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + count));
        }
    }
}

/// <summary>
/// Reads what <see cref="ByteSink"/> wrote; every method is false at the end of the bytes and never throws.
/// </summary>
internal ref struct ByteSource(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly int Left => rest.Length;

    public bool TryByte(out byte value)
    {
        value = rest.IsEmpty ? (byte)0 : rest[0];
        return TryBytes(1, out _);
    }

    public bool TryBytes(long count, out ReadOnlySpan<byte> value)
    {
        if (count < 0 || count > rest.Length)
        {
            value = default;
            return false;
        }

        value = rest[..(int)count];
        rest = rest[(int)count..];
        return true;
    }

    public bool TryVarint(out ulong value)
    {
        value = 0;
        for (int at = 0; at < Math.Min(10, rest.Length); at++)
        {
            byte next = rest[at];
            value |= (ulong)(next & 0x7F) << (7 * at);
            if (next < 0x80)
            {
                rest = rest[(at + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>A varint that is a count of at most <paramref name="max"/>.</summary>
    public bool TryCount(int max, out int count)
    {
        bool ok = TryVarint(out ulong value) && value <= (ulong)max;
        count = ok ? (int)value : 0;
        return ok;
    }
}
