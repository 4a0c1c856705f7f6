using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Edge.Clocks;
using Appliance.Edge.Controls;
using Appliance.Edge.NatLog;
using Appliance.Edge.Supervisor;
using Appliance.Edge.Uplink;
using Appliance.Time;

namespace Appliance.Edge.Service;

/// <summary>What the admin socket answers: how the box is, without any customer's address.</summary>
public sealed record BoxStatus
{
    /// <summary>How all of it is written, on the socket and by <c>icrctl --json</c>.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>
    /// ok, warning, failing, withdrawn: nothing may be recorded, or locked: a tamper alarm was not acknowledged, and no
    /// key is loaded.
    /// </summary>
    public required string Health { get; init; }

    /// <summary>What is wrong and what to do, one sentence each.</summary>
    public required IReadOnlyList<string> Alarms { get; init; }

    public required string Device { get; init; }

    public required string Version { get; init; }

    public required uint Epoch { get; init; }

    /// <summary>What the start found on the flash.</summary>
    public required string Recovery { get; init; }

    public required double UptimeSeconds { get; init; }

    public required StartStatus Start { get; init; }

    public required MemoryStatus Memory { get; init; }

    public required ClockStatus Clock { get; init; }

    public required FlowStatus Flows { get; init; }

    public required PacketThreadStatus PacketThread { get; init; }

    public required IReadOnlyList<LegStatus> Legs { get; init; }

    /// <summary>What each leg of the mirror does not show.</summary>
    public required IReadOnlyList<LossStatus> Loss { get; init; }

    /// <summary>The delay between each two legs.</summary>
    public IReadOnlyList<DelayStatus> Delays { get; init; } = [];

    /// <summary>How long the NAT keeps bindings.</summary>
    public IReadOnlyList<TimeoutStatus> Timeouts { get; init; } = [];

    /// <summary>Sessions of lines; null where the box is told of none.</summary>
    public SessionStatus? Sessions { get; init; }

    public required StorageStatus Storage { get; init; }

    public required UplinkStatus Uplink { get; init; }

    /// <summary>The box's own Linux image; absent where it runs on another system.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImageStatus? Image { get; init; }

    /// <summary>The board; absent where it has no supervisor.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SupervisorStatus? Supervisor { get; init; }

    /// <summary>Control messages; absent while the box is locked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ControlStatus? Control { get; init; }

    /// <summary>Logs that NATs send; absent where the box does not listen for any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NatLogStatus? NatLog { get; init; }
}

/// <summary>The clock behind the stamps.</summary>
/// <param name="State">
/// unset or network; of a clock of the box's own also acquiring, locked, holdover, free-running, fault.
/// </param>
/// <param name="BoundUs">Half width, microseconds; null where nothing can be said.</param>
public sealed record ClockStatus(string State, uint? BoundUs)
{
    /// <summary>A clock of the box's own; absent where the kernel's is taken at its word.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClockDetail? Detail { get; init; }

    /// <summary>What records of each leg rule have now.</summary>
    public IReadOnlyList<LegBound> Legs { get; init; } = [];
}

/// <summary>The bound of a leg's records.</summary>
/// <param name="Leg">Name of the leg rule.</param>
/// <param name="BoundUs">Half width with the stamps' path, microseconds; null without one.</param>
public sealed record LegBound(string Leg, uint? BoundUs)
{
    internal static uint? Known(uint boundUs) => boundUs == ClockReading.Unbounded ? null : boundUs;
}

/// <summary>Flow table, records and join.</summary>
public sealed record FlowStatus
{
    public required int Open { get; init; }

    public required int Limit { get; init; }

    public required ulong Closed { get; init; }

    public required ulong Attributed { get; init; }

    public required ulong Ambiguous { get; init; }

    public required ulong Unattributed { get; init; }

    public required ulong Evicted { get; init; }

    public required ulong Unsolicited { get; init; }

    public required ulong Records { get; init; }

    /// <summary>Records that found the queue to the writer full.</summary>
    public required ulong RecordsDropped { get; init; }
}

/// <summary>One interface.</summary>
public sealed record LegStatus
{
    public required string Interface { get; init; }

    public required string Leg { get; init; }

    /// <summary>Packets that the kernel gave to the ring or dropped for want of room in it.</summary>
    public required ulong Received { get; init; }

    /// <summary>
    /// Frames that the kernel or the card dropped on the interface since the ring was opened. With VLAN tags the kernel
    /// also counts what the ring has shown and nobody else on the box understands (PPPoE, MPLS).
    /// </summary>
    public required ulong KernelDropped { get; init; }

    /// <summary>Packets that found the ring full.</summary>
    public required ulong Dropped { get; init; }

    public required ulong Duplicates { get; init; }

    /// <summary>Blocks of the ring that wait to be read, percent.</summary>
    public required int RingFillPercent { get; init; }
}

/// <summary>The journal on flash.</summary>
public sealed record StorageStatus
{
    public required string Path { get; init; }

    public required long Bytes { get; init; }

    public required int Segments { get; init; }

    public required long Batches { get; init; }

    /// <summary>Rows of the batch that is open.</summary>
    public required int OpenRows { get; init; }

    public required bool IsFull { get; init; }
}

/// <summary>Which line holds which address, as far as the box is told.</summary>
public sealed record SessionStatus
{
    /// <summary>Sessions in memory.</summary>
    public required int Open { get; init; }

    public required ulong Messages { get; init; }

    /// <summary>Malformed, without the right secret, or of a sender that is not configured.</summary>
    public required ulong Refused { get; init; }

    /// <summary>Messages that found the queue full, and sessions that found the table full.</summary>
    public required ulong Dropped { get; init; }

    /// <summary>Sessions that held an address at the same time as another.</summary>
    public required ulong Conflicts { get; init; }

    /// <summary>What became of the table of the run before.</summary>
    public required string TableBefore { get; init; }
}
