#if CARD_PACKAGES
using System.Device.Gpio;

namespace Appliance.Tests.Devices;

/// <summary>Pins of a board that is a table: what System.Device.Gpio drives where there is no chip.</summary>
internal sealed class FakePins : GpioDriver
{
    private readonly Dictionary<int, PinValue> values = [];
    private readonly Dictionary<int, PinMode> modes = [];
    private readonly List<(int Pin, PinEventTypes Edges, PinChangeEventHandler Hear)> callbacks = [];

    protected override int PinCount => 32;

    public PinValue this[int pin] => values.GetValueOrDefault(pin, PinValue.Low);

    public bool IsOpen(int pin) => modes.ContainsKey(pin);

    /// <summary>The world outside sets a pin.</summary>
    public void Set(int pin, PinValue value)
    {
        PinEventTypes edge = value == PinValue.High ? PinEventTypes.Rising : PinEventTypes.Falling;
        bool isEdge = this[pin] != value;
        values[pin] = value;
        foreach ((int at, PinEventTypes edges, PinChangeEventHandler hear) in callbacks.ToArray())
        {
            if (isEdge && at == pin && edges.HasFlag(edge))
            {
                hear(this, new PinValueChangedEventArgs(edge, pin));
            }
        }
    }

    protected override void OpenPin(int pinNumber) => modes.Add(pinNumber, PinMode.Input);

    protected override void ClosePin(int pinNumber) => modes.Remove(pinNumber);

    protected override void SetPinMode(int pinNumber, PinMode mode) => modes[pinNumber] = mode;

    protected override PinMode GetPinMode(int pinNumber) => modes[pinNumber];

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) =>
        pinNumber < PinCount && mode is PinMode.Input or PinMode.InputPullUp or PinMode.Output;

    protected override PinValue Read(int pinNumber) => this[pinNumber];

    protected override void Write(int pinNumber, PinValue value) => values[pinNumber] = value;

    protected override WaitForEventResult WaitForEvent(
        int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) => new() { TimedOut = true };

    protected override void AddCallbackForPinValueChangedEvent(
        int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        callbacks.Add((pinNumber, eventTypes, callback));

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        callbacks.RemoveAll(c => c.Pin == pinNumber && c.Hear == callback);
}
#endif
