using System.Runtime.InteropServices;

namespace Appliance.Wire;

/// <summary>
/// Reads a section's columns back into rows. Never throws on what it reads, takes no more memory than
/// <see cref="RowLimits"/> allow, and accepts exactly one byte string for one list of rows: after reading it encodes
/// what it read and compares. Keeps its memory; one instance belongs to one thread.
/// </summary>
public sealed class RowDecoder
{
    private readonly SectionColumns columns = new();
    private readonly SectionStrings strings = new();
    private readonly ByteSink again = new();

    /// <summary>
    /// Fills the section's fields of <paramref name="into"/>: of an empty batch, or of one that holds the same rows
    /// from the other section. Fields of the other section stay as they were. On failure the batch is untouched.
    /// </summary>
    /// <param name="section">1 attribution, 2 contact.</param>
    /// <param name="bytes">Encoded columns.</param>
    /// <param name="into">Where the rows go.</param>
    /// <param name="fault">Why not, where false.</param>
    public bool TryDecode(byte section, ReadOnlySpan<byte> bytes, RowBatch into, out RowFault fault)
    {
        fault = section is SectionPlain.AttributionNumber or SectionPlain.ContactNumber
            ? columns.Read(section, bytes)
            : RowFault.WrongSection;
        if (fault != RowFault.None)
        {
            return false;
        }

        columns.Write(again);
        fault = !strings.AllUsed(columns, section) ? RowFault.BadStrings
            : !again.Written.SequenceEqual(bytes) ? RowFault.NotCanonical
            : into.Count > 0 && !SameCounts(into) ? RowFault.OtherRowCount
            : RowFault.None;
        if (fault != RowFault.None)
        {
            return false;
        }

        strings.ToPool(columns, section, into.Strings);
        CollectionsMarshal.SetCount(into.Flows, columns.Rows(RecordKind.Flow));
        CollectionsMarshal.SetCount(into.Sessions, columns.Rows(RecordKind.Session));
        CollectionsMarshal.SetCount(into.Blocks, columns.Rows(RecordKind.Block));
        CollectionsMarshal.SetCount(into.Gaps, columns.Rows(RecordKind.Gap));
        columns.Join(into);
        return true;
    }

    private bool SameCounts(RowBatch batch) =>
        batch.Flows.Count == columns.Rows(RecordKind.Flow) && batch.Sessions.Count == columns.Rows(RecordKind.Session)
        && batch.Blocks.Count == columns.Rows(RecordKind.Block) && batch.Gaps.Count == columns.Rows(RecordKind.Gap);
}
