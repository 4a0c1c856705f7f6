using Appliance.Time.Observations;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux.Clocks;

/// <summary>
/// Rising edges at a line of a GPIO chip (/dev/gpiochipN, character device version 2, Linux 5.10). The kernel stamps in
/// the interrupt with CLOCK_MONOTONIC, which is slewed but never stepped.
/// </summary>
public sealed class GpioPulses : IPulseSource, IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle line;
    private readonly CaptureDelay delay;
    private readonly StampMapper mapper;

    /// <param name="path">The chip.</param>
    /// <param name="lineNumber">Line of the chip.</param>
    /// <param name="number">Which source in the configuration.</param>
    /// <param name="delay">From the edge to the stamp.</param>
    /// <exception cref="IOException">The chip is not there, or the line is taken.</exception>
    public GpioPulses(string path, uint lineNumber, byte number, CaptureDelay delay)
    {
        this.path = $"{path} line {lineNumber}";
        this.delay = delay;
        Id = new SourceId(SourceKind.GpioPulse, number);
        using SafeFileHandle chip = ClockCalls.Open(path, LibC.ReadWrite);
        GpioLineRequest request = Request(lineNumber);
        int error = ClockCalls.Control(chip, ClockCalls.GpioGetLine, ref request);
        line = error == 0
            ? new SafeFileHandle(request.Descriptor, ownsHandle: true)
            : throw ClockCalls.Failure(this.path, "take the line for edges", -error);
        mapper = new StampMapper(CounterReader.Monotonic());
    }

    /// <summary>The same over a file that gives the kernel's events, for what needs no chip.</summary>
    internal GpioPulses(SafeFileHandle events, byte number, CaptureDelay delay)
    {
        path = "events";
        line = events;
        this.delay = delay;
        Id = new SourceId(SourceKind.GpioPulse, number);
        mapper = new StampMapper(CounterReader.Monotonic());
    }

    /// <inheritdoc/>
    public SourceId Id { get; }

    /// <inheritdoc/>
    public CounterId Counter => CounterId.MonotonicRaw;

    /// <summary>Edges left out because their stamp does not lie between two readings of the clock.</summary>
    public long LeftOut { get; private set; }

    internal static GpioLineRequest Request(uint lineNumber)
    {
        GpioLineRequest request = new() { LineCount = 1 };
        request.Lines[0] = lineNumber;
        "appliance-pulse"u8.CopyTo(request.Consumer);
        request.Config.Flags = ClockCalls.GpioInput | ClockCalls.GpioEdgeRising;
        return request;
    }

    /// <inheritdoc/>
    public bool TryTake(int timeoutMs, out PulseObservation pulse)
    {
        pulse = default;
        if (!ClockCalls.TryRead(line, path, timeoutMs, out GpioLineEvent edge))
        {
            return false;
        }

        CounterPair after = CounterReader.Monotonic();
        if (!mapper.TryMap((long)edge.TimestampNs, after, out RawTime raw, out uint bound))
        {
            LeftOut++;
            return false;
        }

        pulse = new PulseObservation(
            Id, Counter, new RawTime(raw.Nanoseconds - delay.LatencyNs), bound + delay.LatencyBoundNs,
            edge.LineSequence, edge.Id == ClockCalls.GpioEventRising);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => line.Dispose();
}
