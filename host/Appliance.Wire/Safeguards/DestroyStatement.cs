using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>A private day key that is gone.</summary>
/// <param name="Device">Device whose batches it opened.</param>
/// <param name="Notice">Notice that they were kept under.</param>
/// <param name="Section">1 attribution, 2 contact.</param>
/// <param name="Day">UTC days since 1970.</param>
/// <param name="Role">Who held it.</param>
/// <param name="Kid">Id of the key.</param>
public readonly record struct DestroyedKey(Id16 Device, Id16 Notice, byte Section, int Day, KeyRole Role, KeyId Kid);

/// <summary>
/// obj("destroy"), signed by who held the keys: these private day keys are destroyed. It attests: that no copy was kept
/// elsewhere cannot be shown, and who signs is bound to having said so.
/// </summary>
/// <param name="By">Identity of the store or warden.</param>
/// <param name="UtcUs">When, UTC microseconds since 1970.</param>
/// <param name="Keys">Which keys; at most <see cref="Limits.KeySetKeysMax"/>.</param>
public sealed record DestroyStatement(Id16 By, ulong UtcUs, IReadOnlyList<DestroyedKey> Keys)
{
    private const int Version = 1;
    private const int KeyCount = 4;

    /// <summary>Signs with the holder's key; returns the whole object and its id.</summary>
    public (byte[] Bytes, Hash32 Id) Sign(SigningKey holder) =>
        SignedObject.Sign(SignedType.Destroy, Encode(), holder);

    /// <summary>The payload.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(By);
        writer.Key(3).WriteUInt64(UtcUs);
        writer.Key(4).WriteStartArray(Keys.Count);
        foreach (DestroyedKey key in Keys)
        {
            writer.WriteStartArray(6);
            writer.Write(key.Device);
            writer.Write(key.Notice);
            writer.WriteInt32(key.Section);
            writer.WriteInt32(key.Day);
            writer.WriteInt32((int)key.Role);
            writer.Write(key.Kid);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Checks one against the holder's key; the statement is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, PublicKey holder, out DestroyStatement? statement)
    {
        statement = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Destroy, bytes, holder, Refusal.ForeignKey, out SignedObject? signed);
        return refusal != Refusal.None ? refusal : TryDecode(signed!.Payload, out statement);
    }

    /// <summary>Reads one without checking who signed it: to be shown, never to be believed.</summary>
    public static Refusal TryRead(ReadOnlyMemory<byte> bytes, out DestroyStatement? statement)
    {
        statement = null;
        Refusal refusal = SignedObject.TryRead(SignedType.Destroy, bytes, out SignedObject? signed);
        return refusal != Refusal.None ? refusal : TryDecode(signed!.Payload, out statement);
    }

    /// <summary>Reads the payload; the statement is only there where the result is None.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> payload, out DestroyStatement? statement)
    {
        statement = null;
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new DestroyStatement(fields.Id(), fields.Unsigned(ulong.MaxValue), ReadKeys(fields));
        statement = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    private static DestroyedKey[] ReadKeys(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.KeySetKeysMax);
        var keys = new DestroyedKey[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            Fields key = Fields.OfArray(items[i], 6);
            keys[i] = new DestroyedKey(
                key.Id(),
                key.Id(),
                (byte)key.Unsigned(SectionPlain.ContactNumber),
                (int)key.Unsigned(int.MaxValue),
                (KeyRole)key.Unsigned((ulong)KeyRole.WardenB),
                key.Kid());
            fields.Join(key);
        }

        return keys;
    }
}
