using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// One flow as its latest record has it (an ambiguous flow has one holding for each candidate line): who held which
/// public address and port, from when to when, and how that is known.
/// </summary>
internal sealed record Holding
{
    public required Id16 Device { get; init; }

    /// <summary>Name of the flow: position of its first record.</summary>
    public required FlowId Flow { get; init; }

    /// <summary>Position of the record that is shown.</summary>
    public required FlowId Place { get; init; }

    /// <summary>Batch that holds the record.</summary>
    public required Hash32 Batch { get; init; }

    /// <summary>The record. Its numbers of strings belong to its batch: the texts stand beside it here.</summary>
    public required FlowRow Row { get; init; }

    public required string Realm { get; init; }

    /// <summary>Subscriber reference as recorded, or as corrected; empty where there is none.</summary>
    public required string Subscriber { get; init; }

    /// <summary>The session that gave the reference; null where none is recorded.</summary>
    public SessionHolding? Session { get; init; }

    /// <summary>What corrected the reference of the record itself; null where it stands.</summary>
    public LineCorrection? Corrected { get; init; }

    /// <summary>What corrected the line, of the record or of the session that names it; null where it
    /// stands.</summary>
    public LineCorrection? Correction => Corrected ?? Session?.Corrected;

    /// <summary>Bound of the record where the clock took it back and a wider one holds; null where it stands.</summary>
    public uint? RecordedBoundUs { get; init; }

    public required string Service { get; init; }

    public required string Leg { get; init; }

    /// <summary>The contact section was opened and says what was contacted.</summary>
    public required bool HasContact { get; init; }

    /// <summary>Last packets of the flow's earlier records: times at which it surely had one.</summary>
    public required IReadOnlyList<TaiTime> Seen { get; init; }

    /// <summary>Half width in microseconds; 0 where there is no bound, see <see cref="HasBound"/>.</summary>
    public long BoundUs => HasBound ? Row.BoundUs : 0;

    public bool HasBound => Row.BoundUs != uint.MaxValue;

    /// <summary>The widest stretch in which it may have had packets.</summary>
    public Window Widest => WidestOf(Row);

    /// <inheritdoc cref="Widest"/>
    public static Window WidestOf(in FlowRow row) =>
        new Window(row.Start, row.Last).Widen(row.BoundUs == uint.MaxValue ? 0 : row.BoundUs);

    /// <summary>The line that held it.</summary>
    public Line Line => new(Realm, Subscriber, Row.SubscriberAddress);
}
