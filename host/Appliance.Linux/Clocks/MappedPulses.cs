using Appliance.Time.Observations;

namespace Appliance.Linux.Clocks;

/// <summary>
/// Pulses that a PTP hardware clock stamps, on MONOTONIC_RAW: the clock is compared with it after each, and the stamp
/// lies between two such readings.
/// </summary>
/// <param name="clock">The clock; disposed with this.</param>
/// <param name="pulses">Its pulses; disposed with this.</param>
public sealed class MappedPulses(HardwareClock clock, HardwareClockPulses pulses) : IPulseSource, IDisposable
{
    private readonly StampMapper mapper = new(clock.Read());

    /// <inheritdoc/>
    public SourceId Id => pulses.Id;

    /// <inheritdoc/>
    public CounterId Counter => CounterId.MonotonicRaw;

    /// <summary>Pulses left out because the hardware clock was stepped about them.</summary>
    public long LeftOut { get; private set; }

    /// <inheritdoc/>
    public bool TryTake(int timeoutMs, out PulseObservation pulse)
    {
        if (!pulses.TryTake(timeoutMs, out pulse))
        {
            return false;
        }

        if (!mapper.TryMap(pulse.Raw.Nanoseconds, clock.Read(), out RawTime raw, out uint bound))
        {
            LeftOut++;
            return false;
        }

        pulse = pulse with
        {
            Counter = Counter, Raw = raw, PathBoundNs = (uint)Math.Min(uint.MaxValue, (ulong)pulse.PathBoundNs + bound),
        };
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pulses.Dispose();
        clock.Dispose();
    }
}
