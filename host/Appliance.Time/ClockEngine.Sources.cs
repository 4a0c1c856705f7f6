using Appliance.Time.Observations;

namespace Appliance.Time;

// What sources say, one door each.
public sealed partial class ClockEngine
{
    public void Take(in PulseObservation pulse)
    {
        lock (gate)
        {
            intake.Take(pulse);
        }
    }

    public void Take(in MarkObservation mark)
    {
        lock (gate)
        {
            intake.Take(mark);
        }
    }

    public void Take(in SawtoothObservation sawtooth)
    {
        lock (gate)
        {
            intake.Take(sawtooth);
        }
    }

    public void Take(in TimeOfDayObservation time)
    {
        lock (gate)
        {
            intake.Take(time);
        }
    }

    public void Take(in PeerObservation peer)
    {
        lock (gate)
        {
            intake.Take(peer);
            resumption.Take(peer);
        }
    }

    public void Take(in LeapObservation leap)
    {
        lock (gate)
        {
            intake.Take(leap);
        }
    }

    public void Take(in HealthObservation health)
    {
        lock (gate)
        {
            intake.Take(health);
        }
    }

    public void Take(in SatelliteObservation satellites)
    {
        lock (gate)
        {
            intake.Take(satellites);
        }
    }

    public void Take(in PositionObservation position)
    {
        lock (gate)
        {
            intake.Take(position);
        }
    }

    public void Take(in ReceiverClockObservation clock)
    {
        lock (gate)
        {
            intake.Take(clock);
        }
    }

    public void Take(in TemperatureObservation temperature)
    {
        lock (gate)
        {
            intake.Take(temperature);
        }
    }

    public void Take(in CounterPair pair) => Take(pair, 0);

    /// <summary>The system clock against the raw counter, on a box whose line of time is not that clock.</summary>
    /// <param name="pair">Both clocks at one moment.</param>
    /// <param name="behindNs">
    /// What the line along which stamps are given was behind the system clock at that moment, ns: the sum of its steps.
    /// </param>
    public void Take(in CounterPair pair, long behindNs)
    {
        lock (gate)
        {
            intake.Take(pair);
            lineOffsetNs = behindNs;
        }
    }

    public void Take(in SteeringObservation steering)
    {
        lock (gate)
        {
            intake.Take(steering);
        }
    }
}
