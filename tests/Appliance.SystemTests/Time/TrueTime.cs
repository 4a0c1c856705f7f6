using Appliance.Linux.Clocks;
using Appliance.Time.Observations;

namespace Appliance.SystemTests.Time;

/// <summary>UTC as a test means it, ns since 1970 as POSIX counts, at readings of the raw counter.</summary>
internal abstract class TrueTime
{
    /// <summary>What the system clock says, which nobody turns.</summary>
    public static TrueTime SystemClock { get; } = new Followed();

    /// <summary>What the system clock says now, kept by the counter alone from here on.</summary>
    public static TrueTime KeptFromNow() => new Kept(CounterReader.SystemClock());

    /// <summary>Both now.</summary>
    public abstract CounterPair Now();

    private sealed class Followed : TrueTime
    {
        public override CounterPair Now() => CounterReader.SystemClock();
    }

    private sealed class Kept(CounterPair begin) : TrueTime
    {
        public override CounterPair Now()
        {
            RawTime at = CounterReader.Now();
            return new CounterPair(at, begin.Other, new RawTime(begin.Reading.Nanoseconds + (at - begin.At)), 1);
        }
    }
}
