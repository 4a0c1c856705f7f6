using System.Globalization;

namespace Appliance.Retention.Questions;

/// <summary>
/// What a local time in a named zone (Europe/London) may mean: one offset, two in the hour that comes twice when
/// clocks go back, none in the hour that clocks skip.
/// </summary>
internal static class LocalTime
{
    // No zone is farther from UTC (Pacific/Kiritimati +14, Etc -12), so every offset in force around is met.
    private const int HoursAround = 15;

    // The calendar of the platform ends with the year 9999; an hour later there is none.
    private const int YearMax = 9998;

    /// <summary>
    /// The offsets that the time may have had, the earlier moment first; where there is none, why and what to do.
    /// </summary>
    /// <param name="zone">Name in the tz database.</param>
    /// <param name="local">Time on the clocks there.</param>
    /// <param name="offsets">One, or more where clocks went back.</param>
    /// <param name="problem">One sentence without an example.</param>
    public static bool TryOffsets(
        string zone, DateTime local, out IReadOnlyList<TimeSpan> offsets, out string problem)
    {
        offsets = [];
        bool isReversed = zone.StartsWith("Etc/", StringComparison.OrdinalIgnoreCase);
        if (isReversed || local.Year > YearMax || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
        {
            problem = isReversed
                ? $"the zone '{zone}' is of those whose sign is the other way round; write the offset itself"
                : $"'{zone}' at that time is not in the time zone database of this machine; write the offset itself";
            return false;
        }

        List<TimeSpan> all = Offsets(found, local);
        offsets = all;
        problem = all.Count > 0
            ? ""
            : $"clocks of {zone} skipped that time when they were put forward; ask the source what was meant";
        return all.Count > 0;
    }

    /// <summary>+01:00.</summary>
    public static string OffsetText(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);

    // Asked of UTC instants only: the platform's own test for a time that comes twice passes over changes of a zone's
    // standard time (Europe/Moscow in 2014).
    private static List<TimeSpan> Offsets(TimeZoneInfo zone, DateTime local)
    {
        var offsets = new List<TimeSpan>();
        for (int hour = -HoursAround; hour <= HoursAround; hour++)
        {
            TimeSpan offset = zone.GetUtcOffset(Utc(local.AddHours(hour)));
            if (!offsets.Contains(offset) && zone.GetUtcOffset(Utc(local - offset)) == offset)
            {
                offsets.Add(offset);
            }
        }

        // The larger offset is the earlier moment.
        offsets.Sort((left, right) => right.CompareTo(left));
        return offsets;
    }

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
