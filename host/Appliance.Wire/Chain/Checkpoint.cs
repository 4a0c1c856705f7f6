using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// obj("head"): the device says every 60 s and at a clean stop how far its chain is, so that a crash or a thief can
/// hide at most what is newer.
/// </summary>
public sealed record Checkpoint(Id16 Device, ChainPosition Head)
{
    private const int Version = 1;
    private const int KeyCount = 5;

    /// <summary>Signs with the device key; returns the whole object and its id.</summary>
    public (byte[] Bytes, Hash32 Id) Sign(SigningKey deviceKey)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Device);
        writer.Key(3).Write(Head.Epoch);
        writer.Key(4).WriteUInt32(Head.Sequence);
        writer.Key(5).Write(Head.Id);
        writer.WriteEndMap();
        return SignedObject.Sign(SignedType.Head, writer.Encode(), deviceKey);
    }

    /// <summary>Checks one against the device's key; the checkpoint is only there where the result is None.</summary>
    public static Refusal TryVerify(
        ReadOnlyMemory<byte> bytes, PublicKey deviceKey, ReaderRules rules, out Checkpoint? checkpoint)
    {
        checkpoint = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Head, bytes, deviceKey, Refusal.ForeignDevice, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = Payload.TryRead(signed!.Payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        Id16 device = fields.Id();
        var head = new ChainPosition(fields.Epoch(), fields.UInt32(), fields.Hash());
        if (!fields.Ok)
        {
            return Refusal.WrongStructure;
        }

        checkpoint = device == rules.Device ? new Checkpoint(device, head) : null;
        return checkpoint is null ? Refusal.WrongDevice : Refusal.None;
    }
}
