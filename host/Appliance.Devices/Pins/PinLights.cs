using System.Device.Gpio;

namespace Appliance.Devices.Pins;

/// <summary>The three LEDs of the front at pins, as the supervisor drives them: power, time, alarm.</summary>
public sealed class PinLights : IDisposable
{
    private readonly GpioController pins;
    private readonly int[] lights;

    /// <param name="pins">The board's pins; the caller closes them.</param>
    /// <param name="power">The box records.</param>
    /// <param name="time">The clock is within its bound.</param>
    /// <param name="alarm">Somebody is to look.</param>
    /// <exception cref="IOException">A pin is not there, or cannot be an output.</exception>
    public PinLights(GpioController pins, int power, int time, int alarm)
    {
        this.pins = pins;
        lights = [power, time, alarm];
        foreach (int light in lights)
        {
            PinLines.Open(pins, light, PinMode.Output);
        }

        Show(false, false, true);
    }

    /// <summary>Sets all three.</summary>
    public void Show(bool records, bool hasTime, bool hasAlarm)
    {
        pins.Write(lights[0], records);
        pins.Write(lights[1], hasTime);
        pins.Write(lights[2], hasAlarm);
    }

    /// <summary>A program that ends leaves the alarm lit and the rest dark.</summary>
    public void Dispose()
    {
        Show(false, false, true);
        foreach (int light in lights)
        {
            pins.ClosePin(light);
        }
    }
}
