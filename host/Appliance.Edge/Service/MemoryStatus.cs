namespace Appliance.Edge.Service;

/// <summary>What the box may take of the machine's memory, and why.</summary>
public sealed record MemoryStatus
{
    /// <summary>What may be taken in all, bytes.</summary>
    public required long BudgetBytes { get; init; }

    /// <summary>Where that comes from, in words.</summary>
    public required string BudgetFrom { get; init; }

    /// <summary>What is taken when the flow table is full, bytes.</summary>
    public required long NeededBytes { get; init; }

    /// <summary>In memory now, the rings included, bytes.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>configured, memory or rated load: what the flow limit comes from.</summary>
    public required string FlowLimitFrom { get; init; }

    /// <summary>How long the rings hold what arrives at the rated load, milliseconds.</summary>
    public required int RingMilliseconds { get; init; }

    /// <summary>Bytes of all rings.</summary>
    public required long RingBytes { get; init; }
}
