namespace Appliance.Wire;

/// <summary>
/// What the manifest of a batch says before anything was checked: enough to know whose keys to check it with, and to
/// name it in a refusal. Nothing here is proven.
/// </summary>
/// <param name="Device">Device that it names.</param>
/// <param name="Epoch">Epoch that it names.</param>
/// <param name="Sequence">Number that it names.</param>
/// <param name="Day">UTC day since 1970 that it names.</param>
/// <param name="Id">Id of the batch: true whatever it says.</param>
/// <param name="Kid">Key that claims to have signed.</param>
/// <param name="Last">Time of its last record that it names.</param>
/// <param name="Notice">Notice that it names.</param>
public readonly record struct BatchClaim(
    Id16 Device, EpochRef Epoch, uint Sequence, int Day, Hash32 Id, KeyId Kid, TaiTime Last,
    Id16 Notice)
{
    /// <summary>
    /// The signed object alone, obj("batch"), of a whole batch: what stays when the sections are forgotten.
    /// </summary>
    public static Refusal TryReadHeader(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> header)
    {
        Refusal refusal = BatchBytes.TryDecode(bytes, out BatchParts? parts);
        header = parts?.Header ?? default;
        return refusal;
    }

    /// <summary>The signed object and the list of recipients of a whole batch: what a warden needs of it.</summary>
    public static Refusal TryReadSealed(
        ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> header, out ReadOnlyMemory<byte> recipients)
    {
        Refusal refusal = BatchBytes.TryDecode(bytes, out BatchParts? parts);
        header = parts?.Header ?? default;
        recipients = parts?.Recipients ?? default;
        return refusal;
    }

    /// <summary>The device that the signed object alone of a batch names.</summary>
    public static Refusal TryReadDevice(ReadOnlyMemory<byte> header, out Id16 device)
    {
        device = default;
        Refusal refusal = SignedObject.TryRead(SignedType.Batch, header, out SignedObject? signed);
        Manifest? manifest = null;
        refusal = refusal == Refusal.None ? Manifest.TryDecode(signed!.Payload, out manifest) : refusal;
        device = manifest?.Device ?? default;
        return refusal;
    }

    /// <summary>Reads the claim of a whole batch; never throws on bad input.</summary>
    public static Refusal TryRead(ReadOnlyMemory<byte> bytes, out BatchClaim claim)
    {
        claim = default;
        Refusal refusal = BatchBytes.TryDecode(bytes, out BatchParts? parts);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        SignedObject signed = parts!.Signed;
        refusal = Manifest.TryDecode(signed.Payload, out Manifest? manifest);
        if (refusal == Refusal.None)
        {
            claim = new BatchClaim(
                manifest!.Device, manifest.Epoch, manifest.Sequence, manifest.Day, signed.Id, signed.Kid,
                manifest.Last, manifest.Notice);
        }

        return refusal;
    }
}
