namespace Appliance.Edge.Clocks;

/// <summary>A second of UTC with how far off it can be: what the supervisor's battery-backed clock is set by.</summary>
/// <param name="UnixSeconds">The second that is nearest.</param>
/// <param name="AccuracyMs">Half width, milliseconds, rounded up.</param>
internal readonly record struct BoardTime(long UnixSeconds, long AccuracyMs)
{
    private const long MsPerSecond = 1000;
    private const long NsPerMs = 1_000_000;

    /// <summary>The nearest second; null without a bound that milliseconds can say.</summary>
    public static BoardTime? Of(long utcNs, double boundNs)
    {
        if (!(boundNs < int.MaxValue))
        {
            return null;
        }

        long ms = Math.DivRem(utcNs, NsPerMs).Quotient;
        long seconds = (ms + (MsPerSecond / 2)) / MsPerSecond;
        long apart = Math.Abs(ms - (seconds * MsPerSecond));
        return new BoardTime(seconds, (long)Math.Ceiling(boundNs / NsPerMs) + 1 + apart);
    }
}
