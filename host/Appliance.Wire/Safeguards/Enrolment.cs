using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>What an enrolled person may do; nobody acts in two roles on one request.</summary>
[Flags]
public enum PersonRoles : byte
{
    None = 0,
    Requester = 1,
    Approver = 2,
    Auditor = 4,
}

/// <summary>
/// obj("enrolment"), signed by operator and custodian: this key speaks for this person, in these roles, for this
/// authority. A later number replaces an earlier one of the same person; who is to leave gets an end in the past.
/// The person is a number and a label that the authority chose: names stay with the authority.
/// </summary>
public sealed record Enrolment
{
    private const int Version = 1;
    private const int KeyCount = 13;

    /// <summary>Greater than that of every enrolment of this person before.</summary>
    public required ulong Number { get; init; }

    public required Id16 Person { get; init; }

    /// <summary>What the authority calls the person, for example a badge number.</summary>
    public required string Label { get; init; }

    /// <summary>Name of the authority as the jurisdiction's rules write it.</summary>
    public required string Authority { get; init; }

    /// <summary>What the authority is, in the words of the rules: "police", "court", "local_authority".</summary>
    public required string Kind { get; init; }

    /// <summary>Office of the person in it, in the words of the rules; empty where none matters.</summary>
    public required string Office { get; init; }

    public required PersonRoles Roles { get; init; }

    /// <summary>Key that signs for the person.</summary>
    public required PublicKey Key { get; init; }

    /// <summary>Begin, UTC microseconds since 1970.</summary>
    public required ulong FromUtcUs { get; init; }

    /// <summary>End, exclusive, UTC microseconds since 1970.</summary>
    public required ulong UntilUtcUs { get; init; }

    /// <summary>Relying party id of a WebAuthn key, for example "icr.example"; empty for a key of the command
    /// line.</summary>
    public string RelyingParty { get; init; } = "";

    /// <summary>Origin that a WebAuthn key signs for, for example "https://icr.example".</summary>
    public string Origin { get; init; } = "";

    /// <summary>True at that time, UTC microseconds since 1970.</summary>
    public bool IsValidAt(ulong utcUs) => utcUs >= FromUtcUs && utcUs < UntilUtcUs;

    /// <summary>The enrolment, signed by both roles.</summary>
    public byte[] Sign(SigningKey operatorKey, SigningKey custodianKey) =>
        TwoSigned.Sign(SignedType.Enrolment, Encode(), operatorKey, custodianKey);

    /// <summary>Checks both signatures; the enrolment is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, ControlTrust trust, out Enrolment? enrolment)
    {
        enrolment = null;
        Refusal refusal = TwoSigned.TryRead(
            SignedType.Enrolment, bytes, trust, out ReadOnlyMemory<byte> payload, out int signers);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = signers == 2 ? Payload.TryRead(payload, Version, KeyCount, out Fields fields) : Fail(out fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        enrolment = Decode(fields);
        return enrolment is null ? Refusal.WrongStructure : Refusal.None;
    }

    /// <summary>Reads the signed bytes; the enrolment is only there where the result is None.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> payload, out Enrolment? enrolment)
    {
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        enrolment = refusal == Refusal.None ? Decode(fields) : null;
        return refusal == Refusal.None && enrolment is null ? Refusal.WrongStructure : refusal;
    }

    private static Refusal Fail(out Fields fields)
    {
        fields = Fields.OfItems([]);
        return Refusal.ControlSigners;
    }

    /// <summary>The bytes that both roles sign.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).WriteUInt64(Number);
        writer.Key(3).Write(Person);
        writer.Key(4).WriteTextString(Label);
        writer.Key(5).WriteTextString(Authority);
        writer.Key(6).WriteInt32((int)Roles);
        writer.Key(7).WriteByteString(Key.Point.Span);
        writer.Key(8).WriteUInt64(FromUtcUs);
        writer.Key(9).WriteUInt64(UntilUtcUs);
        writer.Key(10).WriteTextString(RelyingParty);
        writer.Key(11).WriteTextString(Origin);
        writer.Key(12).WriteTextString(Kind);
        writer.Key(13).WriteTextString(Office);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static Enrolment? Decode(Fields fields)
    {
        ulong number = fields.Unsigned(ulong.MaxValue);
        Id16 person = fields.Id();
        string label = fields.Text();
        string authority = fields.Text();
        var roles = (PersonRoles)fields.Unsigned(7);
        PublicKey? key = fields.Point();
        ulong from = fields.Unsigned(ulong.MaxValue);
        ulong until = fields.Unsigned(ulong.MaxValue);
        string relyingParty = fields.Text();
        string origin = fields.Text();
        string kind = fields.Text();
        string office = fields.Text();
        if (!fields.Ok || (relyingParty.Length == 0) != (origin.Length == 0))
        {
            return null;
        }

        return new Enrolment
        {
            Number = number,
            Person = person,
            Label = label,
            Authority = authority,
            Kind = kind,
            Office = office,
            Roles = roles,
            Key = key!,
            FromUtcUs = from,
            UntilUtcUs = until,
            RelyingParty = relyingParty,
            Origin = origin,
        };
    }
}
