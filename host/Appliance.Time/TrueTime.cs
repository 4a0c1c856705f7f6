using Appliance.Wire;

namespace Appliance.Time;

/// <summary>True time at a reading of the raw counter.</summary>
/// <param name="TaiNs">Best estimate, ns of TAI since 1970.</param>
/// <param name="BoundNs">Half width of the interval that holds the truth; infinite where nothing can be said.</param>
/// <param name="State">State of the clock.</param>
public readonly record struct TrueTime(long TaiNs, double BoundNs, ClockState State);
