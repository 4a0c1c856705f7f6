using System.Globalization;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>Times of the statement: UTC, and beside it what clocks in one zone showed then.</summary>
/// <param name="zone">The zone; null for UTC alone.</param>
internal sealed class Clocks(TimeZoneInfo? zone)
{
    private const long MicrosMax = 250_000_000_000_000_000;

    /// <summary>Says which clocks the statement uses.</summary>
    public string Sentence => zone is null
        ? "All times are Coordinated Universal Time (UTC)."
        : $"Times are Coordinated Universal Time (UTC), and in brackets what clocks of {zone.Id} showed then.";

    public string Of(TaiTime time) => Of((ulong)Math.Max(0, LeapSeconds.ToUtc(time)));

    /// <summary>The time as HTML.</summary>
    public string Of(ulong utcUs)
    {
        DateTime utc = DateTime.UnixEpoch.AddTicks(
            (long)Math.Min(utcUs, MicrosMax) * TimeSpan.TicksPerMicrosecond);
        string text = $"<span class=\"time\">{Text(utc, utc)} UTC</span>";
        if (zone is null)
        {
            return text;
        }

        TimeSpan offset = zone.GetUtcOffset(utc);
        string sign = offset < TimeSpan.Zero ? "−" : "+";
        return $"{text} <span class=\"time\">({Text(utc + offset, utc)} {sign}{offset:hh\\:mm})</span>";
    }

    // Fractions are written where there are any.
    private static string Text(DateTime time, DateTime utc) => time.ToString(
        utc.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff",
        CultureInfo.InvariantCulture);
}
