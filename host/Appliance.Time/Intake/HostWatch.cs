using Appliance.Time.Estimation;
using Appliance.Time.Observations;

namespace Appliance.Time.Intake;

/// <summary>
/// Check 9: whether others step or steer the system clock. The estimator does not run on that clock; it is told
/// because stamps of packets do, and because a machine that slept has a hole in its counter.
/// </summary>
internal sealed class HostWatch
{
    private const double StepLimit = 1000e-6;

    // Kernel disciplines turn the frequency by parts of a ppm each second; 1 ppm at once is somebody's hand.
    private const long SteerLimit = 65_536;

    private CounterPair before;
    private SteeringObservation steering;
    private bool hasSteering;
    private Checks found;

    /// <summary>The newest pair of counter and system clock.</summary>
    public CounterPair Pair { get; private set; }

    public bool HasPair { get; private set; }

    public void Take(in CounterPair pair)
    {
        if (pair.Other.Kind != CounterKind.SystemClock)
        {
            return;
        }

        if (HasPair)
        {
            double raw = pair.At - before.At;
            double apart = Math.Abs((pair.Reading - before.Reading) - raw);
            found |= apart > (raw * StepLimit) + pair.HalfWidthNs + before.HalfWidthNs
                ? Checks.HostStep
                : Checks.None;
        }

        before = pair;
        Pair = pair;
        HasPair = true;
    }

    public void Take(in SteeringObservation seen)
    {
        if (hasSteering)
        {
            bool isTurned = Math.Abs(seen.FrequencyScaledPpm - steering.FrequencyScaledPpm) > SteerLimit
                || seen.TickUs != steering.TickUs || seen.Status != steering.Status;
            found |= isTurned ? Checks.HostSteering : Checks.None;
        }

        steering = seen;
        hasSteering = true;
    }

    /// <summary>What was found since the last call.</summary>
    public Checks TakeFound()
    {
        Checks told = found;
        found = Checks.None;
        return told;
    }
}
