using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>Opens wanted sections of verified batches and puts their rows together. One thread.</summary>
internal sealed class RowOpener
{
    private readonly BatchOpener opener;
    private readonly RowDecoder decoder = new();
    private readonly RowCanon[] canons = [new(), new()];
    private RowBatch rows = new();

    public RowOpener(IEnumerable<RecipientKey> keys) => opener = new BatchOpener(keys, Decode);

    /// <summary>
    /// Opens those of the wanted sections that the batch has. The rows are new for each batch and only there where the
    /// result is None; their roots were recomputed.
    /// </summary>
    public Refusal TryOpen(VerifiedBatch batch, SectionSet wanted, out RowBatch read, out SectionSet opened)
    {
        read = rows = new RowBatch();
        opened = SectionSet.None;
        foreach (SectionEntry section in batch.Manifest.Sections)
        {
            if (!wanted.Has(section.Number))
            {
                continue;
            }

            Refusal refusal = opener.TryOpen(batch, section.Number, out _);
            if (refusal != Refusal.None)
            {
                return refusal;
            }

            opened |= SectionSets.Of(section.Number);
        }

        return Refusal.None;
    }

    private CanonRows? Decode(byte section, ReadOnlyMemory<byte> columns) =>
        decoder.TryDecode(section, columns.Span, rows, out _) ? canons[section - 1].Write(rows, section) : null;
}
