namespace Appliance.Wire;

/// <summary>
/// TAI minus UTC since 1972 and how long it is known to hold (IERS Bulletin C). UTC here is POSIX time: microseconds
/// since 1970 in which a leap second repeats the last second of its day, so that every day has 86,400.
/// </summary>
public static class LeapSeconds
{
    /// <summary>UTC day since 1970 on which the knowledge ends: 2026-06-28, as IERS Bulletin C 70 says.</summary>
    public const int ExpiryDay = 20_632;

    private const long MicrosecondsPerDay = 86_400 * TaiTime.MicrosecondsPerSecond;

    // UTC days since 1970 from which one more second lies between TAI and UTC; the first is 1972-01-01 with 10 s.
    private static readonly int[] Days =
    [
        730, 912, 1096, 1461, 1826, 2191, 2557, 2922, 3287, 3652, 4199, 4564, 4929, 5660, 6574, 7305, 7670, 8217, 8582,
        8947, 9496, 10043, 10592, 13149, 14245, 15522, 16617, 17167,
    ];

    private const int FirstOffset = 10;

    /// <summary>
    /// TAI minus UTC in seconds at a UTC time; the first entry of the table for anything before 1972.
    /// </summary>
    public static int AtUtc(long utcMicroseconds)
    {
        int i = Days.Length - 1;
        while (i > 0 && utcMicroseconds < Days[i] * MicrosecondsPerDay)
        {
            i--;
        }

        return FirstOffset + i;
    }

    /// <summary>TAI of a UTC time in microseconds since 1970.</summary>
    public static TaiTime ToTai(long utcMicroseconds) =>
        new(utcMicroseconds + (AtUtc(utcMicroseconds) * TaiTime.MicrosecondsPerSecond));

    /// <summary>
    /// UTC of a TAI time in microseconds since 1970. Inside an inserted leap second, which POSIX time cannot name, it
    /// is the repeated second that follows.
    /// </summary>
    public static long ToUtc(TaiTime time)
    {
        int i = Days.Length - 1;
        while (i > 0 && time.Microseconds < (Days[i] * MicrosecondsPerDay) + Offset(i))
        {
            i--;
        }

        return time.Microseconds - Offset(i);
    }

    /// <summary>UTC day since 1970 that a TAI time lies in.</summary>
    public static int UtcDay(TaiTime time) => (int)Math.DivRem(ToUtc(time), MicrosecondsPerDay).Quotient;

    private static long Offset(int i) => (FirstOffset + i) * TaiTime.MicrosecondsPerSecond;
}
