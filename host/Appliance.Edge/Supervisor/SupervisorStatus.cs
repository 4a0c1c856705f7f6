namespace Appliance.Edge.Supervisor;

/// <summary>The board as its supervisor tells.</summary>
public sealed record SupervisorStatus
{
    /// <summary>connected, silent, absent (the line is not there) or other-version.</summary>
    public required string State { get; init; }

    /// <summary>Version of its firmware; null before it said it.</summary>
    public string? Firmware { get; init; }

    public int? SupplyMillivolts { get; init; }

    public int? SupplyMilliamps { get; init; }

    public double? BoardCelsius { get; init; }

    public int? FanRpm { get; init; }

    /// <summary>How the oscillator is steered.</summary>
    public string? Oscillator { get; init; }

    /// <summary>The case is open now.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The case was opened since the latches were last cleared.</summary>
    public bool WasOpened { get; init; }

    /// <summary>Times that it cut the power of the box.</summary>
    public int? PowerCycles { get; init; }

    /// <summary>Frames that came wrong or not at all, both ways.</summary>
    public required long LinkFaults { get; init; }

    /// <summary>Bytes of the receiver that did not reach the clock.</summary>
    public required long ReceiverBytesLost { get; init; }

    /// <summary>How far an update of its firmware is; null where none was asked for.</summary>
    public string? Update { get; init; }

    /// <summary>It holds the key that signs its updates; null before it said so.</summary>
    public bool? HoldsUpdateKey { get; init; }

    /// <summary>What is wrong with the board and what to do, a sentence each.</summary>
    public required IReadOnlyList<string> Alarms { get; init; }
}
