namespace Appliance.Edge.Uplink;

/// <summary>How the way to the store is; what <c>icrctl uplink</c> prints.</summary>
public sealed record UplinkStatus
{
    /// <summary>off, starting, connecting, connected or stopped.</summary>
    public required string State { get; init; }

    /// <summary>Host and port of the broker; empty when the uplink is off.</summary>
    public required string Broker { get; init; }

    /// <summary>Batches without a receipt; refused ones are counted apart.</summary>
    public required long BacklogBatches { get; init; }

    public required long BacklogBytes { get; init; }

    /// <summary>False while flash holds more than was counted: until the first scan, or beyond the limit.</summary>
    public required bool BacklogIsWhole { get; init; }

    /// <summary>Batches sent that have no receipt yet.</summary>
    public required int InFlight { get; init; }

    /// <summary>Age of the oldest record without a receipt; null where there is none.</summary>
    public required double? OldestUnreceiptedSeconds { get; init; }

    /// <summary>Batches receipted since the start.</summary>
    public required long Receipted { get; init; }

    /// <summary>Batches that a store or the broker refused: kept, and not sent again before a restart.</summary>
    public required long Refused { get; init; }

    /// <summary>Batches sent more than once.</summary>
    public required long Resent { get; init; }

    /// <summary>Receipts that did not verify, or named another batch.</summary>
    public required long ReceiptsRejected { get; init; }

    /// <summary>Batches that could not be read from flash.</summary>
    public required long Unreadable { get; init; }

    /// <summary>Connections made since the start.</summary>
    public required long Connections { get; init; }

    /// <summary>Why the last connection ended or was not made, and what to look at; null while all is well.</summary>
    public required string? LastError { get; init; }

    /// <summary>What is wrong and what to do, one sentence each.</summary>
    public required IReadOnlyList<string> Alarms { get; init; }

    /// <summary>A box without an uplink.</summary>
    public static UplinkStatus Off { get; } = new()
    {
        State = "off",
        Broker = "",
        BacklogBatches = 0,
        BacklogBytes = 0,
        BacklogIsWhole = true,
        InFlight = 0,
        OldestUnreceiptedSeconds = null,
        Receipted = 0,
        Refused = 0,
        Resent = 0,
        ReceiptsRejected = 0,
        Unreadable = 0,
        Connections = 0,
        LastError = null,
        Alarms = [],
    };
}

/// <summary>What the uplink says of the box on its state topic, beside its own backlog.</summary>
/// <param name="Health">ok, warning or failing.</param>
/// <param name="Version">Version of the software.</param>
/// <param name="Clock">State of the clock.</param>
/// <param name="Alarms">What is wrong, one sentence each; never a customer's address.</param>
/// <param name="Control">What became of control messages; null before the first status.</param>
public sealed record BoxHealth(
    string Health, string Version, string Clock, IReadOnlyList<string> Alarms, ControlStateWord? Control = null);

/// <summary>What whoever sends control messages waits for.</summary>
/// <param name="State">recording, withdrawn or unknown.</param>
/// <param name="LastNumber">Number of the last message that was taken.</param>
/// <param name="Refused">Messages refused since the start.</param>
/// <param name="LastRefused">Why the last of them was.</param>
public sealed record ControlStateWord(string State, ulong LastNumber, long Refused, string? LastRefused);
