using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>One row of <see cref="HeldFlows"/>: what becomes a <see cref="Holding"/> where one is needed.</summary>
internal struct HeldFlow
{
    /// <summary>The record; its realm, subscriber, service and leg are numbers of <see cref="HeldNames"/>.</summary>
    public FlowRow Row;

    /// <summary>Name of the flow: position of its first record.</summary>
    public FlowId Flow;

    /// <summary>Number of the batch that it stands in.</summary>
    public int Batch;

    /// <summary>Its row there.</summary>
    public uint Number;

    /// <summary>Number of its line.</summary>
    public int Line;

    /// <summary>
    /// First row of the record: itself, but for further candidates of an ambiguous flow; -1 in a free row.
    /// </summary>
    public int Head;

    /// <summary>Further candidate of the record, or -1.</summary>
    public int Next;

    /// <summary>Of a head: the newest time at which it was seen; -1 where only the row's own is known.</summary>
    public int Seen;
}

/// <summary>A batch that rows are held of.</summary>
/// <param name="Device">Device that wrote it.</param>
/// <param name="Epoch">Run of the device.</param>
/// <param name="Sequence">Number in the run.</param>
/// <param name="Id">Id of the batch.</param>
/// <param name="HasContact">Whether its contact section was opened.</param>
internal sealed record HeldBatch(Id16 Device, uint Epoch, uint Sequence, Hash32 Id, bool HasContact)
{
    public static HeldBatch Of(OpenedRows opened) => new(
        opened.Device, opened.Epoch.Number, opened.Sequence, opened.Id, (opened.Opened & SectionSet.Contact) != 0);

    public FlowId Place(uint row) => new(Epoch, Sequence, row);
}
