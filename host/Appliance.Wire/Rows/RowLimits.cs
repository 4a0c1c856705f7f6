namespace Appliance.Wire;

/// <summary>
/// Bounds of one batch of rows. A reader refuses what lies beyond them before it takes memory for it.
/// </summary>
public static class RowLimits
{
    /// <summary>
    /// Rows of all kinds in a batch: 2^17, twice the 65,536 at which a writer should close it, so that what a power
    /// cut flushes still fits. A decoder then never holds more than 64 MB for one section.
    /// </summary>
    public const int RowsMax = 1 << 17;

    /// <summary>Rows at which a writer should close a batch.</summary>
    public const int RowsTarget = 1 << 16;

    /// <summary>Distinct strings in one section: one for every row.</summary>
    public const int StringsMax = RowsMax;

    /// <summary>
    /// Bytes of one string. A domain name has at most 253 (RFC 1035 section 2.3.4), a RADIUS attribute 253
    /// (RFC 2865 section 5), a route a few dozen. Six of them, in a session, stay below
    /// <see cref="Limits.CanonBytesMax"/>.
    /// </summary>
    public const int StringBytesMax = 256;

    /// <summary>Bytes of all strings of one section: 48 for every row, above any name list seen.</summary>
    public const int StringsBytesMax = 48 * RowsMax;

    /// <summary>
    /// Bytes of all strings at which a writer should close a batch: somebody who sends a new name of 250 bytes with
    /// every packet must make batches smaller, not unreadable.
    /// </summary>
    public const int StringsBytesTarget = StringsBytesMax / 2;

    /// <summary>Bytes of one section: two fit into <see cref="Limits.BatchBytesMax"/> with the rest.</summary>
    public const int SectionBytesMax = 15 << 20;

    /// <summary>
    /// Values in a block that has its own base and width: the outlier costs its 128 neighbours, no more.
    /// </summary>
    internal const int Block = 128;

    /// <summary>
    /// Probes after which a distinct set gives up. A customer chooses the addresses that are hashed here; without the
    /// limit a set of colliding ones would cost time squared.
    /// </summary>
    internal const int ProbesMax = 64;
}
