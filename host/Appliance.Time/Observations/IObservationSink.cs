namespace Appliance.Time.Observations;

/// <summary>
/// Who takes observations: the estimator, the anchor log, a test. Called by one thread, in the order of arrival.
/// Nothing here throws; what cannot be used is counted by the one who takes it.
/// </summary>
public interface IObservationSink
{
    /// <summary>A pulse.</summary>
    void Take(in PulseObservation pulse);

    /// <summary>How far a pulse lies from its second.</summary>
    void Take(in SawtoothObservation sawtooth);

    /// <summary>When the receiver saw an edge of ours.</summary>
    void Take(in MarkObservation mark);

    /// <summary>Which second it was.</summary>
    void Take(in TimeOfDayObservation time);

    /// <summary>The time by a peer.</summary>
    void Take(in PeerObservation peer);

    /// <summary>Leap seconds by one source.</summary>
    void Take(in LeapObservation leap);

    /// <summary>Jamming, spoofing, antenna.</summary>
    void Take(in HealthObservation health);

    /// <summary>Satellites of an epoch.</summary>
    void Take(in SatelliteObservation satellites);

    /// <summary>Where the antenna seems to be.</summary>
    void Take(in PositionObservation position);

    /// <summary>The receiver's own clock.</summary>
    void Take(in ReceiverClockObservation clock);

    /// <summary>Temperature beside the oscillator.</summary>
    void Take(in TemperatureObservation temperature);

    /// <summary>Two counters at one instant.</summary>
    void Take(in CounterPair pair);

    /// <summary>What others do to the system clock.</summary>
    void Take(in SteeringObservation steering);
}
