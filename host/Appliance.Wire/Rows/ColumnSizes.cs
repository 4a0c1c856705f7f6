using System.Numerics;

namespace Appliance.Wire;

/// <summary>What one pass over a column tells: its extremes and the exact size of each plain encoding.</summary>
internal ref struct ColumnSizes
{
    public ulong Min = ulong.MaxValue;
    public ulong Max;
    public int LengthMin = 64;
    public int LengthMax;

    /// <summary>Bits below the leading one, of all values.</summary>
    public long MantissaBits;
    public long Blocks;
    public long Deltas;

    public ColumnSizes(ReadOnlySpan<ulong> values)
    {
        Deltas = ByteSink.VarintLength(values[0]);
        for (int at = 0; at < values.Length; at += RowLimits.Block)
        {
            AddBlock(values.Slice(at, Math.Min(RowLimits.Block, values.Length - at)));
        }

        for (int at = 1; at < values.Length; at += RowLimits.Block)
        {
            int count = Math.Min(RowLimits.Block, values.Length - at);
            Deltas += DeltaBlock(values.Slice(at - 1, count + 1));
        }
    }

    public readonly int Width => 64 - BitOperations.LeadingZeroCount(Max - Min);

    /// <summary>Size of the encoding without its number, for <paramref name="count"/> values.</summary>
    public readonly long Of(ColumnEncoding encoding, int count) => encoding switch
    {
        ColumnEncoding.Constant => Min == Max ? ByteSink.VarintLength(Min) : long.MaxValue,
        ColumnEncoding.Packed => ByteSink.VarintLength(Min) + 1 + BitPack.Size(count, Width),
        ColumnEncoding.Blocks => Blocks,
        ColumnEncoding.Deltas => Deltas,
        ColumnEncoding.Scaled => 2 + BitPack.Size(count, LengthWidth) + ((MantissaBits + 7) / 8),
        _ => long.MaxValue,
    };

    /// <summary>Bits that a bit length takes, counted from the least one.</summary>
    public readonly int LengthWidth => 32 - BitOperations.LeadingZeroCount((uint)(LengthMax - LengthMin));

    /// <summary>Bits of a value up to its leading one: 0 for 0, 64 at most.</summary>
    public static int LengthOf(ulong value) => 64 - BitOperations.LeadingZeroCount(value);

    /// <summary>Folds the sign into the lowest bit, so that small negative numbers are small.</summary>
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void AddBlock(ReadOnlySpan<ulong> values)
    {
        ulong min = ulong.MaxValue;
        ulong max = 0;
        long mantissa = 0;
        foreach (ulong value in values)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            mantissa += 63 - BitOperations.LeadingZeroCount(value | 1);
        }

        LengthMin = Math.Min(LengthMin, LengthOf(min));
        LengthMax = Math.Max(LengthMax, LengthOf(max));
        MantissaBits += mantissa;
        Blocks += ByteSink.VarintLength(min) + 1 + BitPack.Size(values.Length, LengthOf(max - min));
        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
    }

    // The first value is the one before the block.
    private static long DeltaBlock(ReadOnlySpan<ulong> values)
    {
        long min = long.MaxValue;
        long max = long.MinValue;
        for (int i = 1; i < values.Length; i++)
        {
            long delta = (long)(values[i] - values[i - 1]);
            min = Math.Min(min, delta);
            max = Math.Max(max, delta);
        }

        return ByteSink.VarintLength(ZigZag(min)) + 1
            + BitPack.Size(values.Length - 1, LengthOf((ulong)max - (ulong)min));
    }
}
