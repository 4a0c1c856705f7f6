using System.Globalization;
using Appliance.Time.Observations;

namespace Appliance.Time.Leaps;

/// <summary>TAI as UTC text, with the second 23:59:60 where one is inserted. Never smeared.</summary>
internal static class UtcText
{
    private const long SecondNs = RawTime.NanosecondsPerSecond;

    /// <summary>Seconds of UTC (POSIX) and whether it is the inserted second, whose number is the one before.</summary>
    public static (long UtcSeconds, bool IsInserted) Of(long taiNs, in LeapKnowledge leap)
    {
        long tai = (long)Math.Floor((decimal)taiNs / SecondNs);
        long utc = tai - leap.TaiMinusUtc;
        if (leap.ChangesAtUtcSeconds is not long at || utc < at - 1)
        {
            return (utc, false);
        }

        return leap.Next switch
        {
            LeapEvent.Insert when utc >= at => (utc - 1, utc == at),
            LeapEvent.Delete when utc >= at - 1 => (utc + 1, false),
            _ => (utc, false),
        };
    }

    /// <summary>2016-12-31T23:59:60Z.</summary>
    public static string Format(long taiNs, in LeapKnowledge leap)
    {
        (long seconds, bool isInserted) = Of(taiNs, leap);
        string text = DateTimeOffset.FromUnixTimeSeconds(seconds)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return isInserted ? text.Replace(":59Z", ":60Z", StringComparison.Ordinal) : text;
    }
}
