using System.Device.Gpio;

namespace Appliance.Devices.Pins;

/// <summary>Opens pins, and says what is wrong in a line that names the pin and what to do.</summary>
internal static class PinLines
{
    public static void Open(GpioController pins, int pin, PinMode mode)
    {
        try
        {
            if (!pins.IsPinModeSupported(pin, mode))
            {
                throw new IOException($"pin {pin} cannot be {mode}; name another pin");
            }

            pins.OpenPin(pin, mode);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException
            or PlatformNotSupportedException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"pin {pin} cannot be opened ({failure.Message}); is it taken, or not of this board?", failure);
        }
    }
}
