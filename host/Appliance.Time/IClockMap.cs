using Appliance.Wire;

namespace Appliance.Time;

/// <summary>A raw stamp as true time, with how far off it can be.</summary>
/// <param name="Time">Best estimate of TAI.</param>
/// <param name="BoundUs">
/// Half width in microseconds, rounded up; uint.MaxValue where nothing can be said.
/// </param>
/// <param name="State">State of the clock behind it.</param>
public readonly record struct ClockReading(TaiTime Time, uint BoundUs, ClockState State)
{
    /// <summary>No bound is known.</summary>
    public const uint Unbounded = uint.MaxValue;
}

/// <summary>
/// Maps the raw time of a packet stamp (nanoseconds since 1970, UTC scale, of the clock that stamped it) to true time.
/// Called once a record on the thread that encodes, so that later knowledge of the clock still counts.
/// </summary>
public interface IClockMap
{
    /// <summary>Maps one stamp; its bound and state count for the next <see cref="Summarise"/>.</summary>
    ClockReading Map(long stampNs);

    /// <summary>What the manifest of the batch says of the clock; starts a new summary.</summary>
    ClockSummary Summarise();
}

/// <summary>Manifest key 17: worst bound and states of a batch, and what is known of leap seconds.</summary>
/// <param name="WorstBoundUs">Largest bound of a mapped stamp; 0 where nothing was mapped.</param>
/// <param name="States">Bit i set: state i of <see cref="ClockState"/> occurred.</param>
/// <param name="TaiMinusUtc">Seconds of TAI minus UTC that were used.</param>
/// <param name="LeapExpiryDay">UTC day since 1970 after which the leap second list says nothing.</param>
public readonly record struct ClockSummary(uint WorstBoundUs, uint States, int TaiMinusUtc, int LeapExpiryDay);
