namespace Appliance.Edge.Service;

/// <summary>What one leg of the mirror does not show, as far as the traffic itself tells.</summary>
public sealed record LossStatus
{
    /// <summary>inside or outside.</summary>
    public required string Leg { get; init; }

    /// <summary>
    /// estimated; one-direction, where the leg mostly shows one direction of TCP and nothing can be estimated; or
    /// too-little, where there was not yet enough TCP.
    /// </summary>
    public required string State { get; init; }

    /// <summary>
    /// Packets that the network carried and the mirror did not show, parts per million, in the last minute.
    /// </summary>
    public required ulong? HiddenPpm { get; init; }

    /// <summary>Half width of that by chance alone, two standard deviations.</summary>
    public required ulong? MarginPpm { get; init; }

    /// <summary>Estimated packets not shown since the start.</summary>
    public required ulong HiddenPackets { get; init; }

    /// <summary>Packets shown since the start.</summary>
    public required ulong Packets { get; init; }

    /// <summary>Of those: shown once more, and left out.</summary>
    public required ulong Duplicates { get; init; }

    /// <summary>Of those: shortened before they reached the box.</summary>
    public required ulong Cut { get; init; }

    /// <summary>Closed flows that only this leg showed.</summary>
    public required ulong OneLegFlows { get; init; }

    /// <summary>The same as a sentence.</summary>
    public required string Words { get; init; }
}
