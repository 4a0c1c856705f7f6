namespace Appliance.Wire;

/// <summary>
/// How the values of a column are written; the numbers are the encoding byte of FORMAT.md, "Columns".
/// </summary>
internal enum ColumnEncoding : byte
{
    /// <summary>One value for all rows.</summary>
    Constant = 0,

    /// <summary>Least value, width, and what each value exceeds it by.</summary>
    Packed = 1,

    /// <summary>As <see cref="Packed"/>, anew for each block.</summary>
    Blocks = 2,

    /// <summary>First value, then blocks of differences.</summary>
    Deltas = 3,

    /// <summary>Bit lengths, then the bits below the leading one: for counters over many orders of magnitude.</summary>
    Scaled = 4,

    /// <summary>Distinct values in order, then which one.</summary>
    Dictionary = 5,

    /// <summary>As in the last row with the same parent value, but for exceptions.</summary>
    Follows = 6,
}

/// <summary>How far an encoding may be nested in another: a reader's recursion ends with it.</summary>
internal enum ColumnDepth : byte
{
    /// <summary>A column of the section: all encodings.</summary>
    Column = 0,

    /// <summary>Lists inside a column: no <see cref="ColumnEncoding.Follows"/>.</summary>
    List = 1,

    /// <summary>The values of a dictionary: nothing that nests.</summary>
    Plain = 2,
}
