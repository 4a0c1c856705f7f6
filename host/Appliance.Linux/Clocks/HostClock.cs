using Appliance.Linux.Process;
using Appliance.Time.Observations;

namespace Appliance.Linux.Clocks;

/// <summary>What others do to the system clock (adjtimex, read only), and how warm the oscillator is.</summary>
public static class HostClock
{
    /// <summary>The kernel's correction of its clock now.</summary>
    /// <exception cref="IOException">The call is forbidden (a sandbox without it).</exception>
    public static SteeringObservation Steering()
    {
        TimexLayout timex = default; // Modes 0: nothing is changed.
        return ProcessCalls.AdjustTime(ref timex) >= 0
            ? new SteeringObservation(
                CounterReader.Now(), timex.Frequency, timex.Tick, timex.Offset, timex.Status, timex.Tai)
            : throw new IOException($"cannot read how the kernel's clock is steered: {ProcessCalls.LastError()}");
    }

    /// <summary>Names this run of the machine: its counters began with it.</summary>
    /// <exception cref="IOException">The kernel's file is hidden from this process.</exception>
    public static Guid Boot() => Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id"), out Guid boot)
        ? boot
        : throw new IOException("/proc/sys/kernel/random/boot_id does not hold what it should; is /proc mounted");

    /// <summary>
    /// Reads a thermometer of the kernel: a file with thousandths of a degree Celsius (hwmon temp*_input).
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="number">Which thermometer in the configuration.</param>
    /// <param name="temperature">What it says.</param>
    /// <returns>False where it is not there or says nothing that can be.</returns>
    public static bool TryTemperature(string path, byte number, out TemperatureObservation temperature)
    {
        temperature = default;
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false; // A sensor that sleeps answers with an error; the estimator goes on without.
        }

        bool isRead = int.TryParse(text.Trim(), out int millidegrees) && millidegrees is > -100_000 and < 200_000;
        temperature = new TemperatureObservation(
            new SourceId(SourceKind.Host, number), CounterReader.Now(), millidegrees);
        return isRead;
    }
}
