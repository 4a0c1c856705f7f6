using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>The types of signed object; the word stands in the content type and in the signed bytes.</summary>
public enum SignedType : byte
{
    Batch,
    Epoch,
    Head,
    Receipt,
    Control,
    Checkpoint,
    Request,
    Approval,
    Enrolment,
    Rules,
    Release,
    Destroy,
    Search,
    Hold,
    Keeping,
    Pack,
    Device,
    Correction,
    Acceptance,
}

/// <summary>
/// obj(T) of FORMAT.md: a COSE_Sign1 (RFC 9052 section 4.2) with ES256 over P-256 and nothing negotiable. The type is
/// in the protected header and in external_aad, so that an object of one type can never stand for another. Its id is
/// the very value that is signed: a signature can be made again without changing the id.
/// </summary>
public sealed class SignedObject
{
    private const int Sign1Tag = 18;
    private const int ProtectedSizeMax = 128;
    private readonly ReadOnlyMemory<byte> signature;

    private SignedObject(KeyId kid, ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> signature, Hash32 id)
    {
        Kid = kid;
        Payload = payload;
        this.signature = signature;
        Id = id;
    }

    /// <summary>Key that claims to have signed.</summary>
    public KeyId Kid { get; }

    /// <summary>
    /// The signed bytes; a slice of what was read. Nothing is known about them before the signature is.
    /// </summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>SHA-256 of the Sig_structure.</summary>
    public Hash32 Id { get; }

    /// <summary>Signs a payload; returns the whole object and its id.</summary>
    public static (byte[] Bytes, Hash32 Id) Sign(SignedType type, ReadOnlySpan<byte> payload, SigningKey key)
    {
        byte[] header = ProtectedHeader(type, key.Public.Kid);
        Hash32 id = Hash32.Of(SigStructure(header, Aad(type), payload));
        Span<byte> hash = stackalloc byte[Hash32.Size];
        id.Write(hash);
        Span<byte> signature = stackalloc byte[P256.SignatureSize];
        key.Sign(hash, signature);
        CborWriter writer = CborOut.New();
        writer.WriteTag((CborTag)Sign1Tag);
        writer.WriteStartArray(4);
        writer.WriteByteString(header);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(payload);
        writer.WriteByteString(signature);
        writer.WriteEndArray();
        return (writer.Encode(), id);
    }

    /// <summary>
    /// Reads an object of the expected type without checking its signature; never throws on bad input.
    /// </summary>
    public static Refusal TryRead(SignedType type, ReadOnlyMemory<byte> bytes, out SignedObject? read)
    {
        read = null;
        Refusal refusal = CborStrict.TryRead(bytes, Limits.SignedObjectBytesMax, out CborItem? item);
        return refusal != Refusal.None ? refusal : TryRead(type, item!, out read);
    }

    /// <summary>True where the key signed this very object.</summary>
    public bool IsSignedBy(PublicKey key)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Id.Write(hash);
        return key.Kid == Kid && key.Verify(hash, signature.Span);
    }

    /// <summary>An object that is an item of a larger one that was read strictly.</summary>
    internal static Refusal TryRead(SignedType type, CborItem item, out SignedObject? read)
    {
        read = null;
        if (item is not { Kind: CborKind.Tag, Number: Sign1Tag })
        {
            return Refusal.WrongStructure;
        }

        Fields parts = Fields.OfArray(item.Items[0], 4);
        ReadOnlyMemory<byte> header = parts.Bytes(0, ProtectedSizeMax);
        CborItem? open = parts.Item(CborKind.Map);
        ReadOnlyMemory<byte> payload = parts.Bytes(0, Limits.SignedObjectBytesMax);
        ReadOnlyMemory<byte> signature = parts.Bytes(P256.SignatureSize, P256.SignatureSize);
        if (!parts.Ok || open!.Keys.Length != 0)
        {
            return Refusal.WrongStructure;
        }

        Refusal refusal = ReadHeader(type, header, out KeyId kid);
        if (refusal == Refusal.None)
        {
            Hash32 id = Hash32.Of(SigStructure(header.Span, Aad(type), payload.Span));
            read = new SignedObject(kid, payload, signature, id);
        }

        return refusal;
    }

    /// <summary>Sig_structure of RFC 9052 section 4.4 with context "Signature1".</summary>
    internal static byte[] SigStructure(ReadOnlySpan<byte> header, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> payload)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(header);
        writer.WriteByteString(aad);
        writer.WriteByteString(payload);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>external_aad of a type.</summary>
    internal static byte[] Aad(SignedType type) => System.Text.Encoding.ASCII.GetBytes("icr/v1/" + Word(type));

    internal static byte[] ProtectedHeader(SignedType type, KeyId kid)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(3);
        writer.Key(1).WriteInt32(-7);
        writer.Key(4).Write(kid);
        writer.Key(16).WriteTextString($"application/icr-{Word(type)}+cose");
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>The header holds nothing but the key id that is not fixed, so it is compared as a whole.</summary>
    private static Refusal ReadHeader(SignedType type, ReadOnlyMemory<byte> header, out KeyId kid)
    {
        kid = default;
        if (CborStrict.TryRead(header, ProtectedSizeMax, out CborItem? map) != Refusal.None
            || map is not { Kind: CborKind.Map, Keys: [1, 4, 16] }
            || map.Items[0] is not { Kind: CborKind.Negative, Number: 6 }
            || map.Items[1] is not { Kind: CborKind.Bytes, Bytes.Length: KeyId.Size }
            || map.Items[2].Kind != CborKind.Text)
        {
            return Refusal.ProtectedHeader;
        }

        kid = KeyId.FromBytes(map.Items[1].Bytes.Span);
        return header.Span.SequenceEqual(ProtectedHeader(type, kid)) ? Refusal.None : Refusal.WrongType;
    }

    private static string Word(SignedType type) => type switch
    {
        SignedType.Batch => "batch",
        SignedType.Epoch => "epoch",
        SignedType.Head => "head",
        SignedType.Receipt => "receipt",
        SignedType.Control => "control",
        SignedType.Checkpoint => "checkpoint",
        SignedType.Request => "request",
        SignedType.Approval => "approval",
        SignedType.Enrolment => "enrolment",
        SignedType.Rules => "rules",
        SignedType.Release => "release",
        SignedType.Destroy => "destroy",
        SignedType.Hold => "hold",
        SignedType.Keeping => "keeping",
        SignedType.Search => "search",
        SignedType.Pack => "pack",
        SignedType.Correction => "correction",
        SignedType.Acceptance => "acceptance",
        _ => "device",
    };
}
