namespace Appliance.Time.Observations;

/// <summary>
/// Two counters read at one instant: how packets' stamps (system clock, hardware clock) reach the estimator's counter,
/// and how a step or a slew by others is seen.
/// </summary>
/// <param name="At">The estimator's counter, MONOTONIC_RAW, in the middle of the window.</param>
/// <param name="Other">Which other counter.</param>
/// <param name="Reading">What that one read.</param>
/// <param name="HalfWidthNs">Half the window in which it was read: a hard bound, no statistics.</param>
public readonly record struct CounterPair(RawTime At, CounterId Other, RawTime Reading, uint HalfWidthNs);

/// <summary>What the kernel says of its clock's discipline (adjtimex), beside the pair of the same moment.</summary>
/// <param name="At">MONOTONIC_RAW.</param>
/// <param name="FrequencyScaledPpm">Correction, parts per million times 65536.</param>
/// <param name="TickUs">Microseconds a tick; 10000 unless somebody slews coarsely.</param>
/// <param name="OffsetRemaining">Offset that the kernel still works off, in the unit of its status.</param>
/// <param name="Status">STA_ bits of linux/timex.h.</param>
/// <param name="TaiMinusUtc">0 where nobody told the kernel: then it says nothing.</param>
public readonly record struct SteeringObservation(
    RawTime At, long FrequencyScaledPpm, long TickUs, long OffsetRemaining, int Status, int TaiMinusUtc);
