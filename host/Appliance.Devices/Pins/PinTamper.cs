using System.Device.Gpio;

namespace Appliance.Devices.Pins;

/// <summary>
/// The tamper switch of an enclosure at a pin, for boards without the supervisor. Closed it holds the pin low against
/// the pull-up; opened, or with its wire cut, the pin goes high. It cannot tell of an opening while the power was off:
/// only the supervisor, which has a supply of its own, latches that.
/// </summary>
public sealed class PinTamper : IDisposable
{
    private readonly GpioController pins;
    private readonly int pin;
    private readonly Action onOpened;

    /// <param name="pins">The board's pins; the caller closes them.</param>
    /// <param name="pin">Which.</param>
    /// <param name="onOpened">Called when the enclosure is opened, and at the start where it is open.</param>
    /// <exception cref="IOException">The pin is not there, or has no pull-up.</exception>
    public PinTamper(GpioController pins, int pin, Action onOpened)
    {
        this.pins = pins;
        this.pin = pin;
        this.onOpened = onOpened;
        PinLines.Open(pins, pin, PinMode.InputPullUp);
        pins.RegisterCallbackForPinValueChangedEvent(pin, PinEventTypes.Rising, OnEdge);
        if (IsOpen)
        {
            onOpened();
        }
    }

    /// <summary>Whether the enclosure is open now.</summary>
    public bool IsOpen => pins.Read(pin) == PinValue.High;

    /// <inheritdoc/>
    public void Dispose()
    {
        pins.UnregisterCallbackForPinValueChangedEvent(pin, OnEdge);
        pins.ClosePin(pin);
    }

    private void OnEdge(object sender, PinValueChangedEventArgs edge) => onOpened();
}
