#if CARD_PACKAGES
using System.Device.Gpio;
using Appliance.Devices.Pins;
using Appliance.Tests.Linux;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Devices;

/// <summary>Pins of System.Device.Gpio: pulses under the contract of all, tamper, lights.</summary>
public sealed class PinTests : PulseContract, IDisposable
{
    private const int Pin = 18;
    private readonly FakePins pins = new();
    private readonly GpioController controller;
    private readonly PinPulses source;

    public PinTests()
    {
        controller = new GpioController(pins);
        source = new PinPulses(controller, Pin, Number, Delay);
    }

    private protected override IPulseSource Source => source;

    [Fact]
    public void Edges_that_nobody_takes_are_a_hole_in_the_sequence_and_no_more_memory()
    {
        for (int i = 0; i < 20; i++)
        {
            Rise();
        }

        uint last = 0;
        int taken = 0;
        while (source.TryTake(0, out PulseObservation pulse))
        {
            taken++;
            last = pulse.Sequence;
        }

        Rise();
        Assert.True(source.TryTake(0, out PulseObservation next));
        Assert.Equal((16, 16u, 21u), (taken, last, next.Sequence));
    }

    [Fact]
    public void A_pin_that_is_not_there_is_said_in_a_line_that_names_it()
    {
        IOException told = Assert.Throws<IOException>(() => new PinPulses(controller, 99, Number, Delay));
        Assert.Equal("pin 99 cannot be Input; name another pin", told.Message);
    }

    [Fact]
    public void An_enclosure_that_is_opened_or_is_open_at_the_start_is_told()
    {
        int told = 0;
        using (PinTamper tamper = new(controller, 5, () => told++))
        {
            Assert.False(tamper.IsOpen);
            pins.Set(5, PinValue.High);
            Assert.True(tamper.IsOpen);
        }

        Assert.Equal(1, told);
        using PinTamper again = new(controller, 5, () => told++);
        Assert.Equal(2, told);
    }

    [Fact]
    public void A_program_that_ends_leaves_the_alarm_lit()
    {
        using (PinLights lights = new(controller, 1, 2, 3))
        {
            lights.Show(records: true, hasTime: true, hasAlarm: false);
            Assert.Equal((PinValue.High, PinValue.High, PinValue.Low), (pins[1], pins[2], pins[3]));
        }

        Assert.Equal((PinValue.Low, PinValue.Low, PinValue.High), (pins[1], pins[2], pins[3]));
        Assert.False(pins.IsOpen(1));
    }

    public void Dispose()
    {
        source.Dispose();
        controller.Dispose();
    }

    private protected override void Rise()
    {
        pins.Set(Pin, PinValue.High);
        pins.Set(Pin, PinValue.Low);
    }
}
#endif
