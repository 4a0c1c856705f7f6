using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>
/// True time of what is stamped along the box's line of time. A clock of the box's own is told the line and maps it;
/// the kernel's is the system clock itself, so what was taken off is put back. Where a step left it open on which side
/// of it a packet was stamped, the bound holds both.
/// </summary>
/// <param name="clock">The clock behind it.</param>
/// <param name="steady">The line.</param>
/// <param name="isSystems">The clock behind it maps the system clock's readings.</param>
internal sealed class SteadyMap(IClockMap clock, SteadyClock steady, bool isSystems) : IClockMap
{
    /// <inheritdoc/>
    public ClockReading Map(long stampNs) => Map(stampNs, -1);

    /// <inheritdoc/>
    public ClockReading Map(long stampNs, int leg)
    {
        long system = steady.ToSystem(stampNs);
        ClockReading reading = clock.Map(isSystems ? system : stampNs, leg);
        if (reading.State == ClockState.Unset)
        {
            return reading with { Time = LeapSeconds.ToTai(Math.DivRem(system, 1000).Quotient) };
        }

        long doubt = steady.DoubtAt(stampNs);
        if (doubt == 0)
        {
            return reading;
        }

        ulong bound = reading.BoundUs + (((ulong)doubt + 999) / 1000);
        return reading with { BoundUs = (uint)Math.Min(bound, ClockReading.Unbounded - 1) };
    }

    /// <inheritdoc/>
    public ClockSummary Summarise() => clock.Summarise();
}
