namespace Appliance.Wire;

/// <summary>
/// The <see cref="ColumnEncoding.Follows"/> encoding: each row is expected to hold what the last row with the same
/// parent value held. What must be written is the first value under each parent, and the exceptions.
/// </summary>
internal sealed class FollowSplit
{
    private ulong[] last = [];
    private int[] stamps = [];
    private ulong[] told = [];
    private ulong[] gaps = [];
    private int stamp;
    private int toldCount;
    private int gapCount;

    /// <summary>Values to be written, row by row: firsts and exceptions.</summary>
    public ReadOnlySpan<ulong> Told => told.AsSpan(0, toldCount);

    /// <summary>
    /// For each exception how many expected rows, first rows not counted, lie between it and the one before.
    /// </summary>
    public ReadOnlySpan<ulong> Gaps => gaps.AsSpan(0, gapCount);

    /// <summary>
    /// Splits a column; false where more than half of the rows would have to be written, which never pays.
    /// </summary>
    public bool TrySplit(ReadOnlySpan<ulong> values, ReadOnlySpan<int> parent)
    {
        Restart(values.Length);
        int toldMax = values.Length / 2;
        ulong gap = 0;
        for (int i = 0; i < values.Length; i++)
        {
            int id = parent.IsEmpty ? 0 : parent[i];
            bool first = stamps[id] != stamp;
            if (!first && last[id] == values[i])
            {
                gap++;
                continue;
            }

            if (toldCount == toldMax)
            {
                return false;
            }

            if (!first)
            {
                gaps[gapCount++] = gap;
                gap = 0;
            }

            stamps[id] = stamp;
            last[id] = values[i];
            told[toldCount++] = values[i];
        }

        return true;
    }

    /// <summary>Room for what a reader is about to fill; both lists are at most half of the rows.</summary>
    public (Memory<ulong> Told, Memory<ulong> Gaps) Room(int rows, int toldLength, int gapLength)
    {
        Restart(rows);
        (toldCount, gapCount) = (toldLength, gapLength);
        return (told.AsMemory(0, toldLength), gaps.AsMemory(0, gapLength));
    }

    /// <summary>
    /// Puts the column together from <see cref="Told"/> and <see cref="Gaps"/>; false where they do not fit it.
    /// </summary>
    public bool TryJoin(Span<ulong> values, ReadOnlySpan<int> parent)
    {
        int nextTold = 0;
        int nextGap = 0;
        ulong gap = gapCount > 0 ? gaps[0] : ulong.MaxValue;
        for (int i = 0; i < values.Length; i++)
        {
            int id = parent.IsEmpty ? 0 : parent[i];
            bool first = stamps[id] != stamp;
            if (!first && gap > 0)
            {
                gap--;
                values[i] = last[id];
                continue;
            }

            if (nextTold == toldCount)
            {
                return false;
            }

            if (!first)
            {
                gap = ++nextGap < gapCount ? gaps[nextGap] : ulong.MaxValue;
            }

            stamps[id] = stamp;
            values[i] = last[id] = told[nextTold++];
        }

        return nextTold == toldCount && nextGap == gapCount;
    }

    private void Restart(int rows)
    {
        if (last.Length < rows)
        {
            last = new ulong[rows];
            stamps = new int[rows];
            told = new ulong[rows];
            gaps = new ulong[rows];
            stamp = 0;
        }

        stamp++;
        (toldCount, gapCount) = (0, 0);
    }
}
