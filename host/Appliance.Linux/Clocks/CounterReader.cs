using System.Runtime.InteropServices;
using Appliance.Time.Observations;

namespace Appliance.Linux.Clocks;

/// <summary>
/// Reads two clocks at one instant: MONOTONIC_RAW, the other, MONOTONIC_RAW; half of what lies between is a hard bound.
/// Of several tries the one with the narrowest window stands.
/// </summary>
public static class CounterReader
{
    /// <summary>MONOTONIC_RAW now.</summary>
    public static RawTime Now() => new(ReadNs(ClockCalls.MonotonicRaw));

    /// <summary>The system clock against MONOTONIC_RAW.</summary>
    public static CounterPair SystemClock() => Pair(ClockCalls.Realtime, CounterId.SystemClock);

    /// <summary>CLOCK_MONOTONIC against MONOTONIC_RAW.</summary>
    public static CounterPair Monotonic() => Pair(ClockCalls.Monotonic, new CounterId(CounterKind.Monotonic));

    /// <summary>
    /// How long the machine has slept since it was started, ns, to some microseconds: MONOTONIC_RAW stood still then.
    /// </summary>
    public static long SleptNs()
    {
        CounterPair awake = Monotonic();
        CounterPair all = Pair(ClockCalls.BootTime, default);
        return all.Reading - awake.Reading - (all.At - awake.At);
    }

    internal static CounterPair Pair(int clock, CounterId id)
    {
        CounterPair best = default;
        uint narrowest = uint.MaxValue;
        for (int i = 0; i < LinuxLimits.PairTries; i++)
        {
            long before = ReadNs(ClockCalls.MonotonicRaw);
            long other = ReadNs(clock);
            long after = ReadNs(ClockCalls.MonotonicRaw);
            uint half = HalfOf(before, after);
            if (half < narrowest)
            {
                narrowest = half;
                best = new CounterPair(new RawTime(before + ((after - before) / 2)), id, new RawTime(other), half);
            }
        }

        return best;
    }

    // Rounded up, and one more for the clocks' own nanosecond.
    internal static uint HalfOf(long before, long after) =>
        (uint)Math.Clamp(((after - before + 1) / 2) + 1, 1, uint.MaxValue);

    private static long ReadNs(int clock) => ClockCalls.GetTime(clock, out TimeSpec time) == 0
        ? time.TotalNs
        : throw new IOException($"cannot read clock {clock}: error {Marshal.GetLastSystemError()}");
}
