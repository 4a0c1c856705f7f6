using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>Whether a request can wait, and how it was approved.</summary>
public enum RequestUrgency : byte
{
    None = 0,

    /// <summary>It cannot wait; approved in writing.</summary>
    Written = 1,

    /// <summary>It cannot wait; approved by word of mouth, to be confirmed in writing.</summary>
    Spoken = 2,
}

/// <summary>A statement that the rules ask for.</summary>
/// <param name="Id">Its id in the rules, for example "necessity".</param>
/// <param name="Text">At most <see cref="Limits.StatementBytesMax"/> bytes.</param>
public readonly record struct RequestStatement(string Id, string Text);

/// <summary>The offence that is investigated.</summary>
/// <param name="Name">As the law names it.</param>
/// <param name="IsSerious">Serious in the terms of the State's law.</param>
/// <param name="SentenceYears">Its longest sentence, years.</param>
/// <param name="Grounds">Words of the rules that may stand in for gravity.</param>
public sealed record RequestOffence(
    string Name, bool IsSerious, uint SentenceYears, IReadOnlyList<string> Grounds);

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
    private const int KeyCount = 22;

    public required Id16 Id { get; init; }

    /// <summary>Notice under which the records are kept.</summary>
    public required Id16 Notice { get; init; }

    /// <summary>ISO 3166 code of the State under whose law it is made.</summary>
    public required string Jurisdiction { get; init; }

    /// <summary>Name of the authority, as the requester is enrolled.</summary>
    public required string Authority { get; init; }

    public required string LegalBasis { get; init; }

    /// <summary>1 to <see cref="PurposeMax"/>.</summary>
    public required byte Purpose { get; init; }

    /// <summary>Reference of the investigation, or of the application of subject access.</summary>
    public required string Case { get; init; }

    /// <summary>What the rules ask to be stated, each once, ascending by id.</summary>
    public required IReadOnlyList<RequestStatement> Statements { get; init; }

    /// <summary>Null where no offence is investigated.</summary>
    public required RequestOffence? Offence { get; init; }

    /// <summary>
    /// True where the person may be of a profession whose confidences the law protects.
    /// </summary>
    public required bool IsSensitiveProfession { get; init; }

    public required Scope Scope { get; init; }

    /// <summary>First instant of interest.</summary>
    public required ulong FromUtcUs { get; init; }

    /// <summary>Last instant of interest.</summary>
    public required ulong ToUtcUs { get; init; }

    public required RequestUrgency Urgency { get; init; }

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
        writer.Key(6).WriteTextString(LegalBasis);
        writer.Key(7).WriteInt32(Purpose);
        writer.Key(8).WriteTextString(Case);
        WriteStatements(writer.Key(9));
        WriteOffence(writer.Key(10));
        writer.Key(11).WriteBoolean(IsSensitiveProfession);
        Scope.Write(writer.Key(12));
        writer.Key(13).WriteUInt64(FromUtcUs);
        writer.Key(14).WriteUInt64(ToUtcUs);
        writer.Key(15).WriteInt32((int)Urgency);
        writer.Key(16).WriteUInt64(MadeUtcUs);
        writer.Key(17).WriteUInt64(ExpiresUtcUs);
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
        writer.Key(18);
        if (NotifyUtcUs is { } notify)
        {
            writer.WriteUInt64(notify);
        }
        else
        {
            writer.WriteNull();
        }

        writer.Key(19).Write(Requester);
        writer.Key(20).WriteUInt32(Questions);
        writer.Key(21).WriteUInt32(Candidates);
        writer.Key(22);
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
        LegalBasis = fields.Text(),
        Purpose = (byte)fields.Unsigned(PurposeMax),
        Case = fields.Text(),
        Statements = ReadStatements(fields),
        Offence = ReadOffence(fields),
        IsSensitiveProfession = fields.Bool(),
        Scope = Scope.Read(fields),
        FromUtcUs = fields.Unsigned(ulong.MaxValue),
        ToUtcUs = fields.Unsigned(ulong.MaxValue),
        Urgency = (RequestUrgency)fields.Unsigned((ulong)RequestUrgency.Spoken),
        MadeUtcUs = fields.Unsigned(ulong.MaxValue),
        ExpiresUtcUs = fields.Unsigned(ulong.MaxValue),
        NotifyUtcUs = fields.TakeNull() ? null : fields.Unsigned(ulong.MaxValue),
        Requester = fields.Id(),
        Questions = fields.UInt32(),
        Candidates = fields.UInt32(),
        SealTo = fields.TakeNull() ? null : fields.Point(),
    };

    private void WriteStatements(CborWriter writer)
    {
        writer.WriteStartArray(Statements.Count);
        foreach (RequestStatement statement in Statements)
        {
            writer.WriteStartArray(2);
            writer.WriteTextString(statement.Id);
            writer.WriteTextString(statement.Text);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private void WriteOffence(CborWriter writer)
    {
        if (Offence is not { } offence)
        {
            writer.WriteNull();
            return;
        }

        writer.WriteStartArray(4);
        writer.WriteTextString(offence.Name);
        writer.WriteBoolean(offence.IsSerious);
        writer.WriteUInt32(offence.SentenceYears);
        writer.WriteStartArray(offence.Grounds.Count);
        foreach (string ground in offence.Grounds)
        {
            writer.WriteTextString(ground);
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
    }

    private static RequestStatement[] ReadStatements(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.StatementsMax);
        var statements = new RequestStatement[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            Fields pair = Fields.OfArray(items[i], 2);
            statements[i] = new RequestStatement(pair.Text(), pair.Text(Limits.StatementBytesMax));
            fields.Join(pair);
            if (i > 0 && string.CompareOrdinal(statements[i - 1].Id, statements[i].Id) >= 0)
            {
                fields.Refuse();
            }
        }

        return statements;
    }

    private static RequestOffence? ReadOffence(Fields fields)
    {
        if (fields.TakeNull())
        {
            return null;
        }

        Fields parts = Fields.OfArray(fields.Item(), 4);
        var offence = new RequestOffence(parts.Text(), parts.Bool(), parts.UInt32(), ReadGrounds(parts));
        fields.Join(parts);
        return offence;
    }

    private static string[] ReadGrounds(Fields parts)
    {
        CborItem[] items = parts.Array(Limits.StatementsMax);
        Fields inner = Fields.OfItems(items);
        string[] grounds = Array.ConvertAll(items, _ => inner.Text());
        parts.Join(inner);
        return grounds;
    }
}
