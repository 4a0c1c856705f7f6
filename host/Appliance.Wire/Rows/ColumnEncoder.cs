using System.Numerics;

namespace Appliance.Wire;

/// <summary>
/// Writes a column in whichever encoding is smallest; of equal ones the lowest number. The choice depends on the
/// values (and the parent's) alone, so one list of values has exactly one encoding.
/// </summary>
internal sealed class ColumnEncoder(ColumnDepth depth = ColumnDepth.Column)
{
    private readonly ByteSink trial = new();
    private readonly ByteSink best = new();
    private readonly DistinctSet distinct = new();
    private readonly FollowSplit follow = new();
    private readonly ColumnEncoder? nested = depth < ColumnDepth.Plain ? new ColumnEncoder(depth + 1) : null;
    private int[] orders = [];
    private int[] ranks = [];
    private int[] ids = [];
    private ulong[] scratch = [];

    /// <summary>
    /// Appends encoding number and content. <paramref name="parent"/> numbers the parent's distinct values row by row;
    /// empty where the column has none, and then all rows count as having the same parent.
    /// </summary>
    public void Encode(ReadOnlySpan<ulong> values, ReadOnlySpan<int> parent, ByteSink output)
    {
        if (values.IsEmpty)
        {
            return;
        }

        if (values.IndexOfAnyExcept(values[0]) < 0)
        {
            output.Byte((byte)ColumnEncoding.Constant);
            output.Varint(values[0]);
            return;
        }

        ColumnSizes sizes = new(values);
        (ColumnEncoding choice, long size) = Plain(sizes, values.Length);
        best.Clear();
        if (depth < ColumnDepth.Plain && TryDictionary(values, sizes, size))
        {
            (choice, size) = (ColumnEncoding.Dictionary, best.Length);
        }

        if (depth == ColumnDepth.Column && TryFollows(values, parent, size))
        {
            (choice, size) = (ColumnEncoding.Follows, best.Length);
        }

        output.Byte((byte)choice);
        if (choice is ColumnEncoding.Dictionary or ColumnEncoding.Follows)
        {
            output.Bytes(best.Written);
            return;
        }

        int start = output.Length;
        WritePlain(choice, values, sizes, output);
        if (output.Length - start != size)
        {
            throw new InvalidOperationException($"Column encoding {choice} took {output.Length - start}, not {size}.");
        }
    }

    private static (ColumnEncoding Choice, long Size) Plain(in ColumnSizes sizes, int count)
    {
        ColumnEncoding choice = ColumnEncoding.Packed;
        long size = sizes.Of(choice, count);
        for (ColumnEncoding other = ColumnEncoding.Blocks; other <= ColumnEncoding.Scaled; other++)
        {
            long otherSize = sizes.Of(other, count);
            if (otherSize < size)
            {
                (choice, size) = (other, otherSize);
            }
        }

        return (choice, size);
    }

    private static void WritePlain(
        ColumnEncoding choice, ReadOnlySpan<ulong> values, in ColumnSizes sizes, ByteSink output)
    {
        switch (choice)
        {
            case ColumnEncoding.Packed:
                output.Varint(sizes.Min);
                WriteBits(values, sizes.Min, sizes.Width, output);
                break;
            case ColumnEncoding.Blocks:
                WriteBlocks(values, output);
                break;
            case ColumnEncoding.Deltas:
                WriteDeltas(values, output);
                break;
            default:
                WriteScaled(values, sizes, output);
                break;
        }
    }

    private static void WriteBits(ReadOnlySpan<ulong> values, ulong least, int width, ByteSink output)
    {
        output.Byte((byte)width);
        BitPack.Write(output.Reserve((int)BitPack.Size(values.Length, width)), values, least, width);
    }

    private static void WriteBlocks(ReadOnlySpan<ulong> values, ByteSink output)
    {
        for (int at = 0; at < values.Length; at += RowLimits.Block)
        {
            ReadOnlySpan<ulong> block = values.Slice(at, Math.Min(RowLimits.Block, values.Length - at));
            (ulong min, ulong max) = (ulong.MaxValue, 0);
            foreach (ulong value in block)
            {
                min = Math.Min(min, value);
                max = Math.Max(max, value);
            }

            output.Varint(min);
            WriteBits(block, min, ColumnSizes.LengthOf(max - min), output);
        }
    }

    private static void WriteDeltas(ReadOnlySpan<ulong> values, ByteSink output)
    {
        output.Varint(values[0]);
        Span<ulong> deltas = stackalloc ulong[RowLimits.Block];
        for (int at = 1; at < values.Length; at += RowLimits.Block)
        {
            int count = Math.Min(RowLimits.Block, values.Length - at);
            (long min, long max) = (long.MaxValue, long.MinValue);
            for (int i = 0; i < count; i++)
            {
                deltas[i] = values[at + i] - values[at + i - 1];
                min = Math.Min(min, (long)deltas[i]);
                max = Math.Max(max, (long)deltas[i]);
            }

            output.Varint(ColumnSizes.ZigZag(min));
            WriteBits(deltas[..count], (ulong)min, ColumnSizes.LengthOf((ulong)max - (ulong)min), output);
        }
    }

    private static void WriteScaled(ReadOnlySpan<ulong> values, in ColumnSizes sizes, ByteSink output)
    {
        output.Byte((byte)sizes.LengthMin);
        output.Byte((byte)sizes.LengthWidth);
        BitPack.Writer lengths = new(output.Reserve((int)BitPack.Size(values.Length, sizes.LengthWidth)));
        foreach (ulong value in values)
        {
            lengths.Add((ulong)(ColumnSizes.LengthOf(value) - sizes.LengthMin), sizes.LengthWidth);
        }

        lengths.Finish();
        BitPack.Writer mantissas = new(output.Reserve((int)((sizes.MantissaBits + 7) / 8)));
        foreach (ulong value in values)
        {
            int width = Math.Max(0, ColumnSizes.LengthOf(value) - 1);
            mantissas.Add(value & ((1UL << width) - 1), width);
        }

        mantissas.Finish();
    }

    // The bound: a dictionary of d values takes at least d + rows * bits(d) / 8 bytes, and a column as narrow as two
    // bits is never worth one.
    private bool TryDictionary(ReadOnlySpan<ulong> values, in ColumnSizes sizes, long size)
    {
        int countMax = sizes.Width < 3 || values.Length < 16 ? 0 : CountMax(values.Length, size);
        if (countMax < 2)
        {
            return false;
        }

        Grow(values.Length);
        if (!distinct.TryNumber(values, ids, countMax))
        {
            return false;
        }

        WriteDictionary(values.Length, trial);
        return Keep(size);
    }

    private static int CountMax(int rows, long size)
    {
        int width = 1;
        while (width < 17 && (1L << width) + BitPack.Size(rows, width + 1) < size)
        {
            width++;
        }

        long left = size - BitPack.Size(rows, width);
        return (int)Math.Clamp(left, 0, Math.Min(1L << width, rows));
    }

    private void WriteDictionary(int rows, ByteSink output)
    {
        output.Clear();
        Span<ulong> values = distinct.Values;
        Span<int> order = Sized(ref orders, values.Length);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        values.Sort(order);
        Span<int> rank = Sized(ref ranks, values.Length);
        for (int i = 0; i < order.Length; i++)
        {
            rank[order[i]] = i;
        }

        output.Varint((ulong)values.Length);
        for (int i = values.Length - 1; i > 0; i--)
        {
            values[i] = values[i] - values[i - 1] - 1;
        }

        nested!.Encode(values, default, output);
        for (int i = 0; i < rows; i++)
        {
            scratch[i] = (ulong)rank[ids[i]];
        }

        int width = BitOperations.Log2((uint)(values.Length - 1)) + 1;
        BitPack.Write(output.Reserve((int)BitPack.Size(rows, width)), scratch.AsSpan(0, rows), 0, width);
    }

    private bool TryFollows(ReadOnlySpan<ulong> values, ReadOnlySpan<int> parent, long size)
    {
        if (!follow.TrySplit(values, parent))
        {
            return false;
        }

        trial.Clear();
        trial.Varint((ulong)follow.Told.Length);
        trial.Varint((ulong)follow.Gaps.Length);
        nested!.Encode(follow.Told, default, trial);
        nested.Encode(follow.Gaps, default, trial);
        return Keep(size);
    }

    private bool Keep(long size)
    {
        if (trial.Length >= size)
        {
            return false;
        }

        best.Clear();
        best.Bytes(trial.Written);
        return true;
    }

    private static Span<int> Sized(ref int[] array, int count)
    {
        if (array.Length < count)
        {
            array = new int[count];
        }

        return array.AsSpan(0, count);
    }

    private void Grow(int rows)
    {
        if (ids.Length < rows)
        {
            ids = new int[rows];
            scratch = new ulong[rows];
        }
    }
}
