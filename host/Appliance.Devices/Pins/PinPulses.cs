using System.Device.Gpio;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;

namespace Appliance.Devices.Pins;

/// <summary>
/// Rising edges at a pin of System.Device.Gpio, for boards whose lines only its drivers know. The stamp is taken in a
/// thread when it hears of the edge, not by the kernel in the interrupt: declare a latency of tens of microseconds and
/// as much bound, and prefer <see cref="GpioPulses"/> wherever there is a /dev/gpiochipN.
/// </summary>
public sealed class PinPulses : IPulseSource, IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim waiting = new(0);
    private readonly Queue<PulseObservation> edges = new(Limits.EdgesWaitingMax);
    private readonly GpioController pins;
    private readonly int pin;
    private readonly CaptureDelay delay;
    private uint sequence;

    /// <param name="pins">The board's pins; the caller closes them.</param>
    /// <param name="pin">Which.</param>
    /// <param name="number">Which source in the configuration.</param>
    /// <param name="delay">From the edge to the stamp.</param>
    /// <exception cref="IOException">The pin is not there, or it cannot be an input.</exception>
    public PinPulses(GpioController pins, int pin, byte number, CaptureDelay delay)
    {
        this.pins = pins;
        this.pin = pin;
        this.delay = delay;
        Id = new SourceId(SourceKind.GpioPulse, number);
        PinLines.Open(pins, pin, PinMode.Input);
        pins.RegisterCallbackForPinValueChangedEvent(pin, PinEventTypes.Rising, OnEdge);
    }

    /// <inheritdoc/>
    public SourceId Id { get; }

    /// <inheritdoc/>
    public CounterId Counter => CounterId.MonotonicRaw;

    /// <inheritdoc/>
    public bool TryTake(int timeoutMs, out PulseObservation pulse)
    {
        pulse = default;
        if (!waiting.Wait(timeoutMs))
        {
            return false;
        }

        lock (gate)
        {
            return edges.TryDequeue(out pulse);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pins.UnregisterCallbackForPinValueChangedEvent(pin, OnEdge);
        pins.ClosePin(pin);
        waiting.Dispose();
    }

    private void OnEdge(object sender, PinValueChangedEventArgs edge)
    {
        RawTime now = CounterReader.Now();
        lock (gate)
        {
            // Counted also where there is no room: the hole tells of the edge that was missed.
            sequence++;
            if (edges.Count < Limits.EdgesWaitingMax)
            {
                edges.Enqueue(new PulseObservation(
                    Id, Counter, new RawTime(now.Nanoseconds - delay.LatencyNs), delay.LatencyBoundNs + 1, sequence,
                    edge.ChangeType == PinEventTypes.Rising));
                waiting.Release();
            }
        }
    }
}
