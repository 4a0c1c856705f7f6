using System.Globalization;
using System.Text.RegularExpressions;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// A time as somebody wrote it, and the stretch of true time that it means: a minute where only the minute was given, a
/// second where the second was. A time without Z, an offset or a zone's name is refused: guessed time zones have had
/// innocent people arrested.
/// </summary>
/// <param name="Text">As it was written; with a zone's name, followed by the offset that this reading takes.</param>
/// <param name="Meaning">What it covers.</param>
internal sealed partial record AskedTime(string Text, Window Meaning)
{
    private const long Second = TaiTime.MicrosecondsPerSecond;
    private const string Example = "2026-11-20T15:04Z or 2026-11-20T15:04:31+01:00";

    // ISO 8601 puts the largest offset in use at 14 hours (Pacific/Kiritimati).
    private const int OffsetMinutesMax = 14 * 60;

    // Before this there was no UTC with leap seconds, and no customer either.
    private const int YearMin = 1972;

    /// <summary>
    /// Reads a time that means one moment; where it cannot be relied on, one sentence that says why and what to write.
    /// A local time that came twice is refused here, with both of its readings.
    /// </summary>
    public static bool TryParse(string text, out AskedTime? time, out string problem)
    {
        time = null;
        if (!TryReadings(text, out IReadOnlyList<AskedTime> readings, out problem))
        {
            return false;
        }

        if (readings.Count > 1)
        {
            string both = string.Join(" or ", readings.Select(reading => UtcText.Of(reading.Meaning.From)));
            problem = $"'{text}' came twice, as clocks were put back: it is {both}; write the one that is meant, with "
                + $"its offset, in the form {Example}";
            return false;
        }

        time = readings[0];
        return true;
    }

    /// <summary>
    /// Reads a time and gives all that it may mean, the earlier first: more than one where it is a local time in a
    /// named zone (2014-10-26T01:30 Europe/London) that came twice.
    /// </summary>
    public static bool TryReadings(string text, out IReadOnlyList<AskedTime> readings, out string problem)
    {
        readings = [];
        string trimmed = text.Trim();
        Match match = Form().Match(trimmed);
        problem = match.Success ? Check(match, text) : Misread(text);
        if (problem.Length > 0 || !TryOffsets(match, out IReadOnlyList<TimeSpan> offsets, out problem))
        {
            return false;
        }

        var all = new List<AskedTime>();
        foreach (TimeSpan offset in offsets)
        {
            if (Covered(match, (Minute(match) - DateTime.UnixEpoch - offset).Ticks / TimeSpan.TicksPerMicrosecond)
                is not { } window)
            {
                problem = $"'{text}' names second 60, and there was no leap second then; write the time as {Example}";
                return false;
            }

            string said = IsNamed(match) ? $"{trimmed} ({LocalTime.OffsetText(offset)})" : trimmed;
            all.Add(new AskedTime(said, window));
        }

        readings = all;
        return true;
    }

    private static bool IsNamed(Match match) => match.Groups["zone"].Value.Contains('/');

    private static DateTime Minute(Match match) => new(
        Number(match, "y"), Number(match, "mo"), Number(match, "d"), Number(match, "h"), Number(match, "mi"), 0);

    private static bool TryOffsets(Match match, out IReadOnlyList<TimeSpan> offsets, out string problem)
    {
        string zone = match.Groups["zone"].Value;
        if (!IsNamed(match))
        {
            offsets = [TimeSpan.FromMinutes(OffsetMinutes(zone))];
            problem = "";
            return true;
        }

        bool good = LocalTime.TryOffsets(zone, Minute(match), out offsets, out problem);
        problem = good ? "" : $"'{match.Value}': {problem}, in the form {Example}";
        return good;
    }

    // Counted in TAI from the begin of the minute, so that second 60 is a second of its own where there was one.
    private static Window? Covered(Match match, long minuteUtc)
    {
        TaiTime begin = LeapSeconds.ToTai(minuteUtc);
        TaiTime end = LeapSeconds.ToTai(minuteUtc + (60 * Second));
        if (!match.Groups["s"].Success)
        {
            return new Window(begin, Window.Add(end, -1));
        }

        string fraction = match.Groups["f"].Value;
        long unit = Second;
        for (int digit = 0; digit < fraction.Length; digit++)
        {
            unit /= 10;
        }

        long part = fraction.Length == 0 ? 0 : int.Parse(fraction, CultureInfo.InvariantCulture) * unit;
        TaiTime from = Window.Add(begin, (Number(match, "s") * Second) + part);
        return from < end ? new Window(from, Window.Add(from, unit - 1)) : null;
    }

    private static string Check(Match match, string text)
    {
        string zone = match.Groups["zone"].Value;
        if (zone.Length == 0)
        {
            return $"'{text}' has no time zone; add Z for UTC or the offset that the source used: {Example}, or the "
                + "zone's name as in 2026-11-20T15:04 Europe/London";
        }

        if (zone is "-00:00" or "-0000")
        {
            return $"'{text}' has the offset -00:00, which says that the zone is not known; write {Example}";
        }

        int year = Number(match, "y");
        int month = Number(match, "mo");
        bool isDate = year >= YearMin && month is >= 1 and <= 12
            && Number(match, "d") >= 1 && Number(match, "d") <= DateTime.DaysInMonth(year, month);
        bool isTime = Number(match, "h") <= 23 && Number(match, "mi") <= 59
            && (!match.Groups["s"].Success || Number(match, "s") <= 60)
            && (IsNamed(match) || Math.Abs(OffsetMinutes(zone)) <= OffsetMinutesMax);
        return isDate && isTime ? "" : $"'{text}' is not a date and time that exist; write {Example}";
    }

    private static string Misread(string text)
    {
        if (HalfDay().IsMatch(text))
        {
            return $"'{text}' is on the 12-hour clock; write the time on the 24-hour clock: {Example}";
        }

        return $"'{text}' is not a date and time in the form year-month-dayThour:minute; write {Example}";
    }

    private static int OffsetMinutes(string zone)
    {
        if (zone is "Z" or "z")
        {
            return 0;
        }

        int hours = int.Parse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture);
        int minutes = int.Parse(zone.AsSpan(zone.Length - 2), CultureInfo.InvariantCulture);
        return (zone[0] == '-' ? -1 : 1) * (minutes > 59 ? int.MaxValue / 2 : (hours * 60) + minutes);
    }

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<y>[0-9]{4})-(?<mo>[0-9]{2})-(?<d>[0-9]{2})[Tt ](?<h>[0-9]{2}):(?<mi>[0-9]{2})"
        + @"(:(?<s>[0-9]{2})([.,](?<f>[0-9]{1,6}))?)?\ ?(?<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2}"
        + @"|[A-Za-z]+(/[A-Za-z0-9_+-]+)+)?$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    [GeneratedRegex(@"[0-9]\s*[ap]\.?m", RegexOptions.IgnoreCase)]
    private static partial Regex HalfDay();
}
