namespace Appliance.Journal;

/// <summary>A segment that was removed because its time was over.</summary>
/// <param name="Number">Its number.</param>
/// <param name="LastDay">UTC day, since 1970, that nothing in it was later than.</param>
/// <param name="Waiting">Batches in it that had no receipt.</param>
public readonly record struct ExpiredSegment(ulong Number, uint LastDay, int Waiting);

/// <summary>Days that a clock can rightly have said, UTC days since 1970; both ends belong to it.</summary>
/// <param name="First">The program was made then.</param>
/// <param name="Last">Nothing was written later.</param>
public readonly record struct DayRange(uint First, uint Last)
{
    /// <summary>All days but 0, which says that there is none.</summary>
    public static DayRange All { get; } = new(1, uint.MaxValue);

    /// <summary>True for a day of the range.</summary>
    public bool Holds(uint? day) => day >= First && day <= Last;
}
