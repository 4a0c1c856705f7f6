namespace Appliance.Edge.Service;

/// <summary>
/// The longest time in which the packet thread never found the rings empty, and the packets that it read in it. Another
/// thread may read the one a moment before the other.
/// </summary>
internal sealed class CatchUpMeter
{
    private long sinceNs;
    private long sincePackets;
    private bool hasBegun;

    public long LongestNs { get; private set; }

    public long LongestPackets { get; private set; }

    /// <summary>The rings may have packets again.</summary>
    /// <param name="nowNs">Monotonic clock, nanoseconds.</param>
    public void Begin(long nowNs)
    {
        sinceNs = nowNs;
        hasBegun = true;
    }

    /// <summary>They are empty.</summary>
    /// <param name="nowNs">Monotonic clock, nanoseconds.</param>
    /// <param name="packets">Read since the start.</param>
    public void FoundEmpty(long nowNs, long packets)
    {
        if (hasBegun && packets > sincePackets && nowNs - sinceNs > LongestNs)
        {
            LongestNs = nowNs - sinceNs;
            LongestPackets = packets - sincePackets;
        }

        sincePackets = packets;
    }
}
