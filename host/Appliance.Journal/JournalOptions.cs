namespace Appliance.Journal;

/// <summary>Settings of the journal. <see cref="Check"/> is called before anything starts.</summary>
public sealed record JournalOptions
{
    /// <summary>Size of a segment file, a multiple of 4096.</summary>
    public int SegmentBytes { get; init; } = Limits.SegmentBytesDefault;

    /// <summary>
    /// Bytes that all segments together may take; beyond it the journal is full. No bound by default.
    /// </summary>
    public long TotalBytesMax { get; init; } = long.MaxValue;

    /// <summary>Says what is wrong, or null.</summary>
    public string? Check()
    {
        if (SegmentBytes % Limits.BlockBytes != 0
            || SegmentBytes is < Limits.SegmentBytesMin or > Limits.SegmentBytesMax)
        {
            return $"segment size {SegmentBytes} is not a multiple of {Limits.BlockBytes} "
                + $"from {Limits.SegmentBytesMin} to {Limits.SegmentBytesMax}";
        }

        return TotalBytesMax < 2L * SegmentBytes ? "the journal's size must hold two segments" : null;
    }
}
