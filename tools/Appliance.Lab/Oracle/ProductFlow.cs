using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>A line's end of a flow, as the product names it.</summary>
public readonly record struct LineEnd(Ip Address, ushort Port, Ip Softwire = default);

/// <summary>
/// One flow as the product recorded it, its records merged: the last record's totals, an ambiguous flow with all its
/// candidates.
/// </summary>
public sealed record ProductFlow
{
    public required byte Protocol { get; init; }

    /// <summary>The line where there is one and it is not in doubt.</summary>
    public LineEnd Line { get; init; }

    /// <summary>Lines it could be; empty unless ambiguous.</summary>
    public IReadOnlyList<LineEnd> Candidates { get; init; } = [];

    public LineEnd Public { get; init; }

    public LineEnd Remote { get; init; }

    public Attribution Attribution { get; init; }

    public Translation Translation { get; init; }

    public string Name { get; init; } = "";

    public ServiceSource NameSource { get; init; }

    /// <summary>
    /// First and last packet, nanoseconds since 1970 UTC; microsecond grain where taken from batches.
    /// </summary>
    public long StartNs { get; init; }

    public long LastNs { get; init; }

    public ulong PacketsUp { get; init; }

    public ulong PacketsDown { get; init; }

    public ulong BytesUp { get; init; }

    public ulong BytesDown { get; init; }

    /// <summary>The same flow told from its other end.</summary>
    internal ProductFlow Turned() => this with
    {
        Line = Remote,
        Remote = Line,
        PacketsUp = PacketsDown,
        PacketsDown = PacketsUp,
        BytesUp = BytesDown,
        BytesDown = BytesUp,
    };

    internal FlowTuple Outer => new(Protocol, Public.Address, Public.Port, Remote.Address, Remote.Port);

    internal FlowTuple Inner => new(Protocol, Line.Address, Line.Port, Remote.Address, Remote.Port, Line.Softwire);
}
