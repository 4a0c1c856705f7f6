namespace Appliance.Time.Observations;

/// <summary>
/// Raw time: what a free-running counter read, in nanoseconds. It orders and measures; what it means is for the
/// estimator to say. Readings of different counters (<see cref="CounterId"/>) cannot be compared.
/// </summary>
/// <param name="Nanoseconds">Since an arbitrary start for a counter, since 1970 for the system clock.</param>
public readonly record struct RawTime(long Nanoseconds) : IComparable<RawTime>
{
    /// <summary>Nanoseconds of one second.</summary>
    public const long NanosecondsPerSecond = 1_000_000_000;

    /// <inheritdoc/>
    public int CompareTo(RawTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Nanoseconds of the counter between two readings of it.</summary>
    public static long operator -(RawTime left, RawTime right) => left.Nanoseconds - right.Nanoseconds;

    public static bool operator <(RawTime left, RawTime right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(RawTime left, RawTime right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(RawTime left, RawTime right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(RawTime left, RawTime right) => left.Nanoseconds >= right.Nanoseconds;
}

/// <summary>Which counter a <see cref="RawTime"/> was read from.</summary>
public enum CounterKind : byte
{
    /// <summary>CLOCK_MONOTONIC_RAW: nobody steers it. The counter of the estimator by default.</summary>
    MonotonicRaw = 0,

    /// <summary>CLOCK_REALTIME: nanoseconds since 1970, UTC scale; others step and slew it.</summary>
    SystemClock = 1,

    /// <summary>A PTP hardware clock; its number says which.</summary>
    HardwareClock = 2,

    /// <summary>CLOCK_MONOTONIC: slewed by others, never stepped.</summary>
    Monotonic = 3,
}

/// <param name="Kind">What sort of counter.</param>
/// <param name="Number">Of a hardware clock its index (/dev/ptpN), else 0.</param>
public readonly record struct CounterId(CounterKind Kind, byte Number = 0)
{
    /// <summary>CLOCK_MONOTONIC_RAW.</summary>
    public static CounterId MonotonicRaw => new(CounterKind.MonotonicRaw);

    /// <summary>CLOCK_REALTIME.</summary>
    public static CounterId SystemClock => new(CounterKind.SystemClock);
}
