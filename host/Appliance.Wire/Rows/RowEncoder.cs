namespace Appliance.Wire;

/// <summary>
/// Makes a section from rows: encoded columns, and the canonical rows behind them. Keeps its memory from batch to
/// batch; one instance belongs to one thread.
/// </summary>
public sealed class RowEncoder
{
    private readonly SectionColumns columns = new();
    private readonly SectionStrings strings = new();
    private readonly Output[] outputs = [new(), new()];

    /// <summary>
    /// Encodes one section of the batch in its present row order. What it returns stays valid until the next call for
    /// the same section. A batch beyond <see cref="RowLimits"/> is a broken invariant of the caller and throws.
    /// </summary>
    /// <param name="batch">Rows after policy, in their final order (<see cref="RowSorter"/>).</param>
    /// <param name="section">1 attribution, 2 contact.</param>
    public SectionPlain Encode(RowBatch batch, byte section)
    {
        if (section is not (SectionPlain.AttributionNumber or SectionPlain.ContactNumber))
        {
            throw new ArgumentOutOfRangeException(nameof(section), section, "A section is 1 or 2.");
        }

        if (batch.Count > RowLimits.RowsMax)
        {
            throw new InvalidOperationException($"A batch holds at most {RowLimits.RowsMax} rows, not {batch.Count}.");
        }

        Output output = outputs[section - 1];
        columns.Resize(section, [batch.Flows.Count, batch.Sessions.Count, batch.Blocks.Count, batch.Gaps.Count]);
        columns.Split(batch);
        strings.ToTable(columns, section, batch.Strings);
        columns.Write(output.Columns);
        if (output.Columns.Length > RowLimits.SectionBytesMax)
        {
            throw new InvalidOperationException($"Section {section} is too large: {output.Columns.Length} bytes.");
        }

        return new SectionPlain(section, output.Columns.Memory, output.Canon.Write(batch, section));
    }

    private sealed class Output
    {
        public ByteSink Columns { get; } = new();

        public RowCanon Canon { get; } = new();
    }
}
