using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>
/// True time of what is stamped along the box's line of time. A clock of the box's own is told the line and maps it.
/// The kernel's clock speaks of its own readings at the moment when its state was taken: a stamp's reading is the
/// line's time and what was taken off by that moment, whenever it was stamped, so that flow and session, start and end
/// go by one offset. Where a step left it open on which side of it a packet was stamped, the bound holds both; so it
/// does where the kernel's clock was believed before a step too, for one of its two words is false then.
/// </summary>
/// <param name="clock">The clock behind it.</param>
/// <param name="steady">The line.</param>
/// <param name="isSystems">The clock behind it maps the system clock's readings.</param>
internal sealed class SteadyMap(IClockMap clock, SteadyClock steady, bool isSystems) : IClockMap
{
    private const int NsPerUs = 1000;

    private long offsetNs = steady.OffsetNs;
    private long believedFromNs = long.MaxValue;

    /// <summary>A state of the clock was taken; on the thread that maps.</summary>
    /// <param name="lineNs">When, by the line.</param>
    /// <param name="behindNs">What the line was behind the system clock then.</param>
    /// <param name="isBelieved">The clock claims to know the time.</param>
    public void Take(long lineNs, long behindNs, bool isBelieved)
    {
        offsetNs = behindNs;
        believedFromNs = isBelieved ? Math.Min(believedFromNs, lineNs) : believedFromNs;
    }

    /// <inheritdoc/>
    public ClockReading Map(long stampNs) => Map(stampNs, -1);

    /// <inheritdoc/>
    public ClockReading Map(long stampNs, int leg)
    {
        long system = stampNs + offsetNs;
        ClockReading reading = clock.Map(isSystems ? system : stampNs, leg);
        if (reading.State == ClockState.Unset)
        {
            return reading with { Time = LeapSeconds.ToTai(Math.DivRem(system, NsPerUs).Quotient) };
        }

        long doubt = steady.DoubtAt(stampNs) + (isSystems ? ContradictionAt(stampNs) : 0);
        ulong bound = reading.BoundUs + (((ulong)doubt + NsPerUs - 1) / NsPerUs);
        return bound < ClockReading.Unbounded
            ? reading with { BoundUs = (uint)bound }
            : reading with { BoundUs = ClockReading.Unbounded, State = ClockState.Unset };
    }

    /// <inheritdoc/>
    public ClockSummary Summarise() => clock.Summarise();

    // What the clock said then and what it says now of the same moment.
    private long ContradictionAt(long stampNs) =>
        stampNs >= believedFromNs ? Math.Abs(stampNs + offsetNs - steady.ToSystem(stampNs)) : 0;
}
