using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>Whether a request concerns a profession whose confidences the law protects.</summary>
public enum SensitiveProfession : byte
{
    No = 0,
    Unknown = 1,
    Yes = 2,
}

/// <summary>
/// obj("request"), or the assertion of an authenticator: who may ask what, why, on which law, for how long. The gate
/// judges these fields; requester and approver each sign them. Times are UTC microseconds since 1970.
/// </summary>
public sealed record Request
{
    /// <summary>
    /// Highest purpose: 1 who used an address, 2 which services a line used, 3 whether it used a named one, 4 what is
    /// kept about oneself.
    /// </summary>
    public const byte PurposeMax = 4;

    private const int Version = 1;
    private const int KeyCount = 28;

    public required Id16 Id { get; init; }

    /// <summary>Notice under which the records are kept.</summary>
    public required Id16 Notice { get; init; }

    /// <summary>Key of the State in the rules, for example "uk".</summary>
    public required string Jurisdiction { get; init; }

    /// <summary>Name of the authority as the rules write it.</summary>
    public required string Authority { get; init; }

    /// <summary>Office of who orders, as the rules write it: "police", "prosecutor", "judge".</summary>
    public required string Office { get; init; }

    public required string LegalBasis { get; init; }

    /// <summary>1 to <see cref="PurposeMax"/>.</summary>
    public required byte Purpose { get; init; }

    public required string Case { get; init; }

    public required string Offence { get; init; }

    /// <summary>Highest sentence for the offence in months; 0 where it is not stated.</summary>
    public required uint SentenceMonths { get; init; }

    /// <summary>Reference of a judicial authorisation; empty where there is none.</summary>
    public required string CourtOrder { get; init; }

    public required string Necessity { get; init; }

    public required string Proportionality { get; init; }

    public required string CollateralIntrusion { get; init; }

    public required SensitiveProfession Profession { get; init; }

    /// <summary>Why it is asked nevertheless; empty where no such profession is concerned.</summary>
    public required string ProfessionReason { get; init; }

    public required Scope Scope { get; init; }

    /// <summary>First instant of interest.</summary>
    public required ulong FromUtcUs { get; init; }

    /// <summary>Last instant of interest.</summary>
    public required ulong ToUtcUs { get; init; }

    public required bool IsUrgent { get; init; }

    public required ulong MadeUtcUs { get; init; }

    /// <summary>Nothing is answered from then on.</summary>
    public required ulong ExpiresUtcUs { get; init; }

    /// <summary>When the person concerned is to be told; null where the law does not ask for it.</summary>
    public required ulong? NotifyUtcUs { get; init; }

    public required Id16 Requester { get; init; }

    /// <summary>Answers that may be given.</summary>
    public required uint Questions { get; init; }

    /// <summary>Lines that one answer may name; where there are more, their number alone is given.</summary>
    public required uint Candidates { get; init; }

    /// <summary>Key that answers are sealed to; null: the requester's own signing key is used.</summary>
    public required PublicKey? SealTo { get; init; }

    /// <summary>SHA-256 of the payload: what an approval names.</summary>
    public static Hash32 DigestOf(ReadOnlySpan<byte> payload) => Hash32.Of(payload);

    /// <summary>The bytes that are signed.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Id);
        writer.Key(3).Write(Notice);
        writer.Key(4).WriteTextString(Jurisdiction);
        writer.Key(5).WriteTextString(Authority);
        writer.Key(6).WriteTextString(Office);
        writer.Key(7).WriteTextString(LegalBasis);
        writer.Key(8).WriteInt32(Purpose);
        writer.Key(9).WriteTextString(Case);
        writer.Key(10).WriteTextString(Offence);
        writer.Key(11).WriteUInt32(SentenceMonths);
        writer.Key(12).WriteTextString(CourtOrder);
        writer.Key(13).WriteTextString(Necessity);
        writer.Key(14).WriteTextString(Proportionality);
        writer.Key(15).WriteTextString(CollateralIntrusion);
        writer.Key(16).WriteInt32((int)Profession);
        writer.Key(17).WriteTextString(ProfessionReason);
        Scope.Write(writer.Key(18));
        WriteRest(writer);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Reads the signed bytes; never throws on bad input.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> payload, out Request? request)
    {
        request = null;
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        Request read = Read(fields);
        bool good = fields.Ok && read.Purpose > 0 && read.FromUtcUs <= read.ToUtcUs;
        request = good ? read : null;
        return good ? Refusal.None : Refusal.WrongStructure;
    }

    private void WriteRest(CborWriter writer)
    {
        writer.Key(19).WriteUInt64(FromUtcUs);
        writer.Key(20).WriteUInt64(ToUtcUs);
        writer.Key(21).WriteBoolean(IsUrgent);
        writer.Key(22).WriteUInt64(MadeUtcUs);
        writer.Key(23).WriteUInt64(ExpiresUtcUs);
        writer.Key(24);
        if (NotifyUtcUs is { } notify)
        {
            writer.WriteUInt64(notify);
        }
        else
        {
            writer.WriteNull();
        }

        writer.Key(25).Write(Requester);
        writer.Key(26).WriteUInt32(Questions);
        writer.Key(27).WriteUInt32(Candidates);
        writer.Key(28);
        if (SealTo is { } key)
        {
            writer.WriteByteString(key.Point.Span);
        }
        else
        {
            writer.WriteNull();
        }
    }

    // The order of the members is the order of the keys: each takes the next field.
    private static Request Read(Fields fields) => new()
    {
        Id = fields.Id(),
        Notice = fields.Id(),
        Jurisdiction = fields.Text(),
        Authority = fields.Text(),
        Office = fields.Text(),
        LegalBasis = fields.Text(),
        Purpose = (byte)fields.Unsigned(PurposeMax),
        Case = fields.Text(),
        Offence = fields.Text(),
        SentenceMonths = fields.UInt32(),
        CourtOrder = fields.Text(),
        Necessity = fields.Text(Limits.StatementBytesMax),
        Proportionality = fields.Text(Limits.StatementBytesMax),
        CollateralIntrusion = fields.Text(Limits.StatementBytesMax),
        Profession = (SensitiveProfession)fields.Unsigned((ulong)SensitiveProfession.Yes),
        ProfessionReason = fields.Text(Limits.StatementBytesMax),
        Scope = Scope.Read(fields),
        FromUtcUs = fields.Unsigned(ulong.MaxValue),
        ToUtcUs = fields.Unsigned(ulong.MaxValue),
        IsUrgent = fields.Bool(),
        MadeUtcUs = fields.Unsigned(ulong.MaxValue),
        ExpiresUtcUs = fields.Unsigned(ulong.MaxValue),
        NotifyUtcUs = fields.TakeNull() ? null : fields.Unsigned(ulong.MaxValue),
        Requester = fields.Id(),
        Questions = fields.UInt32(),
        Candidates = fields.UInt32(),
        SealTo = fields.TakeNull() ? null : fields.Point(),
    };
}
