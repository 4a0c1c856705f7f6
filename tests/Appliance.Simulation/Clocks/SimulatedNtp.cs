using Appliance.Time.Observations;
using Appliance.Time.Peers;

namespace Appliance.Simulation.Clocks;

/// <summary>
/// An NTP server as chronyd tells the box of it: of the last eight samples the one with the shortest round trip, half
/// of which is its bound, and dispersion for its age. The system clock is steered by nobody: it runs as the raw
/// counter.
/// </summary>
internal sealed class SimulatedNtp(NetworkPath path, ClockNoise noise, uint identity)
{
    /// <summary>Seconds between two samples.</summary>
    public const int PollSeconds = 64;

    private const int Samples = 8;
    private const double RootDelayNs = 1e6;
    private const double RootDispersionNs = 1e6;

    // What chronyd allows a clock to drift unseen, with the skew of its own estimate.
    private const double DriftPpm = 2;

    private readonly NetworkQueue queue = new(path, noise);
    private readonly List<(long Second, double OffsetNs, double DelayNs)> samples = [];

    // Within what the server says of itself.
    private readonly double serverErrorNs = 1e6 * ((2 * noise.Uniform()) - 1);

    /// <summary>Goes on by a second; every 64th has a sample.</summary>
    /// <param name="second">Second of the run.</param>
    /// <param name="systemLessUtcNs">How far the system clock is ahead.</param>
    /// <param name="events">What happens to the server.</param>
    public void Advance(long second, double systemLessUtcNs, in PeerEvents events)
    {
        if (second % PollSeconds != identity % PollSeconds || events.IsLost)
        {
            return;
        }

        (double here, double there) = queue.Next();
        double asymmetry = (here - there) / 2;
        samples.Add((second, -systemLessUtcNs + serverErrorNs + events.LieNs - asymmetry, here + there));
        if (samples.Count > Samples)
        {
            samples.RemoveAt(0);
        }
    }

    /// <summary>Whether there is any sample.</summary>
    public bool HasSample => samples.Count > 0;

    /// <summary>chronyd's own account of its clock if this is the server that it follows.</summary>
    public ChronyTracking Tracking(long second, long utcNs)
    {
        (double offset, double delay, double dispersion, long age) = Best(second);
        return new ChronyTracking(
            identity, 2, ChronyLeap.Normal, utcNs - (age * 1_000_000_000), offset / 1e9, 0, 0, DriftPpm,
            (delay + RootDelayNs) / 1e9, (dispersion + RootDispersionNs) / 1e9, PollSeconds);
    }

    /// <summary>The server beside the one that is followed.</summary>
    public ChronySource Source(long second, double correctionNs)
    {
        (double offset, double delay, double dispersion, long age) = Best(second);
        double half = ((delay + RootDelayNs) / 2) + dispersion + RootDispersionNs;
        double middle = correctionNs - offset;
        return new ChronySource(
            identity, (byte)'+', ChronyLeap.Normal, (uint)age, (middle - half) / 1e9, (middle + half) / 1e9);
    }

    private (double Offset, double Delay, double Dispersion, long Age) Best(long second)
    {
        (double Offset, double Delay, double Dispersion, long Age) best = (0, double.MaxValue, 0, 0);
        double least = double.MaxValue;
        double frequency = Frequency();
        double skew = samples.Count < 2
            ? 100_000
            : (2 * samples.Max(sample => sample.DelayNs) / (samples[^1].Second - samples[0].Second));
        foreach ((long at, double offset, double delay) in samples)
        {
            long age = second - at;
            double dispersion = age * (skew + (1000 * DriftPpm));
            if ((delay / 2) + dispersion < least)
            {
                least = (delay / 2) + dispersion;
                best = (offset + (age * frequency), delay, dispersion, age);
            }
        }

        return best;
    }

    // Rate of the system clock against the server by its first and last sample, ns/s.
    private double Frequency()
    {
        if (samples.Count < 2)
        {
            return 0;
        }

        (long Second, double OffsetNs, double DelayNs) first = samples[0];
        (long Second, double OffsetNs, double DelayNs) last = samples[^1];
        return (last.OffsetNs - first.OffsetNs) / (last.Second - first.Second);
    }
}
