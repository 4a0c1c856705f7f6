using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// One payload signed by one key or two: an array of one or two obj(T) over the same bytes, sorted by key id, so that
/// one key cannot stand for two roles.
/// </summary>
public static class TwoSigned
{
    /// <summary>Signs with one key or two; with one alone it holds for nothing that needs both.</summary>
    public static byte[] Sign(SignedType type, ReadOnlySpan<byte> payload, SigningKey first, SigningKey? second)
    {
        byte[] one = SignedObject.Sign(type, payload, first).Bytes;
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(second is null ? 1 : 2);
        if (second is null)
        {
            writer.WriteEncodedValue(one);
        }
        else
        {
            byte[] two = SignedObject.Sign(type, payload, second).Bytes;
            bool inOrder = first.Public.Kid < second.Public.Kid;
            writer.WriteEncodedValue(inOrder ? one : two);
            writer.WriteEncodedValue(inOrder ? two : one);
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Checks the signatures; payload and number of signers are only there where the result is None.</summary>
    public static Refusal TryRead(
        SignedType type,
        ReadOnlyMemory<byte> bytes,
        ControlTrust trust,
        out ReadOnlyMemory<byte> payload,
        out int signers)
    {
        payload = default;
        signers = 0;
        Refusal refusal = CborStrict.TryRead(bytes, 2 * Limits.SignedObjectBytesMax, out CborItem? list);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (list is not { Kind: CborKind.Array, Items.Length: 1 or 2 })
        {
            return Refusal.WrongStructure;
        }

        KeyId before = default;
        foreach (CborItem item in list.Items)
        {
            refusal = SignedObject.TryRead(type, item, out SignedObject? signed);
            refusal = refusal != Refusal.None ? refusal : CheckSigner(signed!, trust);
            if (refusal != Refusal.None)
            {
                return refusal;
            }

            // One key cannot sign for both roles, and both must have signed the very same bytes.
            if (signers > 0 && (signed!.Kid <= before || !payload.Span.SequenceEqual(signed.Payload.Span)))
            {
                return Refusal.ControlSigners;
            }

            before = signed!.Kid;
            payload = signed.Payload;
            signers++;
        }

        return Refusal.None;
    }

    /// <summary>
    /// Reads what one key has signed and another is to sign, without knowing either: to be shown to the second. The
    /// object is only there where the result is None.
    /// </summary>
    public static Refusal TryReadFirst(SignedType type, ReadOnlyMemory<byte> bytes, out SignedObject? signed)
    {
        signed = null;
        Refusal refusal = CborStrict.TryRead(bytes, 2 * Limits.SignedObjectBytesMax, out CborItem? list);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        return list is { Kind: CborKind.Array, Items.Length: 1 }
            ? SignedObject.TryRead(type, list.Items[0], out signed)
            : Refusal.ControlSigners;
    }

    /// <summary>
    /// Adds the second signature; <see cref="Refusal.ControlSigners"/> where there are two already, or where the same
    /// key would sign twice.
    /// </summary>
    public static Refusal TryAddSecond(
        SignedType type, ReadOnlyMemory<byte> bytes, SigningKey second, out byte[] both)
    {
        both = [];
        Refusal refusal = TryReadFirst(type, bytes, out SignedObject? first);
        if (refusal != Refusal.None || first!.Kid == second.Public.Kid)
        {
            return refusal != Refusal.None ? refusal : Refusal.ControlSigners;
        }

        byte[] one = bytes[1..].ToArray();
        byte[] two = SignedObject.Sign(type, first.Payload.Span, second).Bytes;
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(2);
        writer.WriteEncodedValue(first.Kid < second.Public.Kid ? one : two);
        writer.WriteEncodedValue(first.Kid < second.Public.Kid ? two : one);
        writer.WriteEndArray();
        both = writer.Encode();
        return Refusal.None;
    }

    private static Refusal CheckSigner(SignedObject signed, ControlTrust trust)
    {
        PublicKey? key = signed.Kid == trust.Operator.Kid ? trust.Operator
            : signed.Kid == trust.Custodian.Kid ? trust.Custodian : null;
        if (key is null)
        {
            return Refusal.ForeignKey;
        }

        return signed.IsSignedBy(key) ? Refusal.None : Refusal.Signature;
    }
}
