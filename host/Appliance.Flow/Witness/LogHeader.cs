namespace Appliance.Flow;

/// <summary>
/// The head of a log line: priority (RFC 3164, 5424), and the time in one of the forms in use.
/// <code>
/// &lt;34&gt;1 2003-10-11T22:14:15.003Z host ...      RFC 5424
/// &lt;34&gt;Oct 11 22:14:15 host ...                 RFC 3164: no year, no zone
/// 2025-05-02T11:34:56.87+00:00 10.0.0.1 ...         as files are written
/// Oct 11 2003 22:14:15 ...                          Cisco ASA with years
/// </code>
/// </summary>
internal static class LogHeader
{
    private const long SecondNs = 1_000_000_000;
    private const long DayNs = 86_400 * SecondNs;

    /// <summary>The time that a line says, nanoseconds since 1970; 0 where it says none that is understood.</summary>
    /// <param name="line">The line from its beginning.</param>
    /// <param name="zoneNs">What a time without a zone is ahead of UTC.</param>
    /// <param name="nearNs">A time in whose neighbourhood the line is: it decides the year where there is none.</param>
    /// <param name="stepNs">Step of the time.</param>
    public static long TimeOf(ReadOnlySpan<byte> line, long zoneNs, long nearNs, out long stepNs)
    {
        ReadOnlySpan<byte> rest = WithoutPriority(line);
        stepNs = SecondNs;
        if (rest.StartsWith("1 "u8))
        {
            rest = rest[2..];
        }

        return rest.Length >= 19 && rest[4] == '-' && rest[10] is (byte)'T' or (byte)' '
            ? IsoTime(rest, zoneNs, out stepNs)
            : MonthTime(rest, zoneNs, nearNs);
    }

    private static ReadOnlySpan<byte> WithoutPriority(ReadOnlySpan<byte> line)
    {
        int close = line.Length > 0 && line[0] == '<' ? line[..Math.Min(5, line.Length)].IndexOf((byte)'>') : -1;
        return line[(close + 1)..];
    }

    private static long IsoTime(ReadOnlySpan<byte> text, long zoneNs, out long stepNs)
    {
        stepNs = SecondNs;
        if (!TryDigits(text, 0, 4, out int year) || !TryDigits(text, 5, 2, out int month)
            || !TryDigits(text, 8, 2, out int day) || !TryClock(text[11..], out long clockNs)
            || Days(year, month, day) is not { } days)
        {
            return 0;
        }

        int at = 19;
        if (at < text.Length && text[at] is (byte)'.' or (byte)',')
        {
            for (at++; at < text.Length && char.IsAsciiDigit((char)text[at]) && stepNs > 1; at++)
            {
                stepNs /= 10;
                clockNs += (text[at] - '0') * stepNs;
            }
        }

        return (days * DayNs) + clockNs - ZoneOf(text[at..], zoneNs);
    }

    private static long ZoneOf(ReadOnlySpan<byte> text, long zoneNs)
    {
        if (text.Length > 0 && text[0] == 'Z')
        {
            return 0;
        }

        if (text.Length < 6 || text[0] is not ((byte)'+' or (byte)'-') || !TryDigits(text, 1, 2, out int hours)
            || !TryDigits(text, 4, 2, out int minutes))
        {
            return zoneNs;
        }

        long ahead = ((hours * 60) + minutes) * 60 * SecondNs;
        return text[0] == '-' ? -ahead : ahead;
    }

    private static long MonthTime(ReadOnlySpan<byte> text, long zoneNs, long nearNs)
    {
        if (text.Length < 15 || MonthOf(text) is not { } month || !TryDigits(text, text[4] == ' ' ? 5 : 4,
            text[4] == ' ' ? 1 : 2, out int day))
        {
            return 0;
        }

        ReadOnlySpan<byte> rest = text[7..];
        if (TryDigits(rest, 0, 4, out int year) && rest.Length > 13 && rest[4] == ' ')
        {
            return TryClock(rest[5..], out long whole) && Days(year, month, day) is { } known
                ? (known * DayNs) + whole - zoneNs
                : 0;
        }

        return TryClock(rest, out long clock) ? Nearest(month, day, clock - zoneNs, nearNs) : 0;
    }

    /// <summary>The year before, of, or after the given time, whichever is nearest.</summary>
    private static long Nearest(int month, int day, long clockNs, long nearNs)
    {
        int year = YearOf(nearNs);
        long best = 0;
        for (int y = year - 1; y <= year + 1; y++)
        {
            if (Days(y, month, day) is { } days)
            {
                long time = (days * DayNs) + clockNs;
                best = best == 0 || Math.Abs(time - nearNs) < Math.Abs(best - nearNs) ? time : best;
            }
        }

        return best;
    }

    private static int YearOf(long ns) => DateTime.UnixEpoch.AddTicks(Math.Max(ns, 0) / 100).Year;

    private static long? Days(int year, int month, int day)
    {
        if (year is < 1971 or > 2200 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return null;
        }

        return (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Days;
    }

    private static bool TryClock(ReadOnlySpan<byte> text, out long ns)
    {
        ns = 0;
        if (text.Length < 8 || text[2] != ':' || text[5] != ':' || !TryDigits(text, 0, 2, out int hour)
            || !TryDigits(text, 3, 2, out int minute) || !TryDigits(text, 6, 2, out int second)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        ns = ((hour * 3600L) + (minute * 60) + second) * SecondNs;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, int at, int count, out int value)
    {
        value = 0;
        for (int i = at; i < at + count; i++)
        {
            if (i >= text.Length || !char.IsAsciiDigit((char)text[i]))
            {
                return false;
            }

            value = (value * 10) + text[i] - '0';
        }

        return true;
    }

    private static int? MonthOf(ReadOnlySpan<byte> text)
    {
        int at = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(text[..3]);
        return at >= 0 && at % 3 == 0 && text[3] == ' ' ? (at / 3) + 1 : null;
    }
}
