using System.Runtime.InteropServices;

namespace Appliance.Linux;

/// <summary>
/// CPU time of child processes that have ended, as their parent's kernel accounts it (getrusage(2), RUSAGE_CHILDREN):
/// all threads, start and end included, and nothing that the child could leave out of its own report.
/// </summary>
/// <param name="User">Time in user space.</param>
/// <param name="System">Time in the kernel.</param>
public readonly record struct ChildUsage(TimeSpan User, TimeSpan System)
{
    private const int RusageChildren = -1;

    /// <summary>User and system time together.</summary>
    public TimeSpan Cpu => User + System;

    /// <summary>The sums so far; the difference of two readings around one child is that child.</summary>
    public static ChildUsage Read()
    {
        if (NativeUsage.GetRusage(RusageChildren, out NativeUsage.Rusage usage) != 0)
        {
            throw new InvalidOperationException($"getrusage failed with errno {Marshal.GetLastPInvokeError()}");
        }

        return new(Time(usage.UserSeconds, usage.UserMicros), Time(usage.SystemSeconds, usage.SystemMicros));
    }

    /// <summary>What was used between two readings.</summary>
    public static ChildUsage operator -(ChildUsage later, ChildUsage earlier) =>
        new(later.User - earlier.User, later.System - earlier.System);

    public static ChildUsage Subtract(ChildUsage left, ChildUsage right) => left - right;

    private static TimeSpan Time(long seconds, long micros) =>
        TimeSpan.FromTicks((seconds * TimeSpan.TicksPerSecond) + (micros * TimeSpan.TicksPerMicrosecond));
}

internal static partial class NativeUsage
{
    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    public static partial int GetRusage(int who, out Rusage usage);

    // struct rusage of 64-bit Linux: two timevals and fourteen longs (getrusage(2)).
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Rusage
    {
        public long UserSeconds;
        public long UserMicros;
        public long SystemSeconds;
        public long SystemMicros;
        public long MaxResidentKiB;
        public fixed long Rest[13];
    }
}
