namespace Appliance.Edge.Controls;

/// <summary>What control messages have changed, and what became of those that came.</summary>
public sealed record ControlStatus
{
    /// <summary>
    /// recording; withdrawn: the box's notice was, and nothing is recorded; unknown: what was told is lost, and
    /// nothing is recorded either.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Keys of operator and custodian are pinned.</summary>
    public required bool HasKeys { get; init; }

    /// <summary>Number of the last message that was taken, over all runs; 0: none was.</summary>
    public required ulong LastNumber { get; init; }

    /// <summary>What it said; null where none was taken.</summary>
    public string? LastTaken { get; init; }

    /// <summary>Messages taken since the start.</summary>
    public required long Taken { get; init; }

    /// <summary>The message that was taken last, come again: its sender had not heard.</summary>
    public required long Repeated { get; init; }

    /// <summary>Messages refused since the start.</summary>
    public required long Refused { get; init; }

    /// <summary>The same by reason.</summary>
    public required IReadOnlyDictionary<string, long> RefusedBy { get; init; }

    /// <summary>Why the last of them was; null where none was.</summary>
    public string? LastRefused { get; init; }

    /// <summary>Notices that were withdrawn from this box.</summary>
    public required IReadOnlyList<string> Withdrawn { get; init; }

    /// <summary>What is wrong and what to do, a sentence each.</summary>
    public required IReadOnlyList<string> Alarms { get; init; }
}
