namespace Appliance.Wire;

/// <summary>
/// The canonical bytes of every row of one section, end to end: row i is <c>Bytes[Ends[i-1]..Ends[i]]</c>.
/// Leaves are hashed over these, so the bytes are the same whoever decoded the section.
/// </summary>
public readonly record struct CanonRows(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<int> Ends)
{
    /// <summary>Number of rows.</summary>
    public int Count => Ends.Length;

    /// <summary>Canonical bytes of row <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> this[int index] =>
        Bytes.Span[(index == 0 ? 0 : Ends.Span[index - 1])..Ends.Span[index]];
}

/// <summary>One section ready to be sealed: its number, its encoded columns, the canonical rows behind them.</summary>
/// <param name="Number">1 attribution, 2 contact.</param>
/// <param name="Columns">Encoded columns (pt_s of FORMAT.md).</param>
/// <param name="Rows">Canonical rows, in the order of the columns.</param>
public readonly record struct SectionPlain(byte Number, ReadOnlyMemory<byte> Columns, CanonRows Rows)
{
    public const byte AttributionNumber = 1;
    public const byte ContactNumber = 2;
}
