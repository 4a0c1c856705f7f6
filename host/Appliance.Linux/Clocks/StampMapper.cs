using Appliance.Time.Observations;

namespace Appliance.Linux.Clocks;

/// <summary>
/// Brings stamps of a clock that others slew or step to MONOTONIC_RAW: between a pair of readings before the stamp and
/// one after it, on a straight line. How far the clock went otherwise than in the interval before, by a step or by a
/// change of rate, may all have happened between the stamp and the reading after it: it is in the bound, and where that
/// is more than a millisecond there is no result.
/// </summary>
internal sealed class StampMapper(CounterPair first)
{
    private const double UnexplainedNsMax = 1_000_000;
    private const long SlackNs = 1_000;

    private CounterPair before = first;
    private double rateBefore; // How much faster than MONOTONIC_RAW, as a fraction.

    /// <summary>
    /// A stamp as MONOTONIC_RAW, with the half width of the mapping. <paramref name="after"/> is read after the stamp
    /// was taken, and is the pair before the next one.
    /// </summary>
    public bool TryMap(long stampNs, in CounterPair after, out RawTime raw, out uint boundNs)
    {
        long rawSpan = after.At - before.At;
        long otherSpan = after.Reading - before.Reading;
        long back = after.Reading.Nanoseconds - stampNs;
        uint widest = Math.Max(before.HalfWidthNs, after.HalfWidthNs);
        before = after;
        (raw, boundNs) = (default, 0);
        if (rawSpan <= 0)
        {
            return false;
        }

        double excess = otherSpan - rawSpan;
        double unexplained = Math.Abs(excess - (rateBefore * rawSpan));
        rateBefore = excess / rawSpan;
        if (unexplained > UnexplainedNsMax || back < -SlackNs || back > otherSpan + SlackNs)
        {
            return false;
        }

        raw = new RawTime(after.At.Nanoseconds - (long)Math.Round(back / (1 + rateBefore)));
        boundNs = (uint)Math.Min(uint.MaxValue, widest + Math.Ceiling(unexplained) + 1);
        return true;
    }
}
