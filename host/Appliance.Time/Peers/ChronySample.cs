using Appliance.Time.Observations;

namespace Appliance.Time.Peers;

/// <summary>
/// One sample for chronyd's SOCK reference clock: so chrony steers the kernel's clock by our time, and we never do.
/// </summary>
/// <remarks>
/// <code>
///  0 tv_sec i8 | 8 tv_usec i8 | 16 offset f8, true less system, seconds | 24 pulse i4 | 28 leap i4 | 32 pad | 36 magic
/// </code>
/// In the byte order of the machine, 40 bytes where long has 64 bits (refclock_sock.c of chrony 4.3). A wrong size or
/// magic is dropped without a word.
/// </remarks>
public static class ChronySample
{
    /// <summary>Bytes of one sample.</summary>
    public const int Bytes = 40;

    private const int Magic = 0x534f434b; // "SOCK"

    /// <summary>
    /// Writes one sample. The stamp has microseconds only and is cut; the offset was the same less than a microsecond
    /// before, so nothing is lost and nothing may be added for it.
    /// </summary>
    /// <param name="system">Reading of the system clock, nanoseconds since 1970.</param>
    /// <param name="utcNs">UTC at that instant, nanoseconds since 1970.</param>
    /// <param name="next">An announced leap second; one that is unknown is not announced.</param>
    /// <param name="destination">At least <see cref="Bytes"/>.</param>
    public static void Write(RawTime system, long utcNs, LeapEvent next, Span<byte> destination)
    {
        destination[..Bytes].Clear();
        (long seconds, long within) = Math.DivRem(system.Nanoseconds, RawTime.NanosecondsPerSecond);
        // A difference of two long is exact; as a double it is so to 1 ns up to 104 days.
        double offset = (utcNs - system.Nanoseconds) / 1e9;
        BitConverter.TryWriteBytes(destination, seconds);
        BitConverter.TryWriteBytes(destination[8..], within / 1000);
        BitConverter.TryWriteBytes(destination[16..], offset);
        int leap = next switch { LeapEvent.Insert => 1, LeapEvent.Delete => 2, _ => 0 };
        BitConverter.TryWriteBytes(destination[28..], leap);
        BitConverter.TryWriteBytes(destination[36..], Magic);
    }
}
