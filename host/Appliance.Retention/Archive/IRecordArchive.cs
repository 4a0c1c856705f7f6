using System.Runtime.InteropServices;
using Appliance.Retention.Corrections;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>
/// The archive engine seam: the store's embedded SQLite and files, and in the lab a folder of journal segments.
/// </summary>
internal interface IRecordArchive
{
    /// <summary>
    /// Batches with records that may touch [<paramref name="from"/>, <paramref name="to"/>], both ends included, opened
    /// for the wanted sections only; the oldest first (by first record time, then device, epoch, sequence). A section
    /// that is not asked for is never decrypted: its fields are blank.
    /// </summary>
    /// <param name="from">Earliest TAI time of interest.</param>
    /// <param name="to">Latest TAI time of interest.</param>
    /// <param name="sections">Sections to open.</param>
    /// <param name="anyOf">
    /// Where not empty, batches that surely have none of these may be left out. What is given may still have none.
    /// </param>
    /// <exception cref="ArchiveException">A batch cannot be read or opened: no answer is better than half of
    /// one.</exception>
    IEnumerable<OpenedRows> Read(TaiTime from, TaiTime to, SectionSet sections, IReadOnlyList<TokenQuery> anyOf);

    /// <summary>What was found wrong later of its records; applied to what <see cref="Read"/> gives.</summary>
    CorrectionBook Corrections => CorrectionBook.Empty;

    /// <summary>How complete the archive is in [<paramref name="from"/>, <paramref name="to"/>].</summary>
    Coverage Coverage(TaiTime from, TaiTime to);
}

/// <summary>A batch of the archive with the sections that were asked for.</summary>
/// <param name="Device">Device that wrote it.</param>
/// <param name="Epoch">Run of the device.</param>
/// <param name="Sequence">Number in the run.</param>
/// <param name="Id">Id of the batch: evidence refers to it.</param>
/// <param name="Opened">Sections whose fields are filled in <paramref name="Rows"/>.</param>
/// <param name="Rows">Rows; the caller may keep them.</param>
/// <param name="Last">Time of its last record: it was written no earlier.</param>
internal sealed record OpenedRows(
    Id16 Device, EpochRef Epoch, uint Sequence, Hash32 Id, SectionSet Opened, RowBatch Rows, TaiTime Last)
{
    private readonly Dictionary<int, uint> recorded = [];

    /// <summary>What was found wrong later of the records in it.</summary>
    public BatchCorrections Corrections { get; private init; } = BatchCorrections.None;

    /// <summary>
    /// The same with what is known of it now: bounds of flows whose time is in doubt are made wider in
    /// <see cref="Rows"/>, so that whoever reads them reads what holds.
    /// </summary>
    public OpenedRows With(CorrectionBook book)
    {
        OpenedRows corrected = this with { Corrections = book.Of(this) };
        Span<FlowRow> flows = CollectionsMarshal.AsSpan(Rows.Flows);
        for (int i = 0; corrected.Corrections.HasDoubts && i < flows.Length; i++)
        {
            uint bound = corrected.Corrections.BoundOf(flows[i]);
            if (bound != flows[i].BoundUs)
            {
                corrected.recorded[i] = flows[i].BoundUs;
                flows[i].BoundUs = bound;
            }
        }

        return corrected;
    }

    /// <summary>The bound that a flow was recorded with where a wider one holds; null where it still holds.</summary>
    public uint? RecordedBoundUs(int row) => recorded.TryGetValue(row, out uint bound) ? bound : null;
}

/// <summary>A part of the archive cannot be read; the message says which, why and what to do, in one line.</summary>
internal sealed class ArchiveException(string message, Exception? cause = null) : Exception(message, cause);
