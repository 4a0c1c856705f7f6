using Appliance.Edge.Clocks;

namespace Appliance.Edge.Controls;

/// <summary>Between which times it is now, UTC microseconds since 1970.</summary>
/// <param name="EarliestUs">No earlier.</param>
/// <param name="LatestUs">No later.</param>
internal readonly record struct ControlTime(ulong EarliestUs, ulong LatestUs)
{
    private const long UsPerSecond = 1_000_000;
    private const long UsPerMs = 1000;

    /// <summary>
    /// What a clock knows. Of one that is in doubt only that no time comes back: a message that only takes away is not
    /// held off by it, while one that had expired when the last durable record was made stays refused.
    /// </summary>
    /// <param name="clock">The box's clock; null while it is in doubt.</param>
    /// <param name="floorUs">Latest time that is certain to have been.</param>
    public static ControlTime Of(BoardTime? clock, ulong floorUs)
    {
        if (clock is not { } known)
        {
            return new ControlTime(floorUs, ulong.MaxValue);
        }

        long middle = known.UnixSeconds * UsPerSecond;
        long half = known.AccuracyMs * UsPerMs;
        return new ControlTime((ulong)Math.Max(0, middle - half), (ulong)Math.Max(0, middle + half));
    }
}
