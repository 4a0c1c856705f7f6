using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>Gives the canonical rows of a section's columns, or null where they cannot be decoded.</summary>
public delegate CanonRows? SectionDecoder(byte section, ReadOnlyMemory<byte> columns);

/// <summary>One section of a batch, opened and proven to be what the manifest says.</summary>
/// <param name="Number">1 attribution, 2 contact.</param>
/// <param name="Columns">Encoded columns.</param>
/// <param name="Rows">Canonical rows, whose root was recomputed.</param>
/// <param name="Salts">16 bytes a row: what a proof of a row discloses beside the row.</param>
public sealed record OpenedSection(
    byte Number, ReadOnlyMemory<byte> Columns, CanonRows Rows, ReadOnlyMemory<byte> Salts);

/// <summary>
/// Opens sections of a verified batch with day keys: HPKE, commitment (in constant time), GCM, then the rows are
/// counted and the root recomputed. Any mismatch refuses the section as a whole. Never throws on bad input.
/// </summary>
public sealed class BatchOpener
{
    private static readonly byte[] ZeroNonce = new byte[Gcm.NonceSize];
    private readonly Dictionary<(byte Section, KeyId Kid), RecipientKey> keys = [];
    private readonly SectionDecoder decode;

    /// <summary>An opener with the private keys among those given.</summary>
    public BatchOpener(IEnumerable<RecipientKey> keys, SectionDecoder decode)
    {
        this.decode = decode;
        foreach (RecipientKey key in keys)
        {
            if (key.HasPrivate)
            {
                this.keys[(key.Section, key.Kid)] = key;
            }
        }
    }

    /// <summary>Opens one section; the section is only there where the result is None.</summary>
    public Refusal TryOpen(VerifiedBatch batch, byte section, out OpenedSection? opened)
    {
        opened = null;
        int index = IndexOf(batch.Manifest, section);
        if (index < 0)
        {
            return Refusal.SectionList;
        }

        if (!TryFindKey(batch, section, out RecipientEntry recipient, out RecipientKey? key))
        {
            return Refusal.NoKey;
        }

        Span<byte> contentKey = stackalloc byte[SectionSecrets.KeySize];
        SectionEntry entry = batch.Manifest.Sections[index];
        byte[] context = BatchContext.Encode(batch.Manifest);
        Refusal refusal = Unwrap(context, entry, recipient, key!, contentKey);
        if (refusal == Refusal.None)
        {
            refusal = Open(contentKey, context, entry, batch, index, decode, out opened);
        }

        CryptographicOperations.ZeroMemory(contentKey);
        return refusal;
    }

    /// <summary>
    /// Opens one section with a content key that a warden released; the section is only there where the result is None.
    /// </summary>
    public static Refusal TryOpen(
        VerifiedBatch batch,
        byte section,
        ReadOnlySpan<byte> contentKey,
        SectionDecoder decode,
        out OpenedSection? opened)
    {
        opened = null;
        int index = IndexOf(batch.Manifest, section);
        if (index < 0)
        {
            return Refusal.SectionList;
        }

        SectionEntry entry = batch.Manifest.Sections[index];
        Refusal refusal = CheckCommitment(entry, contentKey);
        byte[] context = BatchContext.Encode(batch.Manifest);
        return refusal == Refusal.None
            ? Open(contentKey, context, entry, batch, index, decode, out opened)
            : refusal;
    }

    private static int IndexOf(Manifest manifest, byte section)
    {
        for (int i = 0; i < manifest.Sections.Count; i++)
        {
            if (manifest.Sections[i].Number == section)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Unwraps a content key for a recipient and holds it against the commitment.</summary>
    internal static Refusal Unwrap(
        byte[] context, SectionEntry entry, RecipientEntry recipient, RecipientKey key, Span<byte> contentKey)
    {
        byte[] info = BatchContext.RecipientInfo(context, entry.Number, entry.Commitment, recipient.Kid);
        bool opened = Hpke.TryOpen(
            key.Private,
            key.Public,
            recipient.Encapsulated.Span,
            info,
            aad: [],
            recipient.Wrap.Span,
            contentKey);
        return opened ? CheckCommitment(entry, contentKey) : Refusal.KeyWrap;
    }

    private static Refusal CheckCommitment(SectionEntry entry, ReadOnlySpan<byte> contentKey)
    {
        Span<byte> signed = stackalloc byte[Hash32.Size];
        Span<byte> derived = stackalloc byte[Hash32.Size];
        entry.Commitment.Write(signed);
        SectionSecrets.Commitment(contentKey).Write(derived);
        return CryptographicOperations.FixedTimeEquals(signed, derived) ? Refusal.None : Refusal.Commitment;
    }

    private bool TryFindKey(VerifiedBatch batch, byte section, out RecipientEntry recipient, out RecipientKey? key)
    {
        foreach (RecipientEntry entry in batch.Recipients)
        {
            if (entry.Section == section && keys.TryGetValue((section, entry.Kid), out key))
            {
                recipient = entry;
                return true;
            }
        }

        recipient = default;
        key = null;
        return false;
    }

    private static Refusal Open(
        ReadOnlySpan<byte> contentKey,
        byte[] context,
        SectionEntry entry,
        VerifiedBatch batch,
        int index,
        SectionDecoder decode,
        out OpenedSection? opened)
    {
        opened = null;
        Span<byte> key = stackalloc byte[SectionSecrets.KeySize];
        SectionSecrets.EncryptionKey(contentKey, key);
        byte[] aad = BatchContext.SectionAad(context, entry.Number);
        byte[] columns = new byte[entry.SealedLength - Gcm.TagSize];
        bool fits = Gcm.TryOpen(key, ZeroNonce, aad, batch.Ciphertexts[index].Span, columns);
        CryptographicOperations.ZeroMemory(key);
        if (!fits)
        {
            return Refusal.Ciphertext;
        }

        if (decode(entry.Number, columns) is not { } rows || !AreRows(rows))
        {
            return Refusal.Columns;
        }

        if (rows.Count != batch.Manifest.Rows)
        {
            return Refusal.Count;
        }

        byte[] salts = new byte[rows.Count * LeafHasher.SaltSize];
        if (Root(contentKey, rows, salts) != entry.Root)
        {
            return Refusal.Root;
        }

        opened = new OpenedSection(entry.Number, columns, rows, salts);
        return Refusal.None;
    }

    private static Hash32 Root(ReadOnlySpan<byte> contentKey, CanonRows rows, Span<byte> salts)
    {
        Span<byte> key = stackalloc byte[SectionSecrets.KeySize];
        SectionSecrets.SaltKey(contentKey, key);
        LeafHasher.Salts(key, salts);
        CryptographicOperations.ZeroMemory(key);
        byte[] leaves = new byte[rows.Count * Hash32.Size];
        LeafHasher.Leaves(salts, rows, leaves);
        return MerkleTree.RootInPlace(leaves);
    }

    /// <summary>Rows that stand end to end and are none of them longer than a row can be.</summary>
    private static bool AreRows(CanonRows rows)
    {
        int begin = 0;
        foreach (int end in rows.Ends.Span)
        {
            if (end < begin || end - begin > Limits.CanonBytesMax)
            {
                return false;
            }

            begin = end;
        }

        return begin == rows.Bytes.Length && rows.Count <= Limits.BatchRowsMax;
    }
}
