using Appliance.Wire;

namespace Appliance.Time;

/// <summary>
/// The clock behind a capture file: its stamps are taken as UTC, and how far off they can be is what the operator
/// declares. Where nothing is declared the state is unset and there is no bound.
/// </summary>
public sealed class DeclaredClock(uint? boundUs) : IClockMap
{
    private readonly ClockState state = boundUs is null ? ClockState.Unset : ClockState.Declared;
    private readonly uint bound = boundUs ?? ClockReading.Unbounded;
    private long offset;
    private bool hasMapped;

    /// <inheritdoc/>
    public ClockReading Map(long stampNs)
    {
        // Down to the microsecond: the bound of a declared clock is at least one.
        TaiTime time = LeapSeconds.ToTai(Math.DivRem(stampNs, 1000).Quotient);
        offset = (time.Microseconds - (stampNs / 1000)) / TaiTime.MicrosecondsPerSecond;
        hasMapped = true;
        return new ClockReading(time, bound, state);
    }

    /// <inheritdoc/>
    public ClockSummary Summarise()
    {
        ClockSummary summary = hasMapped
            ? new(bound, 1u << (int)state, (uint)offset, LeapSeconds.ExpiryDay, default)
            : new(0, 0, 0, LeapSeconds.ExpiryDay, default);
        hasMapped = false;
        return summary;
    }
}
