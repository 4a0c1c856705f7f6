using Appliance.Time.Observations;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux.Clocks;

/// <summary>How pulses are captured, as configured.</summary>
/// <param name="LatencyNs">
/// Mean delay from the edge to the stamp: 7,000 to 20,000 for an interrupt, about 0 for hardware.
/// </param>
/// <param name="LatencyBoundNs">How far the delay can be off that.</param>
public readonly record struct CaptureDelay(uint LatencyNs, uint LatencyBoundNs);

/// <summary>
/// Pulses of a kernel PPS source (/dev/ppsN, RFC 2783). The kernel stamps with the system clock, which others steer:
/// each stamp is brought to MONOTONIC_RAW at once, and one that was taken while the clock was stepped is left out.
/// </summary>
public sealed class KernelPulses : IPulseSource, IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle file;
    private readonly CaptureDelay delay;
    private readonly StampMapper mapper;
    private uint sequence;

    /// <param name="path">The device.</param>
    /// <param name="number">Which source in the configuration.</param>
    /// <param name="delay">From the edge to the stamp.</param>
    /// <exception cref="IOException">The device is not there or cannot wait for pulses.</exception>
    public KernelPulses(string path, byte number, CaptureDelay delay)
    {
        this.path = path;
        this.delay = delay;
        Id = new SourceId(SourceKind.KernelPulse, number);
        file = ClockCalls.Open(path, LibC.ReadWrite);
        int capabilities = 0;
        int error = ClockCalls.Control(file, ClockCalls.PpsGetCapabilities, ref capabilities);
        const int needed = ClockCalls.PpsCaptureAssert | ClockCalls.PpsCanWait;
        if (error < 0 || (capabilities & needed) != needed)
        {
            file.Dispose();
            throw new IOException($"{path}: not a PPS source that can wait for the assert edge; name another device");
        }

        mapper = new StampMapper(CounterReader.SystemClock());
    }

    /// <inheritdoc/>
    public SourceId Id { get; }

    /// <inheritdoc/>
    public CounterId Counter => CounterId.MonotonicRaw;

    /// <summary>Pulses left out because the system clock was stepped about them.</summary>
    public long LeftOut { get; private set; }

    /// <inheritdoc/>
    public bool TryTake(int timeoutMs, out PulseObservation pulse)
    {
        pulse = default;
        PpsFetchData data = new()
        {
            Timeout = new PpsTime { Seconds = timeoutMs / 1000, Nanoseconds = timeoutMs % 1000 * 1_000_000 },
        };
        int error = ClockCalls.Control(file, ClockCalls.PpsFetch, ref data);
        CounterPair after = CounterReader.SystemClock();
        if (error is -ClockCalls.TimedOut or -LibC.Interrupted)
        {
            return false;
        }

        if (error < 0)
        {
            throw ClockCalls.Failure(path, "wait for a pulse", -error);
        }

        if (data.AssertSequence == sequence)
        {
            return false;
        }

        sequence = data.AssertSequence;
        long stamp = (data.Assert.Seconds * RawTime.NanosecondsPerSecond) + data.Assert.Nanoseconds;
        if (!mapper.TryMap(stamp, after, out RawTime raw, out uint bound))
        {
            LeftOut++;
            return false;
        }

        pulse = new PulseObservation(
            Id, Counter, new RawTime(raw.Nanoseconds - delay.LatencyNs), bound + delay.LatencyBoundNs, sequence, true);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
