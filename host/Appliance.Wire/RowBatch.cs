namespace Appliance.Wire;

/// <summary>
/// The rows of one batch before sealing or after opening: flows first, then sessions, blocks and gaps. A row's number
/// in the batch counts through the four lists in that order.
/// </summary>
public sealed class RowBatch
{
    /// <summary>The strings that rows point into.</summary>
    public StringPool Strings { get; } = new();

    public List<FlowRow> Flows { get; } = [];

    public List<SessionRow> Sessions { get; } = [];

    public List<BlockRow> Blocks { get; } = [];

    public List<GapRow> Gaps { get; } = [];

    /// <summary>Rows of all kinds.</summary>
    public int Count => Flows.Count + Sessions.Count + Blocks.Count + Gaps.Count;

    /// <summary>
    /// True when the writer should seal the batch before it adds more. From here there is room for as many rows again
    /// and as many bytes of strings, for what must still be written when the power fails.
    /// </summary>
    public bool IsFull => Count >= RowLimits.RowsTarget || Strings.TotalBytes >= RowLimits.StringsBytesTarget;

    /// <summary>Empties all lists and the pool, keeping their memory.</summary>
    public void Clear()
    {
        Strings.Clear();
        Flows.Clear();
        Sessions.Clear();
        Blocks.Clear();
        Gaps.Clear();
    }
}
