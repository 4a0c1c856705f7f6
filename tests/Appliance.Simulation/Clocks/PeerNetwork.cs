using Appliance.Time.Observations;
using Appliance.Time.Peers;

namespace Appliance.Simulation.Clocks;

/// <summary>A way through the network and back, ns: what is fixed, how much longer one way is, and queues.</summary>
internal sealed record NetworkPath
{
    /// <summary>One way, without queues, the mean of both.</summary>
    public double OneWayNs { get; init; }

    /// <summary>The way here is longer by this, the way there shorter.</summary>
    public double AsymmetryNs { get; init; }

    /// <summary>Mean of the exponential queueing of each message, and the longest that a queue can be.</summary>
    public double QueueNs { get; init; }

    public double QueueMostNs { get; init; }

    /// <summary>A burst of other traffic begins with this chance a message, and lasts about ten of them.</summary>
    public double BurstChance { get; init; }

    /// <summary>Every switch is a PTP clock: it takes its own queue off.</summary>
    public static NetworkPath Aware { get; } = new()
    {
        OneWayNs = 600, AsymmetryNs = 30, QueueNs = 10, QueueMostNs = 100, BurstChance = 0.005,
    };

    /// <summary>A few switches that are no PTP clocks, a third of the way longer in one direction.</summary>
    public static NetworkPath Lan { get; } = new()
    {
        OneWayNs = 15_000, AsymmetryNs = 5000, QueueNs = 2000, QueueMostNs = 50_000, BurstChance = 0.005,
    };

    /// <summary>A server of the provider's, four milliseconds away, three there and five back.</summary>
    public static NetworkPath Wan { get; } = new()
    {
        OneWayNs = 4_000_000, AsymmetryNs = 1_000_000, QueueNs = 400_000, QueueMostNs = 50_000_000,
        BurstChance = 0.01,
    };
}

/// <summary>Messages of one path.</summary>
internal sealed class NetworkQueue(NetworkPath path, ClockNoise noise)
{
    private int burst;

    /// <summary>Time of one message to us and of one from us.</summary>
    public (double Here, double There) Next()
    {
        burst = burst > 0 ? burst - 1 : noise.Uniform() < path.BurstChance ? 1 + (int)(10 * noise.Exponential()) : 0;
        return (path.OneWayNs + path.AsymmetryNs + Queue(), path.OneWayNs - path.AsymmetryNs + Queue());
    }

    private double Queue()
    {
        double mean = burst > 0 ? path.QueueMostNs / 3 : path.QueueNs;
        return Math.Min(path.QueueMostNs, mean * noise.Exponential());
    }
}

/// <summary>What happens to one peer in a second.</summary>
internal struct PeerEvents
{
    /// <summary>It does not answer.</summary>
    public bool IsLost;

    /// <summary>It says a time that is off by this, ns, and claims to be as good as ever.</summary>
    public double LieNs;
}

/// <summary>A scenario of peers: what happens to which in a second.</summary>
internal delegate PeerEvents PeerScene(int peer, long second);

/// <summary>
/// ptp4l as the box asks it: a hardware clock with an oscillator of its own, steered by a servo that follows each
/// message, queued or not. Its path delay is smoothed, so a message that waits moves the clock.
/// </summary>
internal sealed class SimulatedPtp(NetworkPath path, ClockNoise noise, ulong identity)
{
    private const double Proportional = 0.7;
    private const double Integral = 0.3;
    private const double AccuracyNs = 250;
    private const double Smoothing = 1.0 / 16;

    private readonly NetworkQueue queue = new(path, noise);

    // Half of what its accuracy code (250 ns) allows, either way.
    private readonly double masterErrorNs = AccuracyNs * (noise.Uniform() - 0.5);
    private double errorNs = 300_000;
    private double rate = 5000;
    private double turned;
    private double drift;
    private double delay;
    private double offset;
    private long ingress;

    /// <summary>Goes on by a second, in which a message came unless the peer is lost.</summary>
    public void Advance(long truth, in PeerEvents events)
    {
        rate += 0.5 * noise.Normal();
        errorNs += rate + turned;
        if (events.IsLost)
        {
            // Nothing turns the clock any further.
            return;
        }

        (double here, double there) = queue.Next();
        double measured = (here + there) / 2;
        delay = delay == 0 ? measured : delay + ((measured - delay) * Smoothing);
        offset = errorNs - masterErrorNs - events.LieNs + here - delay;
        ingress = truth + (long)errorNs;
        drift += Integral * offset;
        turned = -(Proportional * offset) - drift;
    }

    /// <summary>What the box takes from it some part of a second later.</summary>
    public PeerObservation Ask(SourceId source, RawTime at, long truth, double part, out double error)
    {
        error = errorNs + ((rate + turned) * part);
        PtpState state = new()
        {
            HasSlave = true,
            HasGrandmaster = true,
            OffsetNs = (long)offset,
            IngressNs = ingress,
            PathDelayNs = (long)delay,
            StepsRemoved = 1,
            ClockClass = 6,
            ClockAccuracy = 0x22,
            Grandmaster = identity,
            UtcOffset = 37,
            TimeFlags = 0x1C,
        };
        long reading = truth + (long)(part * 1e9) + (long)error;
        return state.ToObservation(
            source, new CounterPair(at, new CounterId(CounterKind.HardwareClock), new RawTime(reading), 100));
    }
}
