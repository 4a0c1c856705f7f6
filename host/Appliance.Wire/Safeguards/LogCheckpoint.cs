using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// obj("checkpoint"): the log says how large it is and what its root is. A witness that found it consistent with what
/// it saw before signs the same payload with its own key: a cosignature.
/// </summary>
/// <param name="Log">Identity of the log.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Root">Root of the RFC 9162 tree over them.</param>
/// <param name="UtcUs">When it was made, UTC microseconds since 1970.</param>
public sealed record LogCheckpoint(Id16 Log, ulong Size, Hash32 Root, ulong UtcUs)
{
    private const int Version = 1;
    private const int KeyCount = 5;

    /// <summary>Signs with the log's key, or with a witness's; returns the whole object and its id.</summary>
    public (byte[] Bytes, Hash32 Id) Sign(SigningKey key)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Log);
        writer.Key(3).WriteUInt64(Size);
        writer.Key(4).Write(Root);
        writer.Key(5).WriteUInt64(UtcUs);
        writer.WriteEndMap();
        return SignedObject.Sign(SignedType.Checkpoint, writer.Encode(), key);
    }

    /// <summary>Checks one against a key; the checkpoint is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, PublicKey key, out LogCheckpoint? checkpoint)
    {
        checkpoint = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Checkpoint, bytes, key, Refusal.ForeignKey, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = Payload.TryRead(signed!.Payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new LogCheckpoint(
            fields.Id(), fields.Unsigned(ulong.MaxValue), fields.Hash(), fields.Unsigned(ulong.MaxValue));
        checkpoint = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}
