using Appliance.Wire;

namespace Appliance.Retention.Records;

/// <summary>Prints the records of one kind, batch by batch, as they come or merged at the end.</summary>
internal sealed class RecordPrinter
{
    private readonly RecordKind kind;
    private readonly LineWriter line;
    private readonly FlowMerge? merge;

    public RecordPrinter(TextWriter output, RecordFormat format, RecordKind kind, bool merged)
    {
        this.kind = kind;
        line = new LineWriter(output, format, kind switch
        {
            RecordKind.Session => OtherLines.SessionColumns,
            RecordKind.Block => OtherLines.BlockColumns,
            RecordKind.Gap => OtherLines.GapColumns,
            _ => FlowLines.Columns,
        });
        merge = merged && kind == RecordKind.Flow ? new FlowMerge() : null;
        line.Header();
    }

    /// <summary>The rows of one batch; row numbers count through flows, sessions, blocks and gaps.</summary>
    public void Add(RowBatch batch, string device, uint epoch, uint sequence)
    {
        int offset = 0;
        AddAll(batch.Flows, RecordKind.Flow, ref offset, (row, place) =>
        {
            if (merge is null)
            {
                FlowLines.Write(line, row, place);
            }
            else
            {
                merge.Add(row, place);
            }
        });
        AddAll(batch.Sessions, RecordKind.Session, ref offset, (row, place) => OtherLines.Write(line, row, place));
        AddAll(batch.Blocks, RecordKind.Block, ref offset, (row, place) => OtherLines.Write(line, row, place));
        AddAll(batch.Gaps, RecordKind.Gap, ref offset, (row, place) => OtherLines.Write(line, row, place));

        void AddAll<T>(List<T> rows, RecordKind of, ref int first, Action<T, RecordPlace> add)
        {
            for (int i = 0; of == kind && i < rows.Count; i++)
            {
                add(rows[i], new RecordPlace(device, batch.Strings, new FlowId(epoch, sequence, (uint)(first + i))));
            }

            first += rows.Count;
        }
    }

    /// <summary>Prints what had to wait for the last batch.</summary>
    public void Finish() => merge?.Write(line);
}
