namespace Appliance.Wire;

/// <summary>
/// True time: microseconds of TAI since 1970-01-01T00:00:00 TAI. Records and manifests hold this; answers print UTC.
/// A packet's stamp as the capture gave it is raw time (nanoseconds of the stamping clock) and never has this type.
/// </summary>
public readonly record struct TaiTime(long Microseconds) : IComparable<TaiTime>
{
    public const long MicrosecondsPerSecond = 1_000_000;

    public int CompareTo(TaiTime other) => Microseconds.CompareTo(other.Microseconds);

    public static bool operator <(TaiTime left, TaiTime right) => left.Microseconds < right.Microseconds;

    public static bool operator >(TaiTime left, TaiTime right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(TaiTime left, TaiTime right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(TaiTime left, TaiTime right) => left.Microseconds >= right.Microseconds;
}
