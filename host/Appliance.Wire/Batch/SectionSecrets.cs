using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>
/// The keys of one section of one batch, all derived from its content key: enc encrypts once and never again (so the
/// nonce is zero), commit ties the manifest to the content key, salt blinds the leaves.
/// </summary>
internal static class SectionSecrets
{
    public const int KeySize = 32;

    /// <summary>X(k, label, 32): HKDF-Expand with SHA-256.</summary>
    public static void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, Span<byte> output) =>
        HKDF.Expand(HashAlgorithmName.SHA256, key, output, label);

    public static void ContentKey(ReadOnlySpan<byte> batchSecret, byte section, Span<byte> contentKey) =>
        Expand(batchSecret, [.. "icr/v1 cek "u8, section], contentKey);

    public static void EncryptionKey(ReadOnlySpan<byte> contentKey, Span<byte> key) =>
        Expand(contentKey, "icr/v1 enc"u8, key);

    public static void SaltKey(ReadOnlySpan<byte> contentKey, Span<byte> key) =>
        Expand(contentKey, "icr/v1 salt"u8, key);

    public static Hash32 Commitment(ReadOnlySpan<byte> contentKey)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        Expand(contentKey, "icr/v1 commit"u8, bytes);
        return Hash32.FromBytes(bytes);
    }

    /// <summary>
    /// Seed of the ephemeral key of one recipient. It hangs on the batch secret, which is hedged, so that a random
    /// source that repeats itself after a cloned or resumed machine does not repeat an ephemeral key.
    /// </summary>
    public static void EphemeralSeed(ReadOnlySpan<byte> batchSecret, byte section, KeyId kid, Span<byte> seed)
    {
        Span<byte> name = stackalloc byte[KeyId.Size];
        kid.Write(name);
        Expand(batchSecret, [.. "icr/v1 ephemeral "u8, section, .. name], seed);
    }
}

/// <summary>The public bytes that bind sealed bytes to one place: ctx of FORMAT.md and what is made of it.</summary>
internal static class BatchContext
{
    /// <summary>CBOR[device, epoch number, epoch id, sequence, previous, notice, day].</summary>
    public static byte[] Encode(Manifest manifest)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(7);
        writer.Write(manifest.Device);
        writer.WriteUInt32(manifest.Epoch.Number);
        writer.Write(manifest.Epoch.Id);
        writer.WriteUInt32(manifest.Sequence);
        writer.Write(manifest.Previous);
        writer.Write(manifest.Notice);
        writer.WriteInt32(manifest.Day);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>aad of a section's ciphertext.</summary>
    public static byte[] SectionAad(byte[] context, byte section)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(3);
        writer.WriteTextString("icr/v1/section");
        writer.WriteEncodedValue(context);
        writer.WriteInt32(section);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>HPKE info of a recipient.</summary>
    public static byte[] RecipientInfo(byte[] context, byte section, Hash32 commitment, KeyId kid)
    {
        const int InfoLayout = 3;
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(6);
        writer.WriteTextString("icr/v1/recipient");
        writer.WriteInt32(InfoLayout);
        writer.WriteEncodedValue(context);
        writer.WriteInt32(section);
        writer.Write(commitment);
        writer.Write(kid);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
