using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>What sealing the sections of one batch gives.</summary>
internal sealed class SealedSections
{
    public List<SectionEntry> Entries { get; } = [];

    public List<byte[]> Ciphertexts { get; } = [];

    public List<RecipientEntry> Recipients { get; } = [];

    public byte[] RecipientsBytes { get; set; } = [];

    public bool KeysExhausted { get; set; }
}

/// <summary>Seals one section after the other, keeping the large buffers (48 bytes a row) between batches.</summary>
internal sealed class SectionSealer
{
    private static readonly byte[] ZeroNonce = new byte[Gcm.NonceSize];
    private byte[] salts = [];
    private byte[] leaves = [];

    /// <summary>Adds the section's manifest entry, ciphertext and recipients, these sorted as the keys are.</summary>
    public void Seal(
        ReadOnlySpan<byte> batchSecret,
        byte[] context,
        SectionPlain section,
        IReadOnlyList<RecipientKey> recipients,
        SealedSections parts)
    {
        Span<byte> contentKey = stackalloc byte[SectionSecrets.KeySize];
        SectionSecrets.ContentKey(batchSecret, section.Number, contentKey);
        byte[] ciphertext = Encrypt(contentKey, context, section);
        Hash32 commitment = SectionSecrets.Commitment(contentKey);
        Hash32 root = Root(contentKey, section.Rows);
        parts.Ciphertexts.Add(ciphertext);
        parts.Entries.Add(
            new SectionEntry(section.Number, root, ciphertext.Length, Hash32.Of(ciphertext), commitment));
        foreach (RecipientKey recipient in recipients)
        {
            parts.Recipients.Add(Wrap(batchSecret, contentKey, context, section.Number, commitment, recipient));
        }

        CryptographicOperations.ZeroMemory(contentKey);
    }

    private static byte[] Encrypt(ReadOnlySpan<byte> contentKey, byte[] context, SectionPlain section)
    {
        Span<byte> key = stackalloc byte[SectionSecrets.KeySize];
        SectionSecrets.EncryptionKey(contentKey, key);
        byte[] aad = BatchContext.SectionAad(context, section.Number);
        byte[] ciphertext = new byte[section.Columns.Length + Gcm.TagSize];

        // The key is derived from this batch's secret and encrypts exactly this once, so the nonce never repeats.
        Gcm.Seal(key, ZeroNonce, aad, section.Columns.Span, ciphertext);
        CryptographicOperations.ZeroMemory(key);
        return ciphertext;
    }

    private static RecipientEntry Wrap(
        ReadOnlySpan<byte> batchSecret,
        ReadOnlySpan<byte> contentKey,
        byte[] context,
        byte section,
        Hash32 commitment,
        RecipientKey recipient)
    {
        Span<byte> seed = stackalloc byte[SectionSecrets.KeySize];
        SectionSecrets.EphemeralSeed(batchSecret, section, recipient.Kid, seed);
        byte[] encapsulated = new byte[Hpke.EncapsulatedSize];
        byte[] wrap = new byte[RecipientEntry.WrapSize];
        byte[] info = BatchContext.RecipientInfo(context, section, commitment, recipient.Kid);
        Hpke.Seal(recipient.Public, info, [], contentKey, seed, encapsulated, wrap);
        CryptographicOperations.ZeroMemory(seed);
        return new RecipientEntry(section, recipient.Kid, encapsulated, wrap);
    }

    private Hash32 Root(ReadOnlySpan<byte> contentKey, CanonRows rows)
    {
        Grow(rows.Count);
        Span<byte> key = stackalloc byte[SectionSecrets.KeySize];
        SectionSecrets.SaltKey(contentKey, key);
        Span<byte> rowSalts = salts.AsSpan(0, rows.Count * LeafHasher.SaltSize);
        Span<byte> rowLeaves = leaves.AsSpan(0, rows.Count * Hash32.Size);
        LeafHasher.Salts(key, rowSalts);
        LeafHasher.Leaves(rowSalts, rows, rowLeaves);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(rowSalts);
        return MerkleTree.RootInPlace(rowLeaves);
    }

    private void Grow(int rows)
    {
        if (leaves.Length < rows * Hash32.Size)
        {
            salts = GC.AllocateArray<byte>(rows * LeafHasher.SaltSize, pinned: true);
            leaves = new byte[rows * Hash32.Size];
        }
    }
}
