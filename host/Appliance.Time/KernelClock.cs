using Appliance.Wire;

namespace Appliance.Time;

/// <summary>What the kernel says of its clock (adjtimex(2)), taken once a second.</summary>
/// <param name="AtNs">When, nanoseconds of that clock since 1970.</param>
/// <param name="IsSynchronised">Somebody disciplines it: STA_UNSYNC is not set.</param>
/// <param name="MaxErrorUs">Largest error by the discipline's own account, microseconds.</param>
public readonly record struct KernelClockState(long AtNs, bool IsSynchronised, uint MaxErrorUs);

/// <summary>
/// The clock of packets that the kernel stamped: its own state gives the bound, until a better source is there. Where
/// nobody disciplines the clock its state is unset and there is no bound.
/// </summary>
/// <param name="stampBoundUs">Largest delay between the wire and the stamp, microseconds: the stamp's path.</param>
public sealed class KernelClock(uint stampBoundUs) : IClockMap
{
    // The kernel lets its own maximum error grow by this much while no new measurement comes (MAXFREQ, 500 ppm).
    private const long DriftPartsPerMillion = 500;

    private readonly Lock gate = new();
    private KernelClockState known;
    private ClockSummary summary;

    /// <summary>Takes a new reading of the kernel's state.</summary>
    public void Take(KernelClockState state)
    {
        lock (gate)
        {
            known = state;
        }
    }

    /// <summary>What is known now.</summary>
    public KernelClockState Known
    {
        get
        {
            lock (gate)
            {
                return known;
            }
        }
    }

    /// <inheritdoc/>
    public ClockReading Map(long stampNs)
    {
        KernelClockState state = Known;
        TaiTime time = LeapSeconds.ToTai(Math.DivRem(stampNs, 1000).Quotient);
        ClockReading reading = state.IsSynchronised
            ? new(time, BoundOf(state, stampNs), ClockState.Network)
            : new(time, ClockReading.Unbounded, ClockState.Unset);
        summary = new ClockSummary(
            Math.Max(summary.WorstBoundUs, reading.BoundUs),
            summary.States | (1u << (int)reading.State),
            (uint)LeapSeconds.AtUtc(stampNs / 1000),
            LeapSeconds.ExpiryDay,
            default);
        return reading;
    }

    /// <inheritdoc/>
    public ClockSummary Summarise()
    {
        ClockSummary told = summary with { LeapExpiryDay = LeapSeconds.ExpiryDay };
        summary = default;
        return told;
    }

    private uint BoundOf(KernelClockState state, long stampNs)
    {
        long sinceUs = Math.Abs(stampNs - state.AtNs) / 1000;
        long drift = (sinceUs * DriftPartsPerMillion / TaiTime.MicrosecondsPerSecond) + 1;
        return (uint)Math.Min(ClockReading.Unbounded - 1, state.MaxErrorUs + drift + stampBoundUs + 1);
    }
}
