using System.Diagnostics;
using Appliance.Edge.Configuration;
using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;

namespace Appliance.Edge.Clocks;

/// <summary>Opens the source of pulses that is configured; a test gives pulses of its own.</summary>
internal delegate IPulseSource PulseOpening(PulseOptions options);

/// <summary>Takes pulses as they come.</summary>
internal sealed class PulseLoop(PulseOptions options, PulseOpening open, ClockEngine engine) : DeviceLoop("pulses")
{
    private const uint InterruptBoundNs = 20_000;
    private const uint HardwareBoundNs = 100;

    private IPulseSource? source;
    private long takenAt;
    private long lastRaw;
    private long taken;
    private long leftOut;
    private long leftOutBefore;

    /// <summary>Pulses taken.</summary>
    public long Taken => Volatile.Read(ref taken);

    /// <summary>Pulses that came and have no time, since a clock was stepped about them.</summary>
    public long LeftOut => Volatile.Read(ref leftOut);

    /// <summary>MONOTONIC_RAW of the newest; 0 before the first.</summary>
    public long LastRaw => Volatile.Read(ref lastRaw);

    /// <summary>Opens the device of a kind.</summary>
    /// <exception cref="IOException">It is not there or not what it should be.</exception>
    public static IPulseSource OpenDevice(PulseOptions options)
    {
        uint bound = options.LatencyBoundNanoseconds ?? (options.Kind == "ptp" ? HardwareBoundNs : InterruptBoundNs);
        CaptureDelay delay = new(options.LatencyNanoseconds, bound);
        return options.Kind switch
        {
            "kernel" => new KernelPulses(options.Device, 0, delay),
            "gpio" => new GpioPulses(options.Device, options.Line, 0, delay),
            _ => OpenHardwareClock(options, delay),
        };
    }

    protected override void Open()
    {
        source = open(options);
        takenAt = Stopwatch.GetTimestamp();
    }

    protected override string? Pass()
    {
        if (source!.TryTake(Limits.WaitMs, out PulseObservation pulse))
        {
            takenAt = Stopwatch.GetTimestamp();
            Volatile.Write(ref lastRaw, pulse.Raw.Nanoseconds);
            Volatile.Write(ref taken, taken + 1);
            engine.Take(pulse);
        }

        Volatile.Write(ref leftOut, leftOutBefore + source.LeftOut);

        return Stopwatch.GetElapsedTime(takenAt).TotalMilliseconds > Limits.SilentMs
            ? $"{options.Device}: no pulse; check the antenna, and that the receiver's pulse reaches this input"
            : null;
    }

    protected override void Close()
    {
        leftOutBefore = leftOut;
        (source as IDisposable)?.Dispose();
        source = null;
    }

    private static MappedPulses OpenHardwareClock(PulseOptions options, CaptureDelay delay)
    {
        HardwareClock clock = new(options.Device, 0);
        try
        {
            return new MappedPulses(clock, new HardwareClockPulses(clock, options.Line, options.Pin, 0, delay));
        }
        catch (IOException)
        {
            clock.Dispose();
            throw;
        }
    }
}
