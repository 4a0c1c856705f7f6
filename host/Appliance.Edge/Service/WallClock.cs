namespace Appliance.Edge.Service;

/// <summary>The kernel's real-time clock, which also stamps the packets.</summary>
internal static class WallClock
{
    /// <summary>Nanoseconds since 1970, UTC scale.</summary>
    public static long NowNs => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;
}
