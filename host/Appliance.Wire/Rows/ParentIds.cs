namespace Appliance.Wire;

/// <summary>
/// Numbers the distinct values of a parent column, once for all its children. Empty where there is no parent, where
/// it is constant, and where it has so many values that nothing can follow it.
/// </summary>
internal sealed class ParentIds
{
    private readonly DistinctSet distinct = new();
    private int[] ids = [];
    private int column = -1;
    private bool usable;

    /// <summary>Forgets the columns of before.</summary>
    public void Clear() => column = -1;

    public ReadOnlySpan<int> Of(ColumnSet columns, int parent)
    {
        if (parent < 0)
        {
            return default;
        }

        if (parent != column)
        {
            Number(columns[parent]);
            column = parent;
        }

        return usable ? ids.AsSpan(0, columns.Rows) : default;
    }

    private void Number(ReadOnlySpan<ulong> values)
    {
        if (ids.Length < values.Length)
        {
            ids = new int[values.Length];
        }

        usable = values.IndexOfAnyExcept(values[0]) >= 0 && distinct.TryNumber(values, ids, (values.Length / 2) + 1);
    }
}
