using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>Assembles a UTC second from the fields of a message; shared by UBX and NMEA.</summary>
internal static class ReceiverFix
{
    /// <summary>Kind of fix by fixType and gpsFix of u-blox: 1 dead reckoning, 4 the same with GNSS, 5 time.</summary>
    public static FixMode ModeOf(byte fixType) => fixType switch
    {
        0 => FixMode.None,
        1 => FixMode.Estimated,
        2 => FixMode.Plane,
        3 or 4 => FixMode.Space,
        5 => FixMode.TimeOnly,
        _ => FixMode.Unknown,
    };

    /// <summary>
    /// Second of day and whether it is 23:59:60 (which is given as 23:59:59). False where it is no time; :60 elsewhere
    /// in the day is none.
    /// </summary>
    public static bool TrySecondOfDay(int hour, int minute, int second, out int secondOfDay, out bool isLeapSecond)
    {
        isLeapSecond = second == 60;
        secondOfDay = (hour * 3600) + (minute * 60) + (isLeapSecond ? 59 : second);
        return hour is >= 0 and < 24 && minute is >= 0 and < 60 && second is >= 0 and <= 60 &&
            (!isLeapSecond || (hour == 23 && minute == 59));
    }

    /// <summary>GPS week and time of week as seconds since 1970 on the GPS scale.</summary>
    public static long GpsSeconds(int week, uint towMs) =>
        EpochRule.GpsStartSeconds + (week * 604_800L) + (towMs / 1000);
}
