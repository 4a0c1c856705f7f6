using Appliance.Time.Observations;

namespace Appliance.Tests.Time;

/// <summary>Keeps every observation, in order, for a test to look at.</summary>
internal sealed class ObservationLog : IObservationSink
{
    public List<object> All { get; } = [];

    public IEnumerable<T> Of<T>() => All.OfType<T>();

    public void Take(in PulseObservation pulse) => All.Add(pulse);

    public void Take(in SawtoothObservation sawtooth) => All.Add(sawtooth);

    public void Take(in MarkObservation mark) => All.Add(mark);

    public void Take(in TimeOfDayObservation time) => All.Add(time);

    public void Take(in PeerObservation peer) => All.Add(peer);

    public void Take(in LeapObservation leap) => All.Add(leap);

    public void Take(in HealthObservation health) => All.Add(health);

    public void Take(in SatelliteObservation satellites) => All.Add(satellites);

    public void Take(in PositionObservation position) => All.Add(position);

    public void Take(in ReceiverClockObservation clock) => All.Add(clock);

    public void Take(in TemperatureObservation temperature) => All.Add(temperature);

    public void Take(in CounterPair pair) => All.Add(pair);

    public void Take(in SteeringObservation steering) => All.Add(steering);
}
