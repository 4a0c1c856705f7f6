namespace Appliance.Supervisor.Clock;

/// <summary>Days of the Gregorian calendar, from 1970 on.</summary>
internal static class Calendar
{
    /// <summary>Seconds since 1970 of a date and a second of its day.</summary>
    public static long ToUnix(int year, int month, int day, int second)
    {
        // Years begin with March, so that the day that comes and goes is the last one.
        int y = month <= 2 ? year - 1 : year;
        int m = month <= 2 ? month + 9 : month - 3;
        long days = (365L * y) + (y / 4) - (y / 100) + (y / 400) + (((153 * m) + 2) / 5) + day - 1 - 719468;
        return (days * 86400) + second;
    }

    /// <summary>Year, month and day of a count of days since 1970, into an array of three.</summary>
    public static void FromDays(long days, int[] date)
    {
        long shifted = days + 719468;
        long era = shifted / 146097;
        int dayOfEra = (int)(shifted - (era * 146097));
        int yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        int dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        int m = ((5 * dayOfYear) + 2) / 153;
        date[2] = dayOfYear - (((153 * m) + 2) / 5) + 1;
        date[1] = m < 10 ? m + 3 : m - 9;
        date[0] = (int)(yearOfEra + (era * 400)) + (date[1] <= 2 ? 1 : 0);
    }
}
