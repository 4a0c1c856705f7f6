using System.Runtime.InteropServices;

namespace Appliance.Wire;

/// <summary>
/// Brings the flow rows of a batch into the order in which they are written, and tells where each one went. Equal
/// keys keep the order in which they were appended, so the same rows always end in the same order. Keeps its memory;
/// one instance belongs to one thread.
/// </summary>
public sealed class RowSorter
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;

    private readonly int[] counts = new int[Digits];
    private ulong[] keys = [];
    private ulong[] otherKeys = [];
    private int[] order = [];
    private int[] otherOrder = [];
    private FlowRow[] copy = [];

    /// <summary>
    /// Sorts <see cref="RowBatch.Flows"/> by kind, then start. Entry i of the result is the final row number of the
    /// flow row that was appended i-th. Valid until the next call. <see cref="FlowRow.First"/> is no part of the
    /// order, so a row that names another row of the same batch is completed after sorting.
    /// </summary>
    public ReadOnlySpan<int> Sort(RowBatch batch)
    {
        Span<FlowRow> rows = CollectionsMarshal.AsSpan(batch.Flows);
        Grow(rows.Length);
        ulong used = MakeKeys(rows);
        for (int shift = 0; shift < 64; shift += DigitBits)
        {
            // A digit that is 0 in all keys moves nothing: between a batch's time span and its kinds are many of them.
            if (((used >> shift) & (Digits - 1)) != 0)
            {
                Pass(rows.Length, shift);
            }
        }

        rows.CopyTo(copy);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = copy[order[i]];
            otherOrder[order[i]] = i;
        }

        return otherOrder.AsSpan(0, rows.Length);
    }

    // Start times of one batch lie close together; counted from the earliest they need few passes.
    private ulong MakeKeys(ReadOnlySpan<FlowRow> rows)
    {
        long earliest = long.MaxValue;
        foreach (ref readonly FlowRow row in rows)
        {
            earliest = Math.Min(earliest, row.Start.Microseconds);
        }

        ulong used = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            ulong time = (ulong)rows[i].Start.Microseconds - (ulong)earliest;
            keys[i] = ((ulong)rows[i].Kind << 62) | Math.Min(time, (1UL << 62) - 1);
            order[i] = i;
            used |= keys[i];
        }

        return used;
    }

    private void Pass(int rows, int shift)
    {
        counts.AsSpan().Clear();
        for (int i = 0; i < rows; i++)
        {
            counts[(int)(keys[i] >> shift) & (Digits - 1)]++;
        }

        int sum = 0;
        foreach (ref int count in counts.AsSpan())
        {
            (count, sum) = (sum, sum + count);
        }

        for (int i = 0; i < rows; i++)
        {
            int to = counts[(int)(keys[i] >> shift) & (Digits - 1)]++;
            otherKeys[to] = keys[i];
            otherOrder[to] = order[i];
        }

        (keys, otherKeys) = (otherKeys, keys);
        (order, otherOrder) = (otherOrder, order);
    }

    private void Grow(int rows)
    {
        if (order.Length < rows)
        {
            keys = new ulong[rows];
            otherKeys = new ulong[rows];
            order = new int[rows];
            otherOrder = new int[rows];
            copy = new FlowRow[rows];
        }
    }
}
