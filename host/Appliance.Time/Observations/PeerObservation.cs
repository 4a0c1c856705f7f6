namespace Appliance.Time.Observations;

/// <summary>
/// What a peer over the network (NTP through chronyd, PTP through ptp4l) says of the time at one raw instant.
/// </summary>
/// <param name="Source">The peer.</param>
/// <param name="At">MONOTONIC_RAW to which <paramref name="Time"/> belongs.</param>
/// <param name="Time">The peer's time at that instant.</param>
/// <param name="HalfWidthNs">
/// The interval that holds the truth as far as the peer's own account is true: half the delay to the root, dispersion,
/// what has not been corrected yet, reading of the clocks, drift since the last measurement.
/// </param>
/// <param name="RootDelayNs">Round trip to the root of the hierarchy; of it half is in the half width.</param>
/// <param name="RootDispersionNs">Dispersion, age included.</param>
/// <param name="MeasuredAt">MONOTONIC_RAW of the measurement behind it.</param>
/// <param name="State">Whether the peer itself is synchronised.</param>
/// <param name="Distance">Stratum of NTP, stepsRemoved of PTP.</param>
/// <param name="Identity">
/// Reference id of NTP, grandmaster identity of PTP: two peers with the same one are one witness.
/// </param>
public readonly record struct PeerObservation(
    SourceId Source, RawTime At, ScaledTime Time, long HalfWidthNs, long RootDelayNs, long RootDispersionNs,
    RawTime MeasuredAt, PeerState State, ushort Distance, ulong Identity);

/// <summary>Whether a peer may be believed.</summary>
public enum PeerState : byte
{
    /// <summary>Not synchronised, or not to be reached: its time means nothing.</summary>
    Unsynchronised = 0,
    Synchronised = 1,

    /// <summary>It was synchronised and coasts.</summary>
    Holdover = 2,
}
