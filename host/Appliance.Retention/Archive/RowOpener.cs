using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>Opens wanted sections of verified batches and puts their rows together. One thread.</summary>
internal sealed class RowOpener
{
    private readonly BatchOpener opener;
    private readonly RowDecoder decoder = new();
    private readonly RowCanon[] canons = [new(), new()];
    private readonly bool passesKeyless;
    private RowBatch rows = new();

    /// <param name="keys">Keys of one role, of any days.</param>
    /// <param name="passesKeyless">A section without a key is counted and left out, its fields blank.</param>
    public RowOpener(IEnumerable<RecipientKey> keys, bool passesKeyless = false)
    {
        this.passesKeyless = passesKeyless;
        opener = new BatchOpener(keys, Decode);
    }

    /// <summary>Sections that were passed over for want of a key, since the start.</summary>
    public int SectionsWithoutKey { get; private set; }

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
            if (refusal == Refusal.NoKey && passesKeyless)
            {
                SectionsWithoutKey++;
                continue;
            }

            if (refusal != Refusal.None)
            {
                return refusal;
            }

            opened |= SectionSets.Of(section.Number);
        }

        return Refusal.None;
    }

    /// <summary>
    /// Opens the sections that content keys were released for, by section number. The rows are only there where the
    /// result is None; their roots were recomputed.
    /// </summary>
    public Refusal TryOpen(
        VerifiedBatch batch, IReadOnlyDictionary<byte, byte[]> contentKeys, out RowBatch read, out SectionSet opened)
    {
        read = rows = new RowBatch();
        opened = SectionSet.None;
        foreach ((byte section, byte[] contentKey) in contentKeys)
        {
            Refusal refusal = BatchOpener.TryOpen(batch, section, contentKey, Decode, out _);
            if (refusal != Refusal.None)
            {
                return refusal;
            }

            opened |= SectionSets.Of(section);
        }

        return Refusal.None;
    }

    /// <summary>
    /// Proofs of rows in the sections that content keys were released for; only there where the result is None.
    /// </summary>
    public Refusal TryProve(
        VerifiedBatch batch,
        IReadOnlyDictionary<byte, byte[]> contentKeys,
        ReadOnlySpan<int> places,
        List<byte[]> proofs)
    {
        rows = new RowBatch();
        foreach ((byte section, byte[] contentKey) in contentKeys)
        {
            Refusal refusal = BatchOpener.TryOpen(batch, section, contentKey, Decode, out OpenedSection? opened);
            if (refusal != Refusal.None)
            {
                return refusal;
            }

            proofs.AddRange(RecordProof.Build(batch, opened!, places));
        }

        return Refusal.None;
    }

    private CanonRows? Decode(byte section, ReadOnlyMemory<byte> columns) =>
        decoder.TryDecode(section, columns.Span, rows, out _) ? canons[section - 1].Write(rows, section) : null;
}
