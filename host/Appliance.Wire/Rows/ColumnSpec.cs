namespace Appliance.Wire;

/// <summary>One column of a record kind in a section: what stands in FORMAT.md, "Columns".</summary>
/// <param name="Name">The name in FORMAT.md, for messages.</param>
/// <param name="Max">Largest value a reader takes; for strings it is set by the table of strings.</param>
/// <param name="Parent">Number of the earlier column that tells most about this one, or -1.</param>
/// <param name="IsString">The values are numbers into the section's strings.</param>
internal readonly record struct ColumnSpec(string Name, ulong Max, int Parent = -1, bool IsString = false);

/// <summary>The columns of every record kind in both sections; a column's number is its place in the list.</summary>
internal static class ColumnSpecs
{
    /// <summary>Version of everything in this file; a reader refuses another.</summary>
    public const byte Schema = 1;

    private const ulong Any = ulong.MaxValue;
    private const ulong Port = ushort.MaxValue;
    private const ulong U32 = uint.MaxValue;

    private static readonly ColumnSpec[] FlowAttribution =
    [
        new("first-epoch", U32),
        new("first-seq", U32),
        new("first-row", U32),
        new("kind", (ulong)FlowKind.End),
        new("protocol", byte.MaxValue),
        new("subscriber", Any, IsString: true),
        new("subscriber-ip-low", Any, Parent: 5),
        new("subscriber-ip-high", Any, Parent: 6),
        new("realm", Any, Parent: 6, IsString: true),
        new("subscriber-port", Port),
        new("public-ip-low", Any, Parent: 6),
        new("public-ip-high", Any, Parent: 10),
        new("public-port", Port),
        new("start", Any),
        new("last", Any),
        new("end", Any),
        new("bound", U32),
        new("clock-state", (ulong)ClockState.Network),
        new("translation", (ulong)Translation.Unsolicited),
        new("attribution", (ulong)Attribution.Ambiguous),
        new("evidence", ushort.MaxValue),
        new("candidates", ushort.MaxValue),
        new("group", U32),
        new("witnesses", 31),
        new("conflict", 1),
        new("end-reason", (ulong)EndReason.Stopped),
        new("leg", Any, IsString: true),
        new("route", Any, IsString: true),
    ];

    private static readonly ColumnSpec[] FlowContact =
    [
        new("remote-ip-low", Any),
        new("remote-ip-high", Any, Parent: 0),
        new("remote-port", Port, Parent: 0),
        new("service", Any, Parent: 0, IsString: true),
        new("service-source", (ulong)ServiceSource.Dns, Parent: 3),
        new("packets-up", Any),
        new("packets-down", Any),
        new("bytes-up", Any),
        new("bytes-down", Any),
    ];

    private static readonly ColumnSpec[] Session =
    [
        new("subscriber", Any, IsString: true),
        new("subscriber-type", Any, IsString: true),
        new("realm", Any, IsString: true),
        new("ip-low", Any),
        new("ip-high", Any),
        new("prefix-length", 128),
        new("start", Any),
        new("end", Any),
        new("source", Any, IsString: true),
        new("equipment", Any, Parent: 0, IsString: true),
        new("access", Any, Parent: 0, IsString: true),
    ];

    private static readonly ColumnSpec[] Block =
    [
        new("realm", Any, IsString: true),
        new("inside-ip-low", Any),
        new("inside-ip-high", Any, Parent: 1),
        new("public-ip-low", Any, Parent: 1),
        new("public-ip-high", Any, Parent: 3),
        new("port-first", Port),
        new("port-last", Port),
        new("start", Any),
        new("end", Any),
        new("source", Any, IsString: true),
    ];

    private static readonly ColumnSpec[] Gap =
    [
        new("from", Any),
        new("to", Any),
        new("leg", Any, IsString: true),
        new("cause", Any, IsString: true),
        new("estimate", Any),
    ];

    /// <summary>Columns of a record kind in a section; in contact only flows have any.</summary>
    public static ReadOnlySpan<ColumnSpec> Of(byte section, RecordKind kind) => (section, kind) switch
    {
        (SectionPlain.AttributionNumber, RecordKind.Flow) => FlowAttribution,
        (SectionPlain.AttributionNumber, RecordKind.Session) => Session,
        (SectionPlain.AttributionNumber, RecordKind.Block) => Block,
        (SectionPlain.AttributionNumber, RecordKind.Gap) => Gap,
        (SectionPlain.ContactNumber, RecordKind.Flow) => FlowContact,
        _ => default,
    };
}
