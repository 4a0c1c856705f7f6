namespace Appliance.Edge.Service;

/// <summary>How the packet thread keeps up. Pauses are longer than what it meant to wait.</summary>
public sealed record PacketThreadStatus
{
    /// <summary>Longest pause between two looks at the rings since the start, which compiles the loop.</summary>
    public required double LongestPauseMs { get; init; }

    /// <summary>Of the last minute.</summary>
    public required double LongestPauseMinuteMs { get; init; }

    /// <summary>Longest time in which the rings were never found empty.</summary>
    public required double LongestCatchUpMs { get; init; }

    /// <summary>Packets read in that time.</summary>
    public required long LongestCatchUpPackets { get; init; }

    /// <summary>Time spent waiting for room in the queue to the writer, in all.</summary>
    public required double WaitedForWriterMs { get; init; }

    /// <summary>Time that collections of memory held all threads of the process, in all.</summary>
    public required double CollectionPausesMs { get; init; }

    internal static PacketThreadStatus Of(PacketLoop packets, PauseHistory pauses) => new()
    {
        LongestPauseMs = Milliseconds(pauses.LongestNs),
        LongestPauseMinuteMs = Milliseconds(pauses.LongestOfMinuteNs),
        LongestCatchUpMs = Milliseconds(packets.CatchUps.LongestNs),
        LongestCatchUpPackets = packets.CatchUps.LongestPackets,
        WaitedForWriterMs = Milliseconds(packets.WaitedForWriterNs),
        CollectionPausesMs = Math.Round(GC.GetTotalPauseDuration().TotalMilliseconds, 1),
    };

    private static double Milliseconds(long ns) => Math.Round(ns / 1e6, 1);
}
