using System.Buffers.Binary;

namespace Appliance.Wire;

/// <summary>
/// Numbers of equal width side by side, the first in the lowest bits of the first byte; the last byte is filled up
/// with zeros. Width 0 takes no bytes.
/// </summary>
internal static class BitPack
{
    /// <summary>Bytes that <paramref name="count"/> numbers of <paramref name="width"/> bits take.</summary>
    public static long Size(int count, int width) => (((long)count * width) + 7) / 8;

    /// <summary>Writes value - <paramref name="least"/> for each value, each below 2^width.</summary>
    public static void Write(Span<byte> destination, ReadOnlySpan<ulong> values, ulong least, int width)
    {
        if (width == 0)
        {
            return;
        }

        ulong pending = 0;
        int fill = 0;
        int at = 0;
        foreach (ulong value in values)
        {
            ulong bits = value - least;
            pending |= bits << fill;
            fill += width;
            if (fill >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], pending);
                at += 8;
                fill -= 64;
                // The part of the number that did not fit; a shift by 64 would be a shift by 0.
                pending = fill == 0 ? 0 : bits >> (width - fill);
            }
        }

        WriteTail(destination[at..], pending, fill);
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote; <paramref name="source"/> has exactly <see cref="Size"/> bytes.
    /// </summary>
    public static void Read(ReadOnlySpan<byte> source, Span<ulong> values, ulong least, int width)
    {
        if (width == 0)
        {
            values.Fill(least);
            return;
        }

        ulong mask = ulong.MaxValue >> (64 - width);
        ulong pending = 0;
        int fill = 0;
        for (int i = 0; i < values.Length; i++)
        {
            ulong bits = pending;
            if (fill >= width)
            {
                pending >>= width;
                fill -= width;
            }
            else
            {
                ulong next = Take(ref source, out int loaded);
                bits |= next << fill;
                int used = width - fill;
                pending = used == 64 ? 0 : next >> used;
                fill = loaded - used;
            }

            values[i] = (bits & mask) + least;
        }
    }

    /// <summary>Appends the lowest bits of single numbers of different widths.</summary>
    public ref struct Writer(Span<byte> destination)
    {
        private readonly Span<byte> destination = destination;
        private ulong pending;
        private int fill;
        private int at;

        public void Add(ulong bits, int width)
        {
            pending |= bits << fill;
            fill += width;
            if (fill >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(destination[at..], pending);
                at += 8;
                fill -= 64;
                pending = fill == 0 ? 0 : bits >> (width - fill);
            }
        }

        public readonly void Finish() => WriteTail(destination[at..], pending, fill);
    }

    /// <summary>Reads single numbers of different widths, at most 63 bits each.</summary>
    public ref struct Reader(ReadOnlySpan<byte> source)
    {
        private ReadOnlySpan<byte> source = source;
        private ulong pending;
        private int fill;

        public ulong Next(int width)
        {
            ulong mask = (1UL << width) - 1;
            ulong bits = pending;
            if (fill >= width)
            {
                pending >>= width;
                fill -= width;
                return bits & mask;
            }

            ulong next = Take(ref source, out int loaded);
            bits |= next << fill;
            int used = width - fill;
            pending = next >> used;
            fill = Math.Max(0, loaded - used);
            return bits & mask;
        }
    }

    private static ulong Take(ref ReadOnlySpan<byte> source, out int bits)
    {
        if (source.Length >= 8)
        {
            ulong whole = BinaryPrimitives.ReadUInt64LittleEndian(source);
            source = source[8..];
            bits = 64;
            return whole;
        }

        ulong part = 0;
        for (int i = 0; i < source.Length; i++)
        {
            part |= (ulong)source[i] << (8 * i);
        }

        bits = source.Length * 8;
        source = default;
        return part;
    }

    private static void WriteTail(Span<byte> destination, ulong pending, int fill)
    {
        for (int i = 0; i * 8 < fill; i++)
        {
            destination[i] = (byte)(pending >> (8 * i));
        }
    }
}
