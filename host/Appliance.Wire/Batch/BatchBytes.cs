using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>The outer layout of a batch: [obj("batch"), bstr recipients, [* bstr ciphertext]].</summary>
internal static class BatchBytes
{
    public static byte[] Encode(
        ReadOnlyMemory<byte> signed, ReadOnlyMemory<byte> recipients, IReadOnlyList<byte[]> ciphertexts)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(3);
        writer.WriteEncodedValue(signed.Span);
        writer.WriteByteString(recipients.Span);
        writer.WriteStartArray(ciphertexts.Count);
        foreach (byte[] ciphertext in ciphertexts)
        {
            writer.WriteByteString(ciphertext);
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Takes a batch apart; nothing in it is checked beyond its shape.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> bytes, out BatchParts? parts)
    {
        parts = null;
        Refusal refusal = CborStrict.TryRead(bytes, Limits.BatchBytesMax, out CborItem? item);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        Fields fields = Fields.OfArray(item, 3);
        CborItem? header = fields.Item();
        ReadOnlyMemory<byte> recipients = fields.Bytes(0, Limits.SignedObjectBytesMax);
        CborItem[] sections = fields.Array(Limits.SectionsMax);
        var ciphertexts = new ReadOnlyMemory<byte>[sections.Length];
        for (int i = 0; i < sections.Length; i++)
        {
            ciphertexts[i] = sections[i].Bytes;
            if (sections[i].Kind != CborKind.Bytes)
            {
                fields.Refuse();
            }
        }

        if (!fields.Ok)
        {
            return Refusal.WrongStructure;
        }

        refusal = SignedObject.TryRead(SignedType.Batch, header!, out SignedObject? signed);
        if (refusal == Refusal.None)
        {
            parts = new BatchParts(signed!, CborStrict.Encode(header!), recipients, ciphertexts);
        }

        return refusal;
    }
}

/// <summary>A batch taken apart.</summary>
internal sealed record BatchParts(
    SignedObject Signed,
    ReadOnlyMemory<byte> Header,
    ReadOnlyMemory<byte> Recipients,
    ReadOnlyMemory<byte>[] Ciphertexts);
