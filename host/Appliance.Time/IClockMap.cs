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

    /// <summary>
    /// The same for a packet of a leg, by the number of its rule: with what is known of the way from the wire to its
    /// stamp. Clocks that know nothing of legs map it like any other.
    /// </summary>
    ClockReading Map(long stampNs, int leg) => Map(stampNs);

    /// <summary>What the manifest of the batch says of the clock since the last call; starts anew.</summary>
    ClockSummary Summarise();
}
