using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>What operator and custodian decide about what is kept.</summary>
public enum KeepingKind : byte
{
    /// <summary>Records of a notice are kept so many days.</summary>
    Term = 1,

    /// <summary>A notice is withdrawn: what is kept because of it alone is destroyed.</summary>
    Withdrawn = 2,

    /// <summary>A legal hold is ended before its time.</summary>
    HoldEnded = 3,

    /// <summary>It was this time: a clock that nothing else bears out is right.</summary>
    ClockConfirmed = 4,
}

/// <summary>
/// obj("keeping"), signed by operator and custodian: how long records of a notice are kept, that a notice is
/// withdrawn, that a hold ends, or what time it was where nothing else tells it. Nothing in it can make anything be
/// kept longer than the law allows: a reader bounds the days, and a withdrawal is for good.
/// </summary>
/// <param name="Kind">What is decided.</param>
/// <param name="Subject">The notice or the hold; all zero for a clock, which is that of whoever takes it in.</param>
/// <param name="UtcUs">
/// When, UTC microseconds since 1970; of the terms of a notice the latest counts. Of a clock what it was.
/// </param>
/// <param name="Days">Days after their own that records are kept; 0 unless <see cref="KeepingKind.Term"/>.</param>
/// <param name="Reason">At most <see cref="Limits.StatementBytesMax"/> bytes.</param>
/// <param name="FromUtcUs">From when on it counts, UTC microseconds since 1970; 0: at once.</param>
public sealed record KeepingOrder(
    KeepingKind Kind, Id16 Subject, ulong UtcUs, uint Days, string Reason, ulong FromUtcUs = 0)
{
    private const int Version = 1;
    private const int KeyCount = 7;

    /// <summary>True where it counts at this time, UTC microseconds since 1970.</summary>
    public bool IsInForce(ulong nowUtcUs) => FromUtcUs <= nowUtcUs;

    /// <summary>The order, signed by both roles.</summary>
    public byte[] Sign(SigningKey operatorKey, SigningKey custodianKey) =>
        TwoSigned.Sign(SignedType.Keeping, Encode(), operatorKey, custodianKey);

    /// <summary>The bytes that both roles sign.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).WriteInt32((int)Kind);
        writer.Key(3).Write(Subject);
        writer.Key(4).WriteUInt64(UtcUs);
        writer.Key(5).WriteUInt32(Days);
        writer.Key(6).WriteTextString(Reason);
        writer.Key(7).WriteUInt64(FromUtcUs);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Checks both signatures; the order is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, ControlTrust trust, out KeepingOrder? order)
    {
        order = null;
        Refusal refusal = TwoSigned.TryRead(
            SignedType.Keeping, bytes, trust, out ReadOnlyMemory<byte> payload, out int signers);
        if (refusal != Refusal.None || signers < 2)
        {
            return refusal == Refusal.None ? Refusal.ControlSigners : refusal;
        }

        return TryDecode(payload, out order);
    }

    /// <summary>Reads the signed bytes; the order is only there where the result is None.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> payload, out KeepingOrder? order)
    {
        order = null;
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new KeepingOrder(
            (KeepingKind)fields.Unsigned((ulong)KeepingKind.ClockConfirmed),
            fields.Id(),
            fields.Unsigned(ulong.MaxValue),
            fields.UInt32(),
            fields.Text(Limits.StatementBytesMax),
            fields.Unsigned(ulong.MaxValue));
        bool good = fields.Ok && read.Kind != 0
            && (read.Kind == KeepingKind.Term) == (read.Days > 0)
            && (read.Kind is KeepingKind.Term or KeepingKind.Withdrawn || read.FromUtcUs == 0)
            && (read.Kind != KeepingKind.ClockConfirmed || read.Subject == default);
        order = good ? read : null;
        return good ? Refusal.None : Refusal.WrongStructure;
    }
}
