using System.Globalization;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>Times for people: UTC with microseconds.</summary>
internal static class Times
{
    public static string Utc(ulong utcUs) => Utc((long)Math.Min(utcUs, long.MaxValue / 10));

    public static string Of(TaiTime time) => Utc(LeapSeconds.ToUtc(time));

    private static string Utc(long utcUs) => utcUs is > -60_000_000_000_000_000 and < 250_000_000_000_000_000
        ? DateTime.UnixEpoch.AddTicks(utcUs * TimeSpan.TicksPerMicrosecond)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
        : "?";
}
