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
/// <param name="paths">The ways from the wire to the stamp; kept, and widened where joined flows say so.</param>
public sealed class KernelClock(StampPaths paths) : IClockMap
{
    // The kernel lets its own maximum error grow by this much while no new measurement comes (MAXFREQ, 500 ppm).
    private const long DriftPartsPerMillion = 500;
    private const long NsPerUs = 1000;

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

    /// <summary>Takes what joined flows show of two legs, on the thread that maps.</summary>
    /// <returns>
    /// What there is to tell and by how much bounds that were given before are short; null where all fits.
    /// </returns>
    public (string Words, uint ShortUs)? Learn(in LearnedDelay learned)
    {
        if (paths.Learn(learned) is not { } wider || paths.Widen(wider.Leg, wider.Path) is not (> 0 and long shortNs))
        {
            return null;
        }

        uint shortUs = (uint)(shortNs / NsPerUs) + 1;
        return (StampPaths.SlowMirror(wider.Leg, shortUs), shortUs);
    }

    /// <summary>
    /// What a record of a leg would be given whose stamp was taken when the state was; counts for no manifest.
    /// </summary>
    public ClockReading Latest(int leg) => Reading(Known, Known.AtNs, leg);

    /// <inheritdoc/>
    public ClockReading Map(long stampNs) => Map(stampNs, -1);

    /// <inheritdoc/>
    public ClockReading Map(long stampNs, int leg)
    {
        ClockReading reading = Reading(Known, stampNs, leg);
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

    private ClockReading Reading(in KernelClockState state, long stampNs, int leg)
    {
        DelayRange way = paths.WayOf(leg);
        TaiTime time = LeapSeconds.ToTai(Math.DivRem(stampNs - way.MiddleNs, NsPerUs).Quotient);
        uint bound = state.IsSynchronised ? BoundOf(state, stampNs, way) : ClockReading.Unbounded;
        return new(time, bound, bound < ClockReading.Unbounded ? ClockState.Network : ClockState.Unset);
    }

    // One more for what the time itself was rounded by, and one each for the drift and the path.
    private static uint BoundOf(in KernelClockState state, long stampNs, DelayRange way)
    {
        long sinceUs = Math.Abs(stampNs - state.AtNs) / NsPerUs;
        long drift = (sinceUs * DriftPartsPerMillion / TaiTime.MicrosecondsPerSecond) + 1;
        long path = (way.HalfNs / NsPerUs) + 1;
        return (uint)Math.Min(ClockReading.Unbounded, state.MaxErrorUs + drift + path + 1);
    }
}
