using System.Runtime.InteropServices;

namespace Appliance.Linux.Process;

/// <summary>Calls about this process and the kernel's clock.</summary>
internal static partial class ProcessCalls
{
    public const int LockCurrent = 1; // MCL_CURRENT
    public const int LockFuture = 2; // MCL_FUTURE
    public const int LockOnFault = 4; // MCL_ONFAULT
    public const int SetDumpable = 4; // PR_SET_DUMPABLE
    public const int GetDumpable = 3; // PR_GET_DUMPABLE
    public const int ResourceCore = 4; // RLIMIT_CORE
    public const int ResourceMemoryLock = 8; // RLIMIT_MEMLOCK

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "adjtimex", SetLastError = true)]
    public static partial int AdjustTime(ref TimexLayout timex);

    [LibraryImport(Library, EntryPoint = "mlockall", SetLastError = true)]
    public static partial int LockAll(int flags);

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    [LibraryImport(Library, EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport(Library, EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint bytes, ReadOnlySpan<ulong> mask);

    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int GetAffinity(int thread, nuint bytes, Span<ulong> mask);

    public static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
}

/// <summary>struct rlimit on 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceLimit
{
    public ulong Soft;
    public ulong Hard;
}

/// <summary>struct timex of linux/timex.h on 64-bit machines, 208 bytes; a test holds size and offsets.</summary>
[StructLayout(LayoutKind.Sequential, Size = 208)]
internal struct TimexLayout
{
    public uint Modes;
    public long Offset;
    public long Frequency;
    public long MaxError;
    public long EstimatedError;
    public int Status;
    public long Constant;
    public long Precision;
    public long Tolerance;
    public long TimeSeconds;
    public long TimeFraction;
    public long Tick;
    public long PpsFrequency;
    public long Jitter;
    public int Shift;
    public long Stability;
    public long JitterCount;
    public long CalibrationCount;
    public long ErrorCount;
    public long StabilityCount;
    public int Tai;
}
