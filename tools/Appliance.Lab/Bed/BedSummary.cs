namespace Appliance.Lab.Bed;

/// <summary>What one run of the bed made; also <c>bed.json</c> in its folder.</summary>
internal sealed record BedSummary
{
    public required string Mode { get; init; }

    public required int Seed { get; init; }

    public required int Subscribers { get; init; }

    public required int Connections { get; init; }

    public required int Named { get; init; }

    /// <summary>Connections that keep the subscriber's own port on the public side.</summary>
    public required int PortKept { get; init; }

    /// <summary>Public address, port and protocol that stand for more than one subscriber in the run.</summary>
    public required int PortsShared { get; init; }

    /// <summary>Different public ends of all connections.</summary>
    public required int PortsUsed { get; init; }

    /// <summary>Halves of flows between subscribers; each such flow is two connections.</summary>
    public required int Hairpins { get; init; }

    /// <summary>Connections whose public tuple towards the same remote another had before; all were refused.</summary>
    public required int TuplesReused { get; init; }

    public required int AliveAtEnd { get; init; }

    public required int FramesInside { get; init; }

    public required int FramesOutside { get; init; }

    public required double TrafficSeconds { get; init; }

    public required double Seconds { get; init; }

    /// <summary>
    /// Differences between the kernel's counters and the frames of the legs; 0 or the truth is not usable.
    /// </summary>
    public required int Differences { get; init; }
}
