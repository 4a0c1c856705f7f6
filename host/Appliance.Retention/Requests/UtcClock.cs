namespace Appliance.Retention.Requests;

/// <summary>The clock of papers and log: UTC microseconds since 1970.</summary>
internal static class UtcClock
{
    public static ulong Now(TimeProvider clock) =>
        (ulong)((clock.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}
