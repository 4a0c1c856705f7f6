using System.Diagnostics;

namespace Appliance.Edge.Service;

/// <summary>How the process was started.</summary>
/// <param name="TakesOver">From a process that records now, where there is one.</param>
/// <param name="KeyMemoryHint">What keeps keys from being out of dumps and swap; empty where nothing does.</param>
internal sealed record StartMode(bool TakesOver, string KeyMemoryHint)
{
    /// <summary>Milliseconds since this process was started, to the kernel's tick of 10.</summary>
    public static double ElapsedMs
    {
        get
        {
            using Process own = Process.GetCurrentProcess();
            return Math.Round((DateTime.Now - own.StartTime).TotalMilliseconds);
        }
    }

    /// <summary>Processor time of this process, milliseconds.</summary>
    public static double CpuMs => Math.Round(Environment.CpuUsage.TotalTime.TotalMilliseconds);
}
