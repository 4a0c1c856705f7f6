using Appliance.Wire;

namespace Appliance.Time.Observations;

/// <summary>Time scale of a source. Never mixed: GPS reaches TAI by a constant, UTC only with leap seconds.</summary>
public enum TimeScale : byte
{
    /// <summary>POSIX: every day has 86,400 s; see <see cref="ScaledTime.IsLeapSecond"/>.</summary>
    Utc = 0,

    /// <summary>GPS time as seconds since 1970 counted without leap seconds: TAI less 19 s.</summary>
    Gps = 1,

    /// <summary>TAI since 1970-01-01T00:00:00 TAI, as <see cref="TaiTime"/> counts it.</summary>
    Tai = 2,
}

/// <summary>True time as a source gave it, on the source's own scale.</summary>
/// <param name="Scale">Which scale.</param>
/// <param name="Nanoseconds">Since 1970 on that scale.</param>
/// <param name="IsLeapSecond">
/// UTC only: the inserted second 23:59:60. <paramref name="Nanoseconds"/> then is that of 23:59:59 plus the fraction.
/// </param>
public readonly record struct ScaledTime(TimeScale Scale, long Nanoseconds, bool IsLeapSecond = false)
{
    /// <summary>TAI less GPS time, seconds: constant by definition.</summary>
    public const int TaiMinusGps = 19;

    /// <summary>
    /// Nanoseconds of TAI since 1970. <paramref name="taiMinusUtc"/> is used for UTC only: the offset that holds at
    /// that UTC second (of a leap second: the one before it took effect).
    /// </summary>
    public long ToTaiNanoseconds(int taiMinusUtc)
    {
        long seconds = Scale switch
        {
            TimeScale.Utc => taiMinusUtc + (IsLeapSecond ? 1 : 0),
            TimeScale.Gps => TaiMinusGps,
            _ => 0,
        };
        return Nanoseconds + (seconds * RawTime.NanosecondsPerSecond);
    }
}
