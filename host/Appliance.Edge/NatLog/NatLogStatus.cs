namespace Appliance.Edge.NatLog;

/// <summary>The logs that NATs send to the box, as the admin socket tells of them.</summary>
public sealed record NatLogStatus
{
    public required long Messages { get; init; }

    public required long Events { get; init; }

    /// <summary>Events that found the queue to the packet thread full.</summary>
    public required long Dropped { get; init; }

    /// <summary>Datagrams that found the kernel's room for them full.</summary>
    public required long LostDatagrams { get; init; }

    /// <summary>Places where messages are missing, and what is missing there.</summary>
    public required long Gaps { get; init; }

    public required long Missing { get; init; }

    /// <summary>Messages that were none, and data whose template did not come.</summary>
    public required long Malformed { get; init; }

    /// <summary>Messages of senders that are not configured, and streams beyond their number.</summary>
    public required long Refused { get; init; }

    /// <summary>Lines by vendor that no template fitted.</summary>
    public required IReadOnlyDictionary<string, long> NotUnderstood { get; init; }

    /// <summary>Why a listener does not listen; empty where all is well.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>What became of the bindings that the run before knew.</summary>
    public required string TableBefore { get; init; }
}
