namespace Appliance.Linux.Process;

/// <summary>What the kernel says of its own clock (adjtimex(2)); read only, nothing is ever set.</summary>
/// <param name="IsSynchronised">A program disciplines the clock, and has done so within the kernel's own
/// patience.</param>
/// <param name="MaxErrorUs">
/// Bound of the error in microseconds as the disciplining program declared it, growing by 500 ppm since.
/// </param>
/// <param name="EstimatedErrorUs">Estimated error in microseconds.</param>
/// <param name="TaiOffsetSeconds">TAI less UTC; 0 where nobody told the kernel.</param>
/// <param name="Status">The STA_ bits of linux/timex.h.</param>
/// <param name="Leap">A leap second at the end of this UTC day, or now.</param>
public readonly record struct KernelClockState(
    bool IsSynchronised, long MaxErrorUs, long EstimatedErrorUs, int TaiOffsetSeconds, int Status, KernelLeap Leap);

/// <summary>Leap second state of the kernel's clock.</summary>
public enum KernelLeap
{
    None = 0,

    /// <summary>One second more at the end of the day (TIME_INS).</summary>
    Insert = 1,

    /// <summary>One second less at the end of the day (TIME_DEL).</summary>
    Delete = 2,

    /// <summary>It is now (TIME_OOP).</summary>
    InProgress = 3,

    /// <summary>It was, and the flag still stands (TIME_WAIT).</summary>
    Done = 4,
}

/// <summary>Reads the state of the kernel's clock.</summary>
public static class KernelClock
{
    private const int Unsynchronised = 0x0040; // STA_UNSYNC
    private const int ClockError = 0x1000; // STA_CLOCKERR
    private const int StateError = 5; // TIME_ERROR

    /// <exception cref="IOException">The call is forbidden (a sandbox without it).</exception>
    public static KernelClockState Read()
    {
        TimexLayout timex = default; // Modes 0: nothing is changed.
        int state = ProcessCalls.AdjustTime(ref timex);
        return state < 0
            ? throw new IOException($"cannot read the state of the kernel's clock: {ProcessCalls.LastError()}")
            : Judge(timex, state);
    }

    internal static KernelClockState Judge(in TimexLayout timex, int state) => new(
        state != StateError && (timex.Status & (Unsynchronised | ClockError)) == 0,
        timex.MaxError,
        timex.EstimatedError,
        timex.Tai,
        timex.Status,
        state is >= 0 and < StateError ? (KernelLeap)state : KernelLeap.None);
}
