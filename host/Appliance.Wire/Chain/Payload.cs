namespace Appliance.Wire;

/// <summary>
/// What the payloads of all signed objects but the batch have in common: a map 1..n with the version first.
/// </summary>
internal static class Payload
{
    /// <summary>Fields after the version. The version is judged first: another one may have other fields.</summary>
    public static Refusal TryRead(ReadOnlyMemory<byte> payload, int version, int keyCount, out Fields fields)
    {
        fields = Fields.OfArray(null, 0);
        Refusal refusal = CborStrict.TryRead(payload, Limits.SignedObjectBytesMax, out CborItem? map);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (map is not { Kind: CborKind.Map, Keys: [1, ..] } || map.Items[0].Kind != CborKind.Unsigned)
        {
            return Refusal.WrongStructure;
        }

        if (map.Items[0].Number != (ulong)version)
        {
            return Refusal.UnknownVersion;
        }

        fields = Fields.OfMap(map, keyCount);
        fields.Item();
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    /// <summary>Reads an object of a type and checks that this one key signed it.</summary>
    public static Refusal TryVerify(
        SignedType type, ReadOnlyMemory<byte> bytes, PublicKey key, Refusal otherKey, out SignedObject? signed)
    {
        Refusal refusal = SignedObject.TryRead(type, bytes, out signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (signed!.Kid != key.Kid)
        {
            return otherKey;
        }

        return signed.IsSignedBy(key) ? Refusal.None : Refusal.Signature;
    }
}
