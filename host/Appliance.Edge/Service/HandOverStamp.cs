namespace Appliance.Edge.Service;

/// <summary>The last stamp that a process records which hands over.</summary>
/// <param name="SystemNs">By the system clock, ns since 1970: frames are divided by it to the nanosecond.</param>
/// <param name="RawNs">
/// The raw counter (MONOTONIC_RAW) then, ns, which no step of the system clock moves; 0 from a program that says none.
/// </param>
internal readonly record struct HandOverStamp(long SystemNs, long RawNs);
