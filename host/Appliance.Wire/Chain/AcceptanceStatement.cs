using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>A time that the box knows, with how far off it can be.</summary>
/// <param name="UtcUs">UTC microseconds since 1970.</param>
/// <param name="BoundUs">Half width, microseconds.</param>
public readonly record struct KnownTime(ulong UtcUs, ulong BoundUs);

/// <summary>
/// obj("acceptance"): the device says, with its own key, which acceptance protocol it was given while it recorded
/// (FORMAT.md, "Acceptance"). It binds the bytes of the protocol to a device, a run and a time; who answered the steps
/// by hand it cannot know.
/// </summary>
/// <param name="Device">The device.</param>
/// <param name="Epoch">Its run.</param>
/// <param name="Time">When, by the box's clock; null where that is unset.</param>
/// <param name="Protocol">SHA-256 of the protocol's bytes.</param>
public sealed record AcceptanceStatement(Id16 Device, EpochRef Epoch, KnownTime? Time, Hash32 Protocol)
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
        writer.Key(3).Write(Epoch);
        writer.Key(4);
        if (Time is { } time)
        {
            writer.WriteStartArray(2);
            writer.WriteUInt64(time.UtcUs);
            writer.WriteUInt64(time.BoundUs);
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNull();
        }

        writer.Key(5).Write(Protocol);
        writer.WriteEndMap();
        return SignedObject.Sign(SignedType.Acceptance, writer.Encode(), deviceKey);
    }

    /// <summary>
    /// Checks one against the device's key; the statement is only there where the result is None. Whether it is of the
    /// device, and of the protocol, that are meant, the caller compares.
    /// </summary>
    public static Refusal TryVerify(
        ReadOnlyMemory<byte> bytes, PublicKey deviceKey, out AcceptanceStatement? statement)
    {
        statement = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Acceptance, bytes, deviceKey, Refusal.ForeignKey, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = Payload.TryRead(signed!.Payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new AcceptanceStatement(fields.Id(), fields.Epoch(), ReadTime(fields), fields.Hash());
        statement = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    private static KnownTime? ReadTime(Fields fields)
    {
        if (fields.TakeNull())
        {
            return null;
        }

        Fields both = Fields.OfArray(fields.Item(), 2);
        var time = new KnownTime(both.Unsigned(ulong.MaxValue), both.Unsigned(ulong.MaxValue));
        fields.Join(both);
        return time;
    }
}
