namespace Appliance.Wire;

/// <summary>
/// The values of one record kind in one section, column by column, in one array that is kept between batches.
/// </summary>
internal sealed class ColumnSet
{
    // Columns of equal power-of-two length would all start in the same cache set; nine lines between them spread them.
    private const int Spread = 9 * 8;

    /// <summary>Value of row i in column k is at k * <see cref="Stride"/> + i.</summary>
    public ulong[] Values { get; private set; } = [];

    public int Stride { get; private set; }

    /// <summary>Rows in use.</summary>
    public int Rows { get; private set; }

    /// <summary>One column.</summary>
    public Span<ulong> this[int column] => Values.AsSpan(column * Stride, Rows);

    /// <summary>Makes room for so many columns and rows; what they hold is left over from before.</summary>
    public void Resize(int columns, int rows)
    {
        Rows = rows;
        Stride = rows + Spread;
        if (Values.Length < columns * Stride)
        {
            Values = new ulong[columns * Stride];
        }
    }
}
