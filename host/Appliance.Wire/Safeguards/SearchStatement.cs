using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>A stretch of the searched time of which something is known to be missing.</summary>
/// <param name="Device">Device that did not record, or whose batches are not here.</param>
/// <param name="FromUtcUs">Begin within the searched time, UTC microseconds since 1970.</param>
/// <param name="ToUtcUs">End within the searched time, UTC microseconds since 1970.</param>
/// <param name="Cause">Why, in one or two words.</param>
public readonly record struct SearchGap(Id16 Device, ulong FromUtcUs, ulong ToUtcUs, string Cause);

/// <summary>
/// obj("search"), signed by a store: what it searched to answer a question, what of it was opened, what is missing, and
/// the hash of the answer as it was handed over. It is the content of the entry of a delivery. It attests: who signs it
/// could have left something out, and is bound to having said that it did not.
/// </summary>
public sealed record SearchStatement
{
    private const int Version = 1;
    private const int KeyCount = 13;

    public required Id16 Store { get; init; }

    public required Id16 Request { get; init; }

    /// <summary>Commitment of the question's entry.</summary>
    public required Hash32 Question { get; init; }

    /// <summary>Index of the question's entry in the log.</summary>
    public required ulong QuestionIndex { get; init; }

    /// <summary>When it was signed, UTC microseconds since 1970.</summary>
    public required ulong UtcUs { get; init; }

    /// <summary>Begin of the time asked about, UTC microseconds since 1970.</summary>
    public required ulong FromUtcUs { get; init; }

    /// <summary>End of it, included.</summary>
    public required ulong ToUtcUs { get; init; }

    /// <summary>Batches that touch the time searched.</summary>
    public required ulong Touching { get; init; }

    /// <summary>Batches opened of them; of the others a filter said that they have nothing.</summary>
    public required ulong Opened { get; init; }

    /// <summary>Indices of the releases that opened them, ascending; each names its batches.</summary>
    public required IReadOnlyList<ulong> Releases { get; init; }

    /// <summary>What is missing of the time asked about: the first <see cref="Limits.GapsMax"/>.</summary>
    public required IReadOnlyList<SearchGap> Missing { get; init; }

    /// <summary>Records disclosed.</summary>
    public required ulong Records { get; init; }

    /// <summary>SHA-256 of the bytes of the answer.</summary>
    public required Hash32 Answer { get; init; }

    /// <summary>Signs with the store's key; returns the whole object and its id.</summary>
    public (byte[] Bytes, Hash32 Id) Sign(SigningKey storeKey)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Store);
        writer.Key(3).Write(Request);
        writer.Key(4).Write(Question);
        writer.Key(5).WriteUInt64(QuestionIndex);
        writer.Key(6).WriteUInt64(UtcUs);
        writer.Key(7).WriteStartArray(2);
        writer.WriteUInt64(FromUtcUs);
        writer.WriteUInt64(ToUtcUs);
        writer.WriteEndArray();
        writer.Key(8).WriteUInt64(Touching);
        writer.Key(9).WriteUInt64(Opened);
        writer.Key(10).WriteStartArray(Releases.Count);
        foreach (ulong index in Releases)
        {
            writer.WriteUInt64(index);
        }

        writer.WriteEndArray();
        WriteMissing(writer.Key(11));
        writer.Key(12).WriteUInt64(Records);
        writer.Key(13).Write(Answer);
        writer.WriteEndMap();
        return SignedObject.Sign(SignedType.Search, writer.Encode(), storeKey);
    }

    /// <summary>The hash of the answer that a statement names, whoever signed it.</summary>
    public static Refusal TryReadAnswer(ReadOnlyMemory<byte> bytes, out Hash32 answer)
    {
        answer = default;
        Refusal refusal = SignedObject.TryRead(SignedType.Search, bytes, out SignedObject? signed);
        Fields? fields = null;
        refusal = refusal == Refusal.None
            ? Payload.TryRead(signed!.Payload, Version, KeyCount, out fields) : refusal;
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        SearchStatement read = Read(fields!);
        answer = fields!.Ok ? read.Answer : default;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    /// <summary>Checks one against the store's key; the statement is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, PublicKey storeKey, out SearchStatement? statement)
    {
        statement = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Search, bytes, storeKey, Refusal.ForeignKey, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = Payload.TryRead(signed!.Payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        SearchStatement read = Read(fields);
        statement = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    private static SearchStatement Read(Fields fields)
    {
        Id16 store = fields.Id();
        Id16 request = fields.Id();
        Hash32 question = fields.Hash();
        ulong index = fields.Unsigned(ulong.MaxValue);
        ulong when = fields.Unsigned(ulong.MaxValue);
        Fields time = Fields.OfArray(fields.Item(), 2);
        var read = new SearchStatement
        {
            Store = store,
            Request = request,
            Question = question,
            QuestionIndex = index,
            UtcUs = when,
            FromUtcUs = time.Unsigned(ulong.MaxValue),
            ToUtcUs = time.Unsigned(ulong.MaxValue),
            Touching = fields.Unsigned(ulong.MaxValue),
            Opened = fields.Unsigned(ulong.MaxValue),
            Releases = ReadReleases(fields),
            Missing = ReadMissing(fields),
            Records = fields.Unsigned(ulong.MaxValue),
            Answer = fields.Hash(),
        };
        fields.Join(time);
        return read;
    }

    private static ulong[] ReadReleases(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.ReleasedBatchesMax);
        var indices = new ulong[items.Length];
        Fields all = Fields.OfItems(items);
        for (int i = 0; i < items.Length; i++)
        {
            indices[i] = all.Unsigned(ulong.MaxValue);
        }

        fields.Join(all);
        return indices;
    }

    private void WriteMissing(CborWriter writer)
    {
        writer.WriteStartArray(Missing.Count);
        foreach (SearchGap gap in Missing)
        {
            writer.WriteStartArray(4);
            writer.Write(gap.Device);
            writer.WriteUInt64(gap.FromUtcUs);
            writer.WriteUInt64(gap.ToUtcUs);
            writer.WriteTextString(gap.Cause);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static SearchGap[] ReadMissing(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.GapsMax);
        var gaps = new SearchGap[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            Fields gap = Fields.OfArray(items[i], 4);
            gaps[i] = new SearchGap(
                gap.Id(), gap.Unsigned(ulong.MaxValue), gap.Unsigned(ulong.MaxValue), gap.Text());
            fields.Join(gap);
        }

        return gaps;
    }
}
