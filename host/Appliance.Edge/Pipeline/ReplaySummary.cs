using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Edge.NatLog;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>What a replay did, as <c>summary.json</c> holds it (CONTRACTS, icrctl replay).</summary>
public sealed record ReplaySummary
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public required ulong PacketsInside { get; init; }

    public required ulong PacketsOutside { get; init; }

    /// <summary>Frames that were not decoded, by kind.</summary>
    public required IReadOnlyDictionary<string, ulong> PacketsUndecoded { get; init; }

    public required ulong IcmpErrors { get; init; }

    public required ulong Duplicates { get; init; }

    public required ulong Sliced { get; init; }

    public required ulong Unsolicited { get; init; }

    public required ulong Flows { get; init; }

    public required ulong Records { get; init; }

    public required ulong Attributed { get; init; }

    public required ulong Ambiguous { get; init; }

    public required ulong Unattributed { get; init; }

    public required IReadOnlyDictionary<string, ulong> Named { get; init; }

    /// <summary>Flows that found no room in the table: raise traffic.flowLimit where this is not 0.</summary>
    public required ulong FlowsEvicted { get; init; }

    public required long Batches { get; init; }

    /// <summary>Size of the segment files on disk.</summary>
    public required long Bytes { get; init; }

    public required double Seconds { get; init; }

    public required double CpuSeconds { get; init; }

    /// <summary>Messages about sessions; absent where no capture of them was given.</summary>
    public LineSummary? Sessions { get; init; }

    /// <summary>Captures that ended badly: what was whole before stands.</summary>
    public IReadOnlyList<string>? Problems { get; init; }

    /// <summary>Logs and rules of the NAT; absent where there were none.</summary>
    public NatLogSummary? NatLog { get; init; }

    /// <summary>The summary as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads the counters of an engine that has been closed.</summary>
    public static ReplaySummary Of(
        ReadOnlySpan<ulong> counters, long batches, long bytes, double seconds, double cpuSeconds,
        IReadOnlyList<string> problems) => new()
        {
            PacketsInside = counters[(int)Counter.PacketsInside],
            PacketsOutside = counters[(int)Counter.PacketsOutside],
            PacketsUndecoded = UndecodedOf(counters),
            IcmpErrors = counters[(int)Counter.IcmpErrors],
            Duplicates = counters[(int)Counter.DuplicatesInside] + counters[(int)Counter.DuplicatesOutside],
            Sliced = counters[(int)Counter.Sliced],
            Unsolicited = counters[(int)Counter.Unsolicited],
            Flows = counters[(int)Counter.FlowsClosed],
            Records = counters[(int)Counter.RecordsWritten],
            Attributed = counters[(int)Counter.FlowsAttributed],
            Ambiguous = counters[(int)Counter.FlowsAmbiguous],
            Unattributed = counters[(int)Counter.FlowsUnattributed],
            Named = NamedOf(counters),
            FlowsEvicted = counters[(int)Counter.FlowsEvicted],
            Batches = batches,
            Bytes = bytes,
            Seconds = Math.Round(seconds, 3),
            CpuSeconds = Math.Round(cpuSeconds, 3),
            Problems = problems.Count == 0 ? null : problems,
        };

    private static Dictionary<string, ulong> UndecodedOf(ReadOnlySpan<ulong> counters) => new()
    {
        ["link"] = counters[(int)Counter.UndecodedLink],
        ["not_ip"] = counters[(int)Counter.UndecodedNotIp],
        ["truncated"] = counters[(int)Counter.UndecodedTruncated],
        ["malformed"] = counters[(int)Counter.UndecodedMalformed],
        ["transport"] = counters[(int)Counter.UndecodedTransport],
        ["fragment"] = counters[(int)Counter.UndecodedFragment],
        ["depth"] = counters[(int)Counter.UndecodedDepth],
        ["no_leg_rule"] = counters[(int)Counter.NoLegRule],
    };

    private static Dictionary<string, ulong> NamedOf(ReadOnlySpan<ulong> counters) => new()
    {
        ["tls"] = counters[(int)Counter.NamesTls],
        ["quic"] = counters[(int)Counter.NamesQuic],
        ["http"] = counters[(int)Counter.NamesHttp],
        ["dns"] = counters[(int)Counter.NamesDns],
    };
}

/// <summary>What became of the messages about sessions.</summary>
public sealed record LineSummary(
    ulong Messages, ulong Malformed, ulong Repeated, ulong StartsMissed, ulong Replaced, ulong Conflicts, ulong Records)
{
    public static LineSummary Of(Flow.Lines.LineTally tally) => new(
        tally.Taken, tally.Malformed, tally.Repeated, tally.StartsMissed, tally.Replaced, tally.Conflicts,
        tally.Records);
}
