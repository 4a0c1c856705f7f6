namespace Appliance.Edge.Service;

/// <summary>
/// How long the packet thread was away from the rings between two passes, apart from what it meant to wait. Its work
/// counts too, but a pass has so few packets that they take well under a millisecond: what is longer was a collection,
/// the scheduler, or a stop of the process. One thread passes, another takes; nothing is allocated.
/// </summary>
internal sealed class PauseMeter(long nowNs)
{
    private long lastNs = nowNs;
    private long longestNs;

    /// <summary>A pass began.</summary>
    /// <param name="nowNs">Monotonic clock, nanoseconds.</param>
    public void Pass(long nowNs) => Waited(nowNs, 0);

    /// <summary>A wait ended that was meant to take so long at most; what it took longer is a pause.</summary>
    public void Waited(long nowNs, long intendedNs)
    {
        long awayNs = nowNs - lastNs - intendedNs;
        lastNs = nowNs;

        // Where the other thread takes the longest between the two lines, the shorter of two pauses is forgotten.
        if (awayNs > Volatile.Read(ref longestNs))
        {
            Volatile.Write(ref longestNs, awayNs);
        }
    }

    /// <summary>The longest pause since this was last called, nanoseconds.</summary>
    public long TakeLongestNs() => Interlocked.Exchange(ref longestNs, 0);
}

/// <summary>The longest pause since the start and of the last minute, from one figure a second.</summary>
internal sealed class PauseHistory
{
    private const int Seconds = 60;
    private readonly long[] minute = new long[Seconds];
    private int next;

    public long LongestNs { get; private set; }

    public long LongestOfMinuteNs => minute.Max();

    /// <summary>Takes the longest pause of another second.</summary>
    public void Add(long longestNs)
    {
        minute[next] = longestNs;
        next = (next + 1) % Seconds;
        LongestNs = Math.Max(LongestNs, longestNs);
    }
}
