using System.Globalization;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>Times and lengths of time as answers print them: UTC, always with the Z.</summary>
internal static class UtcText
{
    /// <summary>2026-11-20T15:04:05.123456Z.</summary>
    public static string Of(TaiTime time) => DateTime.UnixEpoch
        .AddTicks(LeapSeconds.ToUtc(time) * TimeSpan.TicksPerMicrosecond)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Null for the default, which stands for "not yet".</summary>
    public static string? OrNull(TaiTime time) => time == default ? null : Of(time);

    /// <summary>The unit that reads best: 250 us, 1.5 ms, 2 s, 4 min 10 s, 1 h, 2 d 3 h.</summary>
    public static string Length(long microseconds)
    {
        double seconds = microseconds / 1e6;
        long whole = microseconds / 1_000_000;
        return microseconds switch
        {
            < 1000 => Say($"{microseconds} us"),
            < 1_000_000 => Say($"{microseconds / 1e3:0.###} ms"),
            < 60_000_000 => Say($"{seconds:0.###} s"),
            < 3_600_000_000 => Pair(whole / 60, "min", whole % 60, "s"),
            < 86_400_000_000 => Pair(whole / 3600, "h", whole / 60 % 60, "min"),
            _ => Pair(whole / 86_400, "d", whole / 3600 % 24, "h"),
        };
    }

    private static string Pair(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? Say($"{large} {largeUnit}") : Say($"{large} {largeUnit} {small} {smallUnit}");

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
