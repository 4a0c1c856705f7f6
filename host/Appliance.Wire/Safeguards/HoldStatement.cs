using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>Why a case key was destroyed.</summary>
public enum HoldEndCause : byte
{
    /// <summary>Its time was over.</summary>
    Expired = 1,

    /// <summary>Operator and custodian ended it together, see <see cref="KeepingOrder"/>.</summary>
    Ordered = 2,
}

/// <summary>That the case key of a hold was destroyed.</summary>
/// <param name="UtcUs">When, UTC microseconds since 1970.</param>
/// <param name="Cause">Why.</param>
public readonly record struct HoldEnd(ulong UtcUs, HoldEndCause Cause);

/// <summary>
/// obj("hold"), signed by a warden: it keeps the key of a legal hold, made for this request and question, until then;
/// or it has destroyed that key. Both are contents of entries of the log. Times are UTC microseconds since 1970.
/// </summary>
public sealed record HoldStatement
{
    private const int Version = 1;
    private const int KeyCount = 10;

    public required Id16 Warden { get; init; }

    /// <summary>Name of the hold.</summary>
    public required Id16 Hold { get; init; }

    public required Id16 Request { get; init; }

    /// <summary>Commitment of the question's entry.</summary>
    public required Hash32 Question { get; init; }

    /// <summary>Index of the question's entry in the log.</summary>
    public required ulong QuestionIndex { get; init; }

    /// <summary>Public half of the case key: what the records are sealed to.</summary>
    public required PublicKey CaseKey { get; init; }

    public required ulong MadeUtcUs { get; init; }

    /// <summary>The case key is destroyed then.</summary>
    public required ulong UntilUtcUs { get; init; }

    /// <summary>Null while the case key is there.</summary>
    public required HoldEnd? End { get; init; }

    /// <summary>Signs with the warden's key; returns the whole object and its id.</summary>
    public (byte[] Bytes, Hash32 Id) Sign(SigningKey wardenKey)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Warden);
        writer.Key(3).Write(Hold);
        writer.Key(4).Write(Request);
        writer.Key(5).Write(Question);
        writer.Key(6).WriteUInt64(QuestionIndex);
        writer.Key(7).WriteByteString(CaseKey.Point.Span);
        writer.Key(8).WriteUInt64(MadeUtcUs);
        writer.Key(9).WriteUInt64(UntilUtcUs);
        writer.Key(10);
        if (End is { } end)
        {
            writer.WriteStartArray(2);
            writer.WriteUInt64(end.UtcUs);
            writer.WriteInt32((int)end.Cause);
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNull();
        }

        writer.WriteEndMap();
        return SignedObject.Sign(SignedType.Hold, writer.Encode(), wardenKey);
    }

    /// <summary>Checks one against the warden's key; the statement is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, PublicKey wardenKey, out HoldStatement? statement)
    {
        statement = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Hold, bytes, wardenKey, Refusal.ForeignKey, out SignedObject? signed);
        return refusal == Refusal.None ? TryRead(signed!, out statement) : refusal;
    }

    /// <summary>Reads one without checking who signed it: for who looks at their own files.</summary>
    public static Refusal TryRead(ReadOnlyMemory<byte> bytes, out HoldStatement? statement)
    {
        statement = null;
        Refusal refusal = SignedObject.TryRead(SignedType.Hold, bytes, out SignedObject? signed);
        return refusal == Refusal.None ? TryRead(signed!, out statement) : refusal;
    }

    private static Refusal TryRead(SignedObject signed, out HoldStatement? statement)
    {
        statement = null;
        Refusal refusal = Payload.TryRead(signed.Payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new HoldStatement
        {
            Warden = fields.Id(),
            Hold = fields.Id(),
            Request = fields.Id(),
            Question = fields.Hash(),
            QuestionIndex = fields.Unsigned(ulong.MaxValue),
            CaseKey = fields.Point()!,
            MadeUtcUs = fields.Unsigned(ulong.MaxValue),
            UntilUtcUs = fields.Unsigned(ulong.MaxValue),
            End = ReadEnd(fields),
        };
        statement = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    private static HoldEnd? ReadEnd(Fields fields)
    {
        if (fields.TakeNull())
        {
            return null;
        }

        Fields pair = Fields.OfArray(fields.Item(), 2);
        var end = new HoldEnd(
            pair.Unsigned(ulong.MaxValue), (HoldEndCause)pair.Unsigned((ulong)HoldEndCause.Ordered));
        fields.Join(pair);
        if (end.Cause == 0)
        {
            fields.Refuse();
        }

        return end;
    }
}
