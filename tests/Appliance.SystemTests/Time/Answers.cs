using Appliance.Time.Observations;

namespace Appliance.SystemTests.Time;

/// <summary>Keeps what peers said; a peer says nothing else.</summary>
internal sealed class Answers : IObservationSink
{
    public List<PeerObservation> Peers { get; } = [];

    public List<LeapObservation> Leaps { get; } = [];

    public List<TimeOfDayObservation> Times { get; } = [];

    public void Take(in PeerObservation peer) => Peers.Add(peer);

    public void Take(in LeapObservation leap) => Leaps.Add(leap);

    public void Take(in TimeOfDayObservation time) => Times.Add(time);

    public void Take(in PulseObservation pulse) => throw Unexpected(pulse);

    public void Take(in SawtoothObservation sawtooth) => throw Unexpected(sawtooth);

    public void Take(in MarkObservation mark) => throw Unexpected(mark);

    public void Take(in HealthObservation health) => throw Unexpected(health);

    public void Take(in SatelliteObservation satellites) => throw Unexpected(satellites);

    public void Take(in PositionObservation position) => throw Unexpected(position);

    public void Take(in ReceiverClockObservation clock) => throw Unexpected(clock);

    public void Take(in TemperatureObservation temperature) => throw Unexpected(temperature);

    public void Take(in CounterPair pair) => throw Unexpected(pair);

    public void Take(in SteeringObservation steering) => throw Unexpected(steering);

    private static InvalidOperationException Unexpected(object observation) => new($"a peer said {observation}");
}
