using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// obj("rules"), signed by operator and custodian: a lawyer confirmed the rules of a jurisdiction in exactly this
/// form. A live gate stays shut without it.
/// </summary>
/// <param name="Jurisdiction">Its key in the rules, for example "GB".</param>
/// <param name="Rules">SHA-256 of its rules and those that all share.</param>
/// <param name="UtcUs">When, UTC microseconds since 1970.</param>
/// <param name="By">Who confirmed, in words.</param>
public sealed record RulesConfirmation(string Jurisdiction, Hash32 Rules, ulong UtcUs, string By)
{
    private const int Version = 1;
    private const int KeyCount = 5;

    /// <summary>The confirmation, signed by both roles.</summary>
    public byte[] Sign(SigningKey operatorKey, SigningKey custodianKey) =>
        TwoSigned.Sign(SignedType.Rules, Encode(), operatorKey, custodianKey);

    /// <summary>The bytes that both roles sign.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).WriteTextString(Jurisdiction);
        writer.Key(3).Write(Rules);
        writer.Key(4).WriteUInt64(UtcUs);
        writer.Key(5).WriteTextString(By);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Checks both signatures; the confirmation is only there where the result is None.</summary>
    public static Refusal TryVerify(
        ReadOnlyMemory<byte> bytes, ControlTrust trust, out RulesConfirmation? confirmation)
    {
        confirmation = null;
        Refusal refusal = TwoSigned.TryRead(
            SignedType.Rules, bytes, trust, out ReadOnlyMemory<byte> payload, out int signers);
        if (refusal != Refusal.None || signers < 2)
        {
            return refusal == Refusal.None ? Refusal.ControlSigners : refusal;
        }

        return TryDecode(payload, out confirmation);
    }

    /// <summary>Reads the signed bytes; the confirmation is only there where the result is None.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> payload, out RulesConfirmation? confirmation)
    {
        confirmation = null;
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new RulesConfirmation(
            fields.Text(), fields.Hash(), fields.Unsigned(ulong.MaxValue), fields.Text());
        confirmation = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}
