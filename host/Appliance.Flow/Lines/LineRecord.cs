using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>A session or a block as the table hands it over: raw times, texts instead of pool numbers.</summary>
public sealed record LineRecord
{
    /// <summary>A block of ports; else a session.</summary>
    public required bool IsBlock { get; init; }

    /// <summary>Begin and, where it has ended, end; 0 while it is held. Raw times.</summary>
    public required long StartNs { get; init; }

    public required long EndNs { get; init; }

    /// <summary>
    /// The first record of it: readers look for it at its begin, which may lie before anything else of its batch.
    /// </summary>
    public required bool IsFirst { get; init; }

    public required string Realm { get; init; }

    public required string Source { get; init; }

    /// <summary>What a session holds, or the inside address of a block.</summary>
    public required IpPrefix Address { get; init; }

    /// <summary>Ports of a block.</summary>
    public PortRange Range { get; init; }

    public LineReference Reference { get; init; }

    public string Equipment { get; init; } = "";

    public string Access { get; init; } = "";
}
