using System.Globalization;
using Appliance.Linux.Clocks;
using Appliance.Linux.Process;

namespace Appliance.Retention.Forgetting;

/// <summary>
/// What a machine says beside the time of day, with which its clock can be doubted. A simulated clock is one too.
/// </summary>
internal interface IMachineClock
{
    /// <summary>Names this run of the machine: the monotonic clock began with it.</summary>
    string Boot { get; }

    /// <summary>True where a program disciplines the clock and the kernel believes it.</summary>
    bool IsSynchronised { get; }
}

/// <summary>The machine that this program runs on.</summary>
internal sealed class KernelMachine : IMachineClock
{
    public static readonly KernelMachine Instance = new();

    /// <inheritdoc/>
    public string Boot { get; } = HostClock.Boot().ToString("D", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public bool IsSynchronised
    {
        get
        {
            try
            {
                return KernelClock.Read().IsSynchronised;
            }
            catch (IOException)
            {
                return false; // A sandbox that hides it: then this sign of time is missing, and no more.
            }
        }
    }

    /// <summary>The machine behind a clock: a simulated clock tells its own.</summary>
    public static IMachineClock Of(TimeProvider time) => time as IMachineClock ?? Instance;
}
