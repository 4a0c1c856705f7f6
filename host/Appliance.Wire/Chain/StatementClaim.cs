namespace Appliance.Wire;

/// <summary>
/// What an object of the topic <c>epoch</c> says before anything was checked: enough to know with whose key to check
/// it. Nothing here is proven.
/// </summary>
/// <param name="Type">Epoch statement or checkpoint (<see cref="SignedType.Head"/>).</param>
/// <param name="Device">Device that it names.</param>
/// <param name="Epoch">Epoch that it names.</param>
/// <param name="Id">Id of the object: true whatever it says.</param>
public readonly record struct StatementClaim(SignedType Type, Id16 Device, EpochRef Epoch, Hash32 Id)
{
    /// <summary>Reads the claim of an epoch statement or checkpoint; never throws on bad input.</summary>
    public static Refusal TryRead(ReadOnlyMemory<byte> bytes, out StatementClaim claim)
    {
        claim = default;
        SignedType type = SignedType.Epoch;
        Refusal refusal = SignedObject.TryRead(type, bytes, out SignedObject? signed);
        if (refusal == Refusal.WrongType)
        {
            type = SignedType.Head;
            refusal = SignedObject.TryRead(type, bytes, out signed);
        }

        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = CborStrict.TryRead(signed!.Payload, Limits.SignedObjectBytesMax, out CborItem? map);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (map is not { Kind: CborKind.Map, Keys: [1, 2, 3, ..] })
        {
            return Refusal.WrongStructure;
        }

        Fields fields = Fields.OfItems([map.Items[1], map.Items[2]]);
        claim = new StatementClaim(type, fields.Id(), fields.Epoch(), signed.Id);
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}
