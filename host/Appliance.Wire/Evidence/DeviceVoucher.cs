using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// obj("device"), signed by operator and custodian: the certificate of a device, and its revocation. This key is the
/// device's, from when to when; with a revocation, nothing that it signed from then on is to be believed. A later
/// number replaces an earlier one of the same device.
/// </summary>
/// <param name="Number">Greater than that of every voucher of this device before.</param>
/// <param name="Device">The device.</param>
/// <param name="Key">Key that signs its epoch statements.</param>
/// <param name="FromUtcUs">Begin, UTC microseconds since 1970.</param>
/// <param name="UntilUtcUs">End, exclusive, UTC microseconds since 1970.</param>
/// <param name="RevokedUtcUs">From when on nothing is believed; null where it is not revoked.</param>
/// <param name="Reason">Why it was revoked; empty where it is not.</param>
public sealed record DeviceVoucher(
    ulong Number, Id16 Device, PublicKey Key, ulong FromUtcUs, ulong UntilUtcUs, ulong? RevokedUtcUs, string Reason)
{
    private const int Version = 1;
    private const int KeyCount = 8;

    /// <summary>The voucher, signed by both roles.</summary>
    public byte[] Sign(SigningKey operatorKey, SigningKey custodianKey)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).WriteUInt64(Number);
        writer.Key(3).Write(Device);
        writer.Key(4).WriteByteString(Key.Point.Span);
        writer.Key(5).WriteUInt64(FromUtcUs);
        writer.Key(6).WriteUInt64(UntilUtcUs);
        writer.Key(7);
        if (RevokedUtcUs is { } revoked)
        {
            writer.WriteUInt64(revoked);
        }
        else
        {
            writer.WriteNull();
        }

        writer.Key(8).WriteTextString(Reason);
        writer.WriteEndMap();
        return TwoSigned.Sign(SignedType.Device, writer.Encode(), operatorKey, custodianKey);
    }

    /// <summary>Checks both signatures; the voucher is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, ControlTrust trust, out DeviceVoucher? voucher)
    {
        voucher = null;
        Refusal refusal = TwoSigned.TryRead(
            SignedType.Device, bytes, trust, out ReadOnlyMemory<byte> payload, out int signers);
        if (refusal != Refusal.None || signers < 2)
        {
            return refusal == Refusal.None ? Refusal.ControlSigners : refusal;
        }

        refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        ulong number = fields.Unsigned(ulong.MaxValue);
        Id16 device = fields.Id();
        PublicKey? key = fields.Point();
        ulong from = fields.Unsigned(ulong.MaxValue);
        ulong until = fields.Unsigned(ulong.MaxValue);
        ulong? revoked = fields.TakeNull() ? null : fields.Unsigned(ulong.MaxValue);
        string reason = fields.Text();
        voucher = fields.Ok ? new DeviceVoucher(number, device, key!, from, until, revoked, reason) : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}
