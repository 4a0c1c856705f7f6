using Appliance.Time.Observations;

namespace Appliance.Edge.Clocks;

/// <summary>
/// Lets peers through to the clock, and leaves out its own echo: a chronyd that is given our time follows it, so
/// neither its mixture of sources nor the source that we are is a witness.
/// </summary>
/// <param name="clock">Who takes what passes.</param>
/// <param name="isFed">chronyd is given our time.</param>
internal sealed class WitnessSink(IObservationSink clock, bool isFed) : IObservationSink
{
    public void Take(in PeerObservation peer)
    {
        if (!IsEcho(peer.Source) && !(isFed && IsName(peer.Identity)))
        {
            clock.Take(peer);
        }
    }

    public void Take(in LeapObservation leap)
    {
        if (!IsEcho(leap.Source))
        {
            clock.Take(leap);
        }
    }

    // Peers say nothing else.
    public void Take(in PulseObservation pulse) => clock.Take(pulse);

    public void Take(in SawtoothObservation sawtooth) => clock.Take(sawtooth);

    public void Take(in MarkObservation mark) => clock.Take(mark);

    public void Take(in TimeOfDayObservation time) => clock.Take(time);

    public void Take(in HealthObservation health) => clock.Take(health);

    public void Take(in SatelliteObservation satellites) => clock.Take(satellites);

    public void Take(in PositionObservation position) => clock.Take(position);

    public void Take(in ReceiverClockObservation receiver) => clock.Take(receiver);

    public void Take(in TemperatureObservation temperature) => clock.Take(temperature);

    public void Take(in CounterPair pair) => clock.Take(pair);

    public void Take(in SteeringObservation steering) => clock.Take(steering);

    // One to four letters or digits, then zeros: how chronyd numbers "refid ICR".
    private static bool IsName(ulong identity)
    {
        bool isOver = false;
        bool isName = (identity >> 24) is > 0 and <= byte.MaxValue;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            byte one = (byte)(identity >> shift);
            isName &= isOver ? one == 0 : one == 0 || char.IsAsciiLetterOrDigit((char)one);
            isOver |= one == 0;
        }

        return isName;
    }

    private bool IsEcho(SourceId source) => isFed && source is { Kind: SourceKind.Ntp, Number: 0 };
}
