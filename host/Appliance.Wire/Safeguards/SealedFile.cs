using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>What a sealed file holds.</summary>
public enum SealedKind : byte
{
    /// <summary>An answer, for the one who asked.</summary>
    Answer = 1,

    /// <summary>Records of a legal hold, for whoever may open it with the case key.</summary>
    Hold = 2,
}

/// <summary>What is told of a sealed file without opening it.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Name">Name of the hold; for an answer a number that was drawn for it.</param>
/// <param name="Request">Request that it was made for.</param>
/// <param name="Recipient">Id of the key that opens it.</param>
/// <param name="UtcUs">When it was sealed, UTC microseconds since 1970.</param>
public sealed record SealedHeader(SealedKind Kind, Id16 Name, Id16 Request, KeyId Recipient, ulong UtcUs);

/// <summary>
/// A file that only one key opens: [header, enc, ciphertext] by HPKE of RFC 9180, the suite of the content keys. The
/// header is bound into the key schedule, so a file cannot pass for one of another request. Each file has a fresh
/// ephemeral key, so that no AES-GCM key is used twice.
/// </summary>
public static class SealedFile
{
    private const int Version = 1;
    private const int PartCount = 3;
    private const int KeyCount = 6;
    private const int HeaderBytesMax = 256;

    /// <summary>Seals for one key.</summary>
    public static byte[] Seal(
        SealedHeader header, ReadOnlySpan<byte> plain, PublicKey recipient, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plain.Length, Limits.SealedFileBytesMax);
        byte[] head = Encode(header with { Recipient = recipient.Kid });
        Span<byte> seed = stackalloc byte[P256.ScalarSize];
        Span<byte> encapsulated = stackalloc byte[Hpke.EncapsulatedSize];
        byte[] ciphertext = new byte[plain.Length + Gcm.TagSize];
        random(seed);
        Hpke.Seal(recipient, Info(head), aad: [], plain, seed, encapsulated, ciphertext);
        CryptographicOperations.ZeroMemory(seed);
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(PartCount);
        writer.WriteByteString(head);
        writer.WriteByteString(encapsulated);
        writer.WriteByteString(ciphertext);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads the header; nothing is known about it before the file is opened.</summary>
    public static Refusal TryReadHeader(ReadOnlyMemory<byte> bytes, out SealedHeader? header) =>
        TryRead(bytes, out header, out _, out _, out _);

    /// <summary>Opens with a person's key, or one of a case; the plaintext is only there where the result is
    /// None.</summary>
    public static Refusal TryOpen(
        ReadOnlyMemory<byte> bytes, StoreKey key, out SealedHeader? header, out byte[] plain) =>
        TryOpen(bytes, key.Public, key.Private, out header, out plain);

    /// <summary>Opens with a private scalar that was released; the caller clears it.</summary>
    public static Refusal TryOpen(
        ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> scalar, out SealedHeader? header, out byte[] plain)
    {
        header = null;
        plain = [];
        return P256.IsScalar(scalar) && PublicKey.TryFromPoint(P256.PointOf(scalar), out PublicKey? key)
            ? TryOpen(bytes, key, scalar, out header, out plain)
            : Refusal.NoKey;
    }

    private static Refusal TryOpen(
        ReadOnlyMemory<byte> bytes,
        PublicKey key,
        ReadOnlySpan<byte> scalar,
        out SealedHeader? header,
        out byte[] plain)
    {
        plain = [];
        Refusal refusal = TryRead(
            bytes, out header, out byte[] head, out ReadOnlyMemory<byte> enc, out ReadOnlyMemory<byte> ciphertext);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (header!.Recipient != key.Kid)
        {
            return Refusal.NoKey;
        }

        byte[] opened = new byte[ciphertext.Length - Gcm.TagSize];
        if (!Hpke.TryOpen(scalar, key, enc.Span, Info(head), aad: [], ciphertext.Span, opened))
        {
            return Refusal.Ciphertext;
        }

        plain = opened;
        return Refusal.None;
    }

    private static Refusal TryRead(
        ReadOnlyMemory<byte> bytes,
        out SealedHeader? header,
        out byte[] head,
        out ReadOnlyMemory<byte> encapsulated,
        out ReadOnlyMemory<byte> ciphertext)
    {
        header = null;
        head = [];
        encapsulated = default;
        ciphertext = default;
        int bytesMax = Limits.SealedFileBytesMax + Limits.SignedObjectBytesMax;
        Refusal refusal = CborStrict.TryRead(bytes, bytesMax, out CborItem? item);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        Fields parts = Fields.OfArray(item, PartCount);
        ReadOnlyMemory<byte> headBytes = parts.Bytes(0, HeaderBytesMax);
        encapsulated = parts.Bytes(Hpke.EncapsulatedSize, Hpke.EncapsulatedSize);
        ciphertext = parts.Bytes(Gcm.TagSize, bytesMax);
        refusal = parts.Ok ? Payload.TryRead(headBytes, Version, KeyCount, out Fields fields) : Fail(out fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new SealedHeader(
            (SealedKind)fields.Unsigned((ulong)SealedKind.Hold), fields.Id(), fields.Id(), fields.Kid(),
            fields.Unsigned(ulong.MaxValue));
        if (!fields.Ok || read.Kind == 0)
        {
            return Refusal.WrongStructure;
        }

        header = read;
        head = headBytes.ToArray();
        return Refusal.None;
    }

    private static Refusal Fail(out Fields fields)
    {
        fields = Fields.OfItems([]);
        return Refusal.WrongStructure;
    }

    private static byte[] Encode(SealedHeader header)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).WriteInt32((int)header.Kind);
        writer.Key(3).Write(header.Name);
        writer.Key(4).Write(header.Request);
        writer.Key(5).Write(header.Recipient);
        writer.Key(6).WriteUInt64(header.UtcUs);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] Info(ReadOnlySpan<byte> head)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(2);
        writer.WriteTextString("icr/v1/sealed");
        writer.WriteByteString(head);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
