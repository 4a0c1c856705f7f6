using Appliance.Wire;

namespace Appliance.Retention.Records;

/// <summary>Opens the sections of a verified batch that there are keys for and puts their rows together.</summary>
internal sealed class BatchReader
{
    private readonly BatchOpener opener;
    private readonly RowDecoder decoder = new();
    private readonly RowCanon[] canons = [new(), new()];
    private RowBatch rows = new();

    public BatchReader(IEnumerable<RecipientKey> keys) => opener = new BatchOpener(keys, Decode);

    /// <summary>Sections that were there and had no key, since the start: their fields are blank.</summary>
    public int SectionsWithoutKey { get; private set; }

    /// <summary>The rows of a batch; only there where the result is None.</summary>
    public Refusal TryRead(VerifiedBatch batch, out RowBatch read)
    {
        read = rows = new RowBatch();
        foreach (SectionEntry section in batch.Manifest.Sections)
        {
            Refusal refusal = opener.TryOpen(batch, section.Number, out _);
            if (refusal == Refusal.NoKey)
            {
                SectionsWithoutKey++;
            }
            else if (refusal != Refusal.None)
            {
                return refusal;
            }
        }

        return Refusal.None;
    }

    private CanonRows? Decode(byte section, ReadOnlyMemory<byte> columns) =>
        decoder.TryDecode(section, columns.Span, rows, out _) ? canons[section - 1].Write(rows, section) : null;
}
