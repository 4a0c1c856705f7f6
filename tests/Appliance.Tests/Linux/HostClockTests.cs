using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Linux;

public sealed class HostClockTests
{
    [Fact]
    public void The_kernel_tells_how_its_clock_is_steered()
    {
        SteeringObservation steering = HostClock.Steering();
        Assert.InRange(steering.TickUs, 9_000, 11_000); // The kernel allows 10 % about 10,000.
        Assert.InRange(steering.FrequencyScaledPpm, -500L << 16, 500L << 16);
    }

    [Theory]
    [InlineData("41250\n", true, 41_250)]
    [InlineData("-5000", true, -5_000)]
    [InlineData("999999", false, 999_999)]
    [InlineData("warm", false, 0)]
    public void A_thermometer_says_thousandths_of_a_degree(string text, bool isRead, int millidegrees)
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        Assert.Equal(isRead, HostClock.TryTemperature(path, 2, out TemperatureObservation temperature));
        Assert.Equal((new SourceId(SourceKind.Host, 2), millidegrees), (temperature.Source, temperature.Millidegrees));
        File.Delete(path);
        Assert.False(HostClock.TryTemperature(path, 2, out _));
    }
}
