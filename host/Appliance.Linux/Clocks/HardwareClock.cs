using Appliance.Time.Observations;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux.Clocks;

/// <summary>How a PTP hardware clock is compared with MONOTONIC_RAW.</summary>
public enum HardwareClockReading : byte
{
    /// <summary>Both latched by hardware (PTP_SYS_OFFSET_PRECISE).</summary>
    Cross = 0,

    /// <summary>MONOTONIC_RAW around the register (PTP_SYS_OFFSET_EXTENDED naming the clock, Linux 6.12).</summary>
    ExtendedRaw = 1,

    /// <summary>The system clock around the register, brought to MONOTONIC_RAW.</summary>
    ExtendedSystem = 2,

    /// <summary>clock_gettime around clock_gettime; any clock can do that.</summary>
    Bracket = 3,
}

/// <summary>
/// A PTP hardware clock (/dev/ptpN), read and never set. The best way of comparing that the driver has is found by
/// trying; one that it refuses is not tried again.
/// </summary>
public sealed class HardwareClock : IDisposable
{
    private readonly SafeFileHandle file;
    private HardwareClockReading way;

    /// <param name="path">The device.</param>
    /// <param name="index">N of /dev/ptpN: the number of its counter.</param>
    /// <exception cref="IOException">The device is not there or no such clock.</exception>
    public HardwareClock(string path, byte index)
    {
        Path = path;
        Id = new CounterId(CounterKind.HardwareClock, index);
        file = ClockCalls.Open(path, LibC.ReadWrite);
        PtpCapabilities capabilities = default;
        int error = ClockCalls.Control(file, ClockCalls.PtpGetCapabilities, ref capabilities);
        if (error < 0)
        {
            file.Dispose();
            throw ClockCalls.Failure(path, "read what the clock can do: is it a PTP hardware clock", -error);
        }

        ExternalInputs = capabilities.ExternalStamps;
        way = capabilities.CrossTimestamping != 0 ? HardwareClockReading.Cross : HardwareClockReading.ExtendedRaw;
    }

    /// <summary>Its counter.</summary>
    public CounterId Id { get; }

    /// <summary>Inputs that it can stamp.</summary>
    public int ExternalInputs { get; }

    /// <summary>How it is compared now.</summary>
    public HardwareClockReading Way => way;

    internal string Path { get; }

    internal SafeFileHandle File => file;

    /// <summary>The clock against MONOTONIC_RAW.</summary>
    /// <exception cref="IOException">The clock is gone.</exception>
    public CounterPair Read()
    {
        for (; way < HardwareClockReading.Bracket; way++)
        {
            if (way == HardwareClockReading.Cross ? TryCross(out CounterPair pair) : TryExtended(out pair))
            {
                return pair;
            }
        }

        return CounterReader.Pair(DynamicClock((int)file.DangerousGetHandle()), Id);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>Clock id of an open device: FD_TO_CLOCKID of the kernel's posix-timers.h.</summary>
    internal static int DynamicClock(int descriptor) => (~descriptor << 3) | 3;

    private bool TryCross(out CounterPair pair)
    {
        PtpPreciseOffset offset = default;
        bool isRead = ClockCalls.Control(file, ClockCalls.PtpPrecise, ref offset) == 0;
        // Both are of one instant; a nanosecond for each clock's own resolution.
        pair = new CounterPair(
            new RawTime(offset.MonotonicRaw.TotalNs), Id, new RawTime(offset.Device.TotalNs), HalfWidthNs: 2);
        return isRead;
    }

    private bool TryExtended(out CounterPair pair)
    {
        bool isRaw = way == HardwareClockReading.ExtendedRaw;
        PtpExtendedOffset offset = new()
        {
            Samples = LinuxLimits.HardwareClockSamples, Clock = isRaw ? ClockCalls.MonotonicRaw : 0,
        };
        CounterPair before = isRaw ? default : CounterReader.SystemClock();
        bool isRead = ClockCalls.Control(file, ClockCalls.PtpExtended, ref offset) == 0;
        pair = Narrowest(offset, Id);
        if (!isRead || isRaw)
        {
            return isRead;
        }

        CounterPair after = CounterReader.SystemClock();
        bool isMapped = new StampMapper(before).TryMap(pair.At.Nanoseconds, after, out RawTime raw, out uint bound);
        pair = pair with { At = raw, HalfWidthNs = pair.HalfWidthNs + bound };
        return isMapped;
    }

    /// <summary>Of the samples system, device, system the one with the narrowest window.</summary>
    internal static CounterPair Narrowest(in PtpExtendedOffset offset, CounterId id)
    {
        CounterPair best = new(default, id, default, uint.MaxValue);
        int samples = (int)Math.Min(offset.Samples, ClockCalls.PtpSamplesMax);
        for (int i = 0; i < samples; i++)
        {
            long before = offset.Times[3 * i].TotalNs;
            long after = offset.Times[(3 * i) + 2].TotalNs;
            uint half = CounterReader.HalfOf(before, after);
            if (after >= before && half < best.HalfWidthNs)
            {
                best = new CounterPair(
                    new RawTime(before + ((after - before) / 2)), id, new RawTime(offset.Times[(3 * i) + 1].TotalNs),
                    half);
            }
        }

        return best;
    }
}

/// <summary>
/// Pulses at an input of a PTP hardware clock: stamped in hardware on the clock's own counter, some nanoseconds exact.
/// </summary>
public sealed class HardwareClockPulses : IPulseSource, IDisposable
{
    private readonly HardwareClock clock;
    private readonly CaptureDelay delay;
    private readonly uint input;
    private readonly uint pulseLengthNs;
    private uint sequence;
    private long lastNs;

    /// <param name="clock">The clock; stays the caller's.</param>
    /// <param name="input">Which input.</param>
    /// <param name="pin">Pin that is made this input; null where pins are fixed.</param>
    /// <param name="number">Which source in the configuration.</param>
    /// <param name="delay">From the edge to the stamp.</param>
    /// <param name="pulseLengthNs">
    /// Length of the pulse: drivers that cannot choose an edge stamp both, and the falling one is this much later.
    /// </param>
    /// <exception cref="IOException">The clock has no such input or cannot stamp its rising edge.</exception>
    public HardwareClockPulses(
        HardwareClock clock, uint input, uint? pin, byte number, CaptureDelay delay, uint pulseLengthNs = 100_000_000)
    {
        this.clock = clock;
        this.delay = delay;
        this.input = input;
        this.pulseLengthNs = pulseLengthNs;
        Id = new SourceId(SourceKind.HardwareClockPulse, number);
        if (pin is uint index)
        {
            PtpPin wanted = new() { Index = index, Function = ClockCalls.PtpFunctionExternal, Channel = input };
            Demand(ClockCalls.Control(clock.File, ClockCalls.PtpPinSetFunction, ref wanted), "make the pin an input");
        }

        PtpExternalRequest request = new()
        {
            Index = input, Flags = ClockCalls.PtpEnable | ClockCalls.PtpRisingEdge | ClockCalls.PtpStrict,
        };
        if (ClockCalls.Control(clock.File, ClockCalls.PtpExternalRequest2, ref request) < 0)
        {
            // Before Linux 5.5, or a driver that is not strict about edges.
            request.Flags = ClockCalls.PtpEnable | ClockCalls.PtpRisingEdge;
            Demand(ClockCalls.Control(clock.File, ClockCalls.PtpExternalRequest, ref request), "stamp the input");
        }
    }

    /// <inheritdoc/>
    public SourceId Id { get; }

    /// <inheritdoc/>
    public CounterId Counter => clock.Id;

    /// <inheritdoc/>
    public bool TryTake(int timeoutMs, out PulseObservation pulse)
    {
        pulse = default;
        if (!ClockCalls.TryRead(clock.File, clock.Path, timeoutMs, out PtpExternalEvent edge) || edge.Index != input)
        {
            return false;
        }

        long stamp = edge.Time.TotalNs;
        bool isFalling = Math.Abs(stamp - lastNs - pulseLengthNs) < pulseLengthNs / 10;
        if (isFalling)
        {
            return false;
        }

        lastNs = stamp;
        // 8 ns is the step of the common gigabit cards' stamps.
        pulse = new PulseObservation(
            Id, Counter, new RawTime(stamp - delay.LatencyNs), delay.LatencyBoundNs + 8, ++sequence, true);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        PtpExternalRequest off = new() { Index = input };
        _ = ClockCalls.Control(clock.File, ClockCalls.PtpExternalRequest, ref off);
    }

    private void Demand(int error, string what)
    {
        if (error < 0)
        {
            throw ClockCalls.Failure(clock.Path, $"{what} {input}", -error);
        }
    }
}
