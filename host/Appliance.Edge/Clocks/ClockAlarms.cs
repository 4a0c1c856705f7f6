using System.Globalization;
using Appliance.Edge.Service;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>What is wrong with a clock of our own, a sentence each.</summary>
internal static class ClockAlarms
{
    /// <summary>Alarms of a clock as it reports itself, after those of its devices.</summary>
    public static IEnumerable<string> Of(ClockReport report, IEnumerable<string> devices)
    {
        foreach (string problem in devices)
        {
            yield return $"clock: {problem}";
        }

        string within = report.BoundNs is double bound ? Within(bound) : "without a bound";
        switch (report.State)
        {
            case ClockState.Unset:
                yield return StatusWords.OwnClockUnset;
                break;
            case ClockState.Acquiring:
                yield return $"the clock is not locked yet ({within}); records have wider bounds until then";
                break;
            case ClockState.Holdover or ClockState.FreeRunning or ClockState.Fault:
                yield return $"the clock coasts without its reference, {within} and growing; "
                    + "restore antenna, pulses or peers";
                break;
        }

        string failed = string.Join(", ", report.Checks.Where(check => check != ClockReport.Steered));
        if (failed.Length > 0)
        {
            yield return $"the clock's checks fail: {failed}; see icrctl clock";
        }

        if (report.Leap != "known")
        {
            yield return $"leap seconds are {report.Leap}: UTC may be a second off, the order of records is not; "
                + "give clock.leapFile a list that has not expired";
        }
    }

    private static string Within(double boundNs) => string.Create(
        CultureInfo.InvariantCulture, $"within {Math.Ceiling(boundNs / 1000):N0} us");
}
