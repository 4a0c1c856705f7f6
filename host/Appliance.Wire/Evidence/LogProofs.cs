using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// An entry of the transparency log with what opens its commitment and its path to the root:
/// <c>[index, entry, nonce, content, [* node]]</c>.
/// </summary>
/// <param name="Index">Place in the log, from 0.</param>
/// <param name="Entry">Bytes of the entry, as hashed into the tree.</param>
/// <param name="Nonce">Salt of its commitment.</param>
/// <param name="Content">What it commits to.</param>
/// <param name="Path">RFC 9162 section 2.1.3, to the root of the pack's checkpoint.</param>
public sealed record EntryProof(
    ulong Index,
    ReadOnlyMemory<byte> Entry,
    ReadOnlyMemory<byte> Nonce,
    ReadOnlyMemory<byte> Content,
    IReadOnlyList<Hash32> Path)
{
    /// <summary>The canonical bytes.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(5);
        writer.WriteUInt64(Index);
        writer.WriteByteString(Entry.Span);
        writer.WriteByteString(Nonce.Span);
        writer.WriteByteString(Content.Span);
        ProofPath.Write(writer, Path);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads the bytes; nothing is checked but their form.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> bytes, out EntryProof? proof)
    {
        proof = null;
        Refusal refusal = CborStrict.TryRead(bytes, Limits.PackFileBytesMax, out CborItem? item);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        Fields fields = Fields.OfArray(item, 5);
        var read = new EntryProof(
            fields.Unsigned(ulong.MaxValue),
            fields.Bytes(0, Limits.SignedObjectBytesMax),
            fields.Bytes(LogEntry.NonceSize, LogEntry.NonceSize),
            fields.Bytes(0, Limits.PackFileBytesMax),
            ProofPath.Read(fields));
        proof = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}

/// <summary>
/// The log as a witness saw it before: <c>[checkpoint, cosignature, [* node]]</c>, with the proof that the pack's
/// checkpoint extends it.
/// </summary>
/// <param name="Checkpoint">Signed by the log.</param>
/// <param name="Cosignature">Signed by the witness.</param>
/// <param name="Path">RFC 9162 section 2.1.4; empty where both are of one size.</param>
public sealed record SeenCheckpoint(
    ReadOnlyMemory<byte> Checkpoint, ReadOnlyMemory<byte> Cosignature, IReadOnlyList<Hash32> Path)
{
    /// <summary>The canonical bytes.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(3);
        writer.WriteByteString(Checkpoint.Span);
        writer.WriteByteString(Cosignature.Span);
        ProofPath.Write(writer, Path);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads the bytes; nothing is checked but their form.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> bytes, out SeenCheckpoint? seen)
    {
        seen = null;
        Refusal refusal = CborStrict.TryRead(bytes, Limits.SignedObjectBytesMax, out CborItem? item);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        Fields fields = Fields.OfArray(item, 3);
        var read = new SeenCheckpoint(
            fields.Bytes(0, Limits.SignedObjectBytesMax),
            fields.Bytes(0, Limits.SignedObjectBytesMax),
            ProofPath.Read(fields));
        seen = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}

/// <summary>A batch in the store's ledger: <c>[id(batch), received utc, index, [* node]]</c>.</summary>
/// <param name="Batch">Id of the batch.</param>
/// <param name="ReceivedUtcUs">When the store had it, UTC microseconds since 1970.</param>
/// <param name="Index">Place in the ledger, from 0.</param>
/// <param name="Path">RFC 9162 section 2.1.3, to the root of the pack's ledger head.</param>
public sealed record LedgerProof(Hash32 Batch, ulong ReceivedUtcUs, ulong Index, IReadOnlyList<Hash32> Path)
{
    /// <summary>The canonical bytes.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(4);
        writer.Write(Batch);
        writer.WriteUInt64(ReceivedUtcUs);
        writer.WriteUInt64(Index);
        ProofPath.Write(writer, Path);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads the bytes; nothing is checked but their form.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> bytes, out LedgerProof? proof)
    {
        proof = null;
        Refusal refusal = CborStrict.TryRead(bytes, Limits.SignedObjectBytesMax, out CborItem? item);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        Fields fields = Fields.OfArray(item, 4);
        var read = new LedgerProof(
            fields.Hash(), fields.Unsigned(ulong.MaxValue), fields.Unsigned(ulong.MaxValue), ProofPath.Read(fields));
        proof = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}
