namespace Appliance.Wire;

/// <summary>Why a section's columns were refused.</summary>
public enum RowFault : byte
{
    None = 0,

    /// <summary>Beyond <see cref="RowLimits"/>.</summary>
    TooLarge = 1,

    /// <summary>Another version of the columns; nothing is guessed.</summary>
    UnknownSchema = 2,

    /// <summary>The bytes are of another section, or there is no such section.</summary>
    WrongSection = 3,

    /// <summary>The strings are cut off, out of order, not UTF-8, too long, or used by no row.</summary>
    BadStrings = 4,

    /// <summary>A column is cut off, out of its field's range, or not in its place.</summary>
    BadColumn = 5,
    TrailingBytes = 6,

    /// <summary>Readable, but not the one encoding of these rows.</summary>
    NotCanonical = 7,

    /// <summary>The batch already holds another number of rows, from its other section.</summary>
    OtherRowCount = 8,
}
