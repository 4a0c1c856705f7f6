using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>
/// Content keys apart from the batches that they open: unwrapped by whoever holds a day key, sealed for one process
/// that may open one section of one batch for one request.
/// </summary>
public static class ContentKeys
{
    /// <summary>Bytes of a content key.</summary>
    public const int Size = SectionSecrets.KeySize;

    private const int PartCount = 2;

    /// <summary>
    /// Unwraps the content key of a section from the signed manifest and the list of recipients alone: the sealed rows
    /// are not needed. The key is only there where the result is None; the caller clears it.
    /// </summary>
    /// <param name="header">Verified manifest.</param>
    /// <param name="recipients">The batch's list of recipients, as it stands in the batch.</param>
    /// <param name="section">1 attribution, 2 contact.</param>
    /// <param name="find">The day key of an id, or null.</param>
    /// <param name="contentKey">Takes <see cref="Size"/> bytes.</param>
    public static Refusal TryUnwrap(
        VerifiedManifest header,
        ReadOnlyMemory<byte> recipients,
        byte section,
        Func<KeyId, RecipientKey?> find,
        Span<byte> contentKey)
    {
        if (Hash32.Of(recipients.Span) != header.Manifest.RecipientsHash)
        {
            return Refusal.RecipientsHash;
        }

        Refusal refusal = RecipientEntry.TryDecodeAll(recipients, out RecipientEntry[] entries);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (SectionOf(header.Manifest, section) is not { } entry)
        {
            return Refusal.SectionList;
        }

        foreach (RecipientEntry recipient in entries)
        {
            if (recipient.Section == section && find(recipient.Kid) is { HasPrivate: true } key)
            {
                byte[] context = BatchContext.Encode(header.Manifest);
                return BatchOpener.Unwrap(context, entry, recipient, key, contentKey);
            }
        }

        return Refusal.NoKey;
    }

    /// <summary>Seals a content key for one process; its place is in the sealed bytes' context.</summary>
    public static byte[] Seal(
        ReadOnlySpan<byte> contentKey, Id16 request, ReleasedSection place, PublicKey recipient, RandomSource random)
    {
        Span<byte> seed = stackalloc byte[P256.ScalarSize];
        Span<byte> encapsulated = stackalloc byte[Hpke.EncapsulatedSize];
        Span<byte> wrap = stackalloc byte[RecipientEntry.WrapSize];
        random(seed);
        Hpke.Seal(recipient, Info(request, place), aad: [], contentKey, seed, encapsulated, wrap);
        CryptographicOperations.ZeroMemory(seed);
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(PartCount);
        writer.WriteByteString(encapsulated);
        writer.WriteByteString(wrap);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Opens a sealed content key; false on any mismatch.</summary>
    public static bool TryOpen(
        ReadOnlyMemory<byte> bytes, Id16 request, ReleasedSection place, RecipientKey own, Span<byte> contentKey)
    {
        if (CborStrict.TryRead(bytes, Limits.SignedObjectBytesMax, out CborItem? item) != Refusal.None)
        {
            return false;
        }

        Fields fields = Fields.OfArray(item, PartCount);
        ReadOnlyMemory<byte> encapsulated = fields.Bytes(Hpke.EncapsulatedSize, Hpke.EncapsulatedSize);
        ReadOnlyMemory<byte> wrap = fields.Bytes(RecipientEntry.WrapSize, RecipientEntry.WrapSize);
        return fields.Ok && Hpke.TryOpen(
            own.Private, own.Public, encapsulated.Span, Info(request, place), aad: [], wrap.Span, contentKey);
    }

    private static SectionEntry? SectionOf(Manifest manifest, byte section)
    {
        foreach (SectionEntry entry in manifest.Sections)
        {
            if (entry.Number == section)
            {
                return entry;
            }
        }

        return null;
    }

    private static byte[] Info(Id16 request, ReleasedSection place)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(4);
        writer.WriteTextString("icr/v1/release");
        writer.Write(request);
        writer.Write(place.Batch);
        writer.WriteInt32(place.Section);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
