using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// Where each live flow's first record went, by slot of the flow table: later records name the flow by it. A record of
/// the batch that is still open has no final row yet, so those are kept by their place in the open batch and settled
/// when it is sorted.
/// </summary>
internal sealed class FirstRecords(int flowLimit, uint epoch)
{
    private const int None = -1;

    private readonly Entry[] entries = new Entry[flowLimit];
    private readonly List<Origin> origins = [];

    /// <summary>Notes the next row of the open batch; gives the flow's position where it is already known.</summary>
    public FlowId Add(int slot, ulong flowNumber)
    {
        ref Entry entry = ref entries[slot];
        int row = origins.Count;
        if (entry.FlowNumber != flowNumber)
        {
            entry = new Entry { FlowNumber = flowNumber, OpenRow = row };
            origins.Add(new Origin(slot, row));
            return default;
        }

        origins.Add(new Origin(slot, entry.OpenRow));
        return entry.OpenRow == None ? entry.Id : default;
    }

    /// <summary>
    /// The open batch became <paramref name="sequence"/> and was sorted: sets the position in every later row of a flow
    /// whose first record is in this very batch, and forgets the rows.
    /// </summary>
    /// <param name="sequence">Sequence number of the batch.</param>
    /// <param name="newRows">New row of each row, in the order they were added.</param>
    /// <param name="flows">The sorted rows.</param>
    public void Settle(uint sequence, ReadOnlySpan<int> newRows, Span<FlowRow> flows)
    {
        for (int row = 0; row < origins.Count; row++)
        {
            (int slot, int first) = origins[row];
            if (first == None)
            {
                continue;
            }

            FlowId id = new(epoch, sequence, (uint)newRows[first]);
            if (first != row)
            {
                flows[newRows[row]].First = id;
            }

            ref Entry entry = ref entries[slot];
            if (entry.OpenRow == first)
            {
                entry.OpenRow = None;
                entry.Id = id;
            }
        }

        origins.Clear();
    }

    /// <summary>The rows of the open batch are gone, and none comes after them.</summary>
    public void Drop() => origins.Clear();

    private struct Entry
    {
        public ulong FlowNumber;
        public int OpenRow;
        public FlowId Id;
    }

    private readonly record struct Origin(int Slot, int First);
}
