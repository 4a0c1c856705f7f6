namespace Appliance.Time.Receivers;

/// <summary>Days of the Gregorian calendar; refuses what is not a date instead of throwing.</summary>
internal static class CivilDate
{
    private const int DaysTo1970 = 719_162; // from 0001-01-01

    private static ReadOnlySpan<byte> DaysOfMonth => [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>Day since 1970-01-01 of a date from year 1 to 9999.</summary>
    public static bool TryToDay(int year, int month, int day, out int days)
    {
        days = 0;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1)
        {
            return false;
        }

        bool isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (day > DaysOfMonth[month - 1] + (isLeapYear && month == 2 ? 1 : 0))
        {
            return false;
        }

        int before = year - 1;
        days = (before * 365) + (before / 4) - (before / 100) + (before / 400) + day - 1 - DaysTo1970;
        for (int i = 0; i < month - 1; i++)
        {
            days += DaysOfMonth[i];
        }

        days += isLeapYear && month > 2 ? 1 : 0;
        return true;
    }
}
