using System.Device.I2c;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Iot.Device.Adc;
using Iot.Device.Lm75;

namespace Appliance.Devices.Sensors;

/// <summary>
/// Temperature beside the oscillator (LM75 and its kin) and the supply (INA219) at the board's own I2C bus, for boards
/// without the supervisor. Where the kernel has a driver for the chip, its file under /sys is read instead
/// (<see cref="HostClock.TryTemperature"/>).
/// </summary>
public sealed class BoardSensors : IDisposable
{
    private readonly Lm75 thermometer;
    private readonly Ina219 supply;
    private readonly byte number;

    /// <param name="thermometer">The LM75 at its address, usually 0x48; closed with this.</param>
    /// <param name="supply">The INA219 at its address, usually 0x40; closed with this.</param>
    /// <param name="number">Which source in the configuration.</param>
    /// <exception cref="IOException">One of them does not answer.</exception>
    public BoardSensors(I2cDevice thermometer, I2cDevice supply, byte number)
    {
        this.thermometer = new Lm75(thermometer);
        this.supply = new Ina219(supply);
        this.number = number;
    }

    /// <summary>The temperature now; false where the sensor does not answer.</summary>
    public bool TryTemperature(out TemperatureObservation temperature)
    {
        try
        {
            temperature = new TemperatureObservation(
                new SourceId(SourceKind.Host, number), CounterReader.Now(),
                (int)Math.Round(thermometer.Temperature.DegreesCelsius * 1000));
            return true;
        }
        catch (IOException)
        {
            temperature = default;
            return false;
        }
    }

    /// <summary>The supply's voltage, mV; false where the sensor does not answer.</summary>
    public bool TrySupply(out int millivolts)
    {
        try
        {
            millivolts = (int)Math.Round(supply.ReadBusVoltage().Millivolts);
            return true;
        }
        catch (IOException)
        {
            millivolts = 0;
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        thermometer.Dispose();
        supply.Dispose();
    }
}
