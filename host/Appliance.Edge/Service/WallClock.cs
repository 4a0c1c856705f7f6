using Appliance.Linux.Clocks;
using Appliance.Time.Observations;

namespace Appliance.Edge.Service;

/// <summary>
/// The box's line of time: the kernel's real-time clock, which also stamps the packets, without its steps.
/// </summary>
internal static class WallClock
{
    private static SteadyClock steady = new(CounterReader.SystemClock, 0);

    /// <summary>Nanoseconds since 1970, UTC scale, as engine and tables count them.</summary>
    public static long NowNs => Steady.NowNs;

    /// <summary>The line itself.</summary>
    public static SteadyClock Steady => Volatile.Read(ref steady);

    /// <summary>Goes on along the line of the run before, by which its tables count.</summary>
    /// <param name="offsetNs">What the line is behind the system clock.</param>
    public static void Begin(long offsetNs)
    {
        if (offsetNs != Steady.OffsetNs)
        {
            Volatile.Write(ref steady, new SteadyClock(CounterReader.SystemClock, offsetNs));
        }
    }
}
