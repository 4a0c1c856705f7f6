using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>Sections of a batch whose content keys are released.</summary>
/// <param name="Batch">Id of the batch.</param>
/// <param name="Section">1 attribution, 2 contact.</param>
public readonly record struct ReleasedSection(Hash32 Batch, byte Section);

/// <summary>
/// obj("release"), signed by a warden: it is about to release these content keys for this request and question. It is
/// the content of an entry of the log, and the keys leave only after the warden has seen that entry included.
/// </summary>
public sealed record ReleaseStatement
{
    private const int Version = 1;
    private const int KeyCount = 8;

    public required Id16 Warden { get; init; }

    public required Id16 Request { get; init; }

    /// <summary>Commitment of the question's entry.</summary>
    public required Hash32 Question { get; init; }

    /// <summary>Index of the question's entry in the log.</summary>
    public required ulong QuestionIndex { get; init; }

    /// <summary>Key of the process that the content keys will be sealed to.</summary>
    public required PublicKey SealTo { get; init; }

    /// <summary>UTC microseconds since 1970.</summary>
    public required ulong UtcUs { get; init; }

    public required IReadOnlyList<ReleasedSection> Sections { get; init; }

    /// <summary>Signs with the warden's key; returns the whole object and its id.</summary>
    public (byte[] Bytes, Hash32 Id) Sign(SigningKey wardenKey)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Warden);
        writer.Key(3).Write(Request);
        writer.Key(4).Write(Question);
        writer.Key(5).WriteUInt64(QuestionIndex);
        writer.Key(6).WriteByteString(SealTo.Point.Span);
        writer.Key(7).WriteUInt64(UtcUs);
        writer.Key(8).WriteStartArray(Sections.Count);
        foreach (ReleasedSection section in Sections)
        {
            writer.WriteStartArray(2);
            writer.Write(section.Batch);
            writer.WriteInt32(section.Section);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndMap();
        return SignedObject.Sign(SignedType.Release, writer.Encode(), wardenKey);
    }

    /// <summary>Checks one against the warden's key; the statement is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, PublicKey wardenKey, out ReleaseStatement? statement)
    {
        statement = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Release, bytes, wardenKey, Refusal.ForeignKey, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = Payload.TryRead(signed!.Payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new ReleaseStatement
        {
            Warden = fields.Id(),
            Request = fields.Id(),
            Question = fields.Hash(),
            QuestionIndex = fields.Unsigned(ulong.MaxValue),
            SealTo = fields.Point()!,
            UtcUs = fields.Unsigned(ulong.MaxValue),
            Sections = ReadSections(fields),
        };
        statement = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    private static ReleasedSection[] ReadSections(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.ReleasedBatchesMax);
        var sections = new ReleasedSection[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            Fields pair = Fields.OfArray(items[i], 2);
            sections[i] = new ReleasedSection(pair.Hash(), (byte)pair.Unsigned(SectionPlain.ContactNumber));
            fields.Join(pair);
        }

        return sections;
    }
}
