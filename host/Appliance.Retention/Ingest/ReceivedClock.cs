namespace Appliance.Retention.Ingest;

/// <summary>
/// Times of receipt: UTC microseconds of this machine, each later than the one before, also where the clock was set
/// back. So they put everything that arrived in one order, in which the index can be made again.
/// </summary>
internal sealed class ReceivedClock(TimeProvider time, ulong last)
{
    /// <summary>The next time of receipt.</summary>
    public ulong Next() => Last = Math.Max(Now, Last + 1);

    /// <summary>The latest that was given.</summary>
    public ulong Last { get; private set; } = last;

    /// <summary>UTC day of today, days since 1970.</summary>
    public int Today => (int)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays;

    private ulong Now =>
        (ulong)((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Goes on from a time that a file has, where that is later.</summary>
    public void AdvanceTo(ulong received) => Last = Math.Max(Last, received);
}
