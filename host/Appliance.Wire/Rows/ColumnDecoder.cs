using System.Numerics;

namespace Appliance.Wire;

/// <summary>
/// Reads what <see cref="ColumnEncoder"/> wrote. False for anything that does not make exactly the number of values
/// asked for; it takes no memory beyond that number. Whether the writer's choice was the canonical one is settled by
/// encoding anew (<see cref="RowDecoder"/>).
/// </summary>
internal sealed class ColumnDecoder(ColumnDepth depth = ColumnDepth.Column)
{
    private readonly FollowSplit follow = new();
    private readonly ColumnDecoder? nested = depth < ColumnDepth.Plain ? new ColumnDecoder(depth + 1) : null;
    private ulong[] scratch = [];

    /// <summary>Fills <paramref name="values"/>; <paramref name="parent"/> as for the encoder.</summary>
    public bool TryDecode(ref ByteSource source, Span<ulong> values, ReadOnlySpan<int> parent)
    {
        if (values.IsEmpty)
        {
            return true;
        }

        if (!source.TryByte(out byte encoding))
        {
            return false;
        }

        return (ColumnEncoding)encoding switch
        {
            ColumnEncoding.Constant => TryConstant(ref source, values),
            ColumnEncoding.Packed => TryBits(ref source, values),
            ColumnEncoding.Blocks => TryBlocks(ref source, values),
            ColumnEncoding.Deltas => TryDeltas(ref source, values),
            ColumnEncoding.Scaled => TryScaled(ref source, values),
            ColumnEncoding.Dictionary when depth < ColumnDepth.Plain => TryDictionary(ref source, values),
            ColumnEncoding.Follows when depth == ColumnDepth.Column => TryFollows(ref source, values, parent),
            _ => false,
        };
    }

    private static bool TryConstant(ref ByteSource source, Span<ulong> values)
    {
        bool ok = source.TryVarint(out ulong value);
        values.Fill(value);
        return ok;
    }

    private static bool TryBits(ref ByteSource source, Span<ulong> values)
    {
        if (!source.TryVarint(out ulong least) || !source.TryByte(out byte width) || width > 64
            || !source.TryBytes(BitPack.Size(values.Length, width), out ReadOnlySpan<byte> bits))
        {
            return false;
        }

        BitPack.Read(bits, values, least, width);
        return true;
    }

    private static bool TryBlocks(ref ByteSource source, Span<ulong> values)
    {
        for (int at = 0; at < values.Length; at += RowLimits.Block)
        {
            if (!TryBits(ref source, values.Slice(at, Math.Min(RowLimits.Block, values.Length - at))))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryDeltas(ref ByteSource source, Span<ulong> values)
    {
        if (!source.TryVarint(out values[0]))
        {
            return false;
        }

        for (int at = 1; at < values.Length; at += RowLimits.Block)
        {
            Span<ulong> block = values.Slice(at, Math.Min(RowLimits.Block, values.Length - at));
            if (!source.TryVarint(out ulong least) || !source.TryByte(out byte width) || width > 64
                || !source.TryBytes(BitPack.Size(block.Length, width), out ReadOnlySpan<byte> bits))
            {
                return false;
            }

            BitPack.Read(bits, block, (least >> 1) ^ (0 - (least & 1)), width);
            ulong value = values[at - 1];
            foreach (ref ulong delta in block)
            {
                value += delta;
                delta = value;
            }
        }

        return true;
    }

    private static bool TryScaled(ref ByteSource source, Span<ulong> values)
    {
        if (!source.TryByte(out byte least) || !source.TryByte(out byte width) || least > 64 || width > 7
            || !source.TryBytes(BitPack.Size(values.Length, width), out ReadOnlySpan<byte> lengths))
        {
            return false;
        }

        BitPack.Read(lengths, values, least, width);
        long total = 0;
        foreach (ulong length in values)
        {
            if (length > 64)
            {
                return false;
            }

            total += Math.Max(0, (long)length - 1);
        }

        if (!source.TryBytes((total + 7) / 8, out ReadOnlySpan<byte> mantissas))
        {
            return false;
        }

        BitPack.Reader reader = new(mantissas);
        foreach (ref ulong value in values)
        {
            int length = (int)value;
            value = length == 0 ? 0 : (1UL << (length - 1)) | reader.Next(length - 1);
        }

        return true;
    }

    private bool TryDictionary(ref ByteSource source, Span<ulong> values)
    {
        if (!source.TryCount(values.Length, out int count) || count < 2)
        {
            return false;
        }

        Span<ulong> distinct = Scratch(count);
        if (!nested!.TryDecode(ref source, distinct, default))
        {
            return false;
        }

        for (int i = 1; i < count; i++)
        {
            distinct[i] += distinct[i - 1] + 1;
        }

        int width = BitOperations.Log2((uint)(count - 1)) + 1;
        if (!source.TryBytes(BitPack.Size(values.Length, width), out ReadOnlySpan<byte> bits))
        {
            return false;
        }

        BitPack.Read(bits, values, 0, width);
        foreach (ref ulong value in values)
        {
            if (value >= (ulong)count)
            {
                return false;
            }

            value = distinct[(int)value];
        }

        return true;
    }

    private bool TryFollows(ref ByteSource source, Span<ulong> values, ReadOnlySpan<int> parent)
    {
        if (!source.TryCount(values.Length / 2, out int told) || !source.TryCount(told, out int exceptions))
        {
            return false;
        }

        (Memory<ulong> toldRoom, Memory<ulong> gapRoom) = follow.Room(values.Length, told, exceptions);
        return nested!.TryDecode(ref source, toldRoom.Span, default)
            && nested.TryDecode(ref source, gapRoom.Span, default)
            && follow.TryJoin(values, parent);
    }

    private Span<ulong> Scratch(int count)
    {
        if (scratch.Length < count)
        {
            scratch = new ulong[count];
        }

        return scratch.AsSpan(0, count);
    }
}
