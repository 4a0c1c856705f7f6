using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// obj("correction"), signed by operator and custodian: which line records name was found wrong later. The records stay
/// as they are; what begins in the stretch is of another line, or of none that is known. Of several the latest counts.
/// </summary>
public sealed record LineCorrection
{
    private const int Version = 1;
    private const int KeyCount = 8;

    /// <summary>Device whose records are meant.</summary>
    public required Id16 Device { get; init; }

    /// <summary>First time of the stretch: flows that begin and blocks that are held in it are concerned.</summary>
    public required TaiTime From { get; init; }

    /// <summary>Last time of it.</summary>
    public required TaiTime To { get; init; }

    /// <summary>
    /// Flows that name the wrong line, each by the position of its first record, rising; at most
    /// <see cref="Limits.CorrectedRecordsMax"/>, and none where <see cref="Session"/> is there.
    /// </summary>
    public required IReadOnlyList<FlowId> Records { get; init; }

    /// <summary>
    /// Session that names the wrong line; null where flows do. A paper goes into packs, and what it names tells where a
    /// customer was: so it is one, and of nobody else than the pack.
    /// </summary>
    public CorrectedSession? Session { get; init; }

    /// <summary>Nothing is named: every record of the device in the stretch that names a line is meant.</summary>
    public bool IsOfAll => Records.Count == 0 && Session is null;

    /// <summary>
    /// The right reference, at most 256 bytes; empty: the line is not known. A name needs records: no line can be given
    /// all that a device recorded.
    /// </summary>
    public required string Subscriber { get; init; }

    /// <summary>How it was found, at most <see cref="Limits.StatementBytesMax"/> bytes; names nobody.</summary>
    public required string Reason { get; init; }

    /// <summary>When, UTC microseconds since 1970.</summary>
    public required ulong UtcUs { get; init; }

    /// <summary>The correction, signed by both roles.</summary>
    public byte[] Sign(SigningKey operatorKey, SigningKey custodianKey) =>
        TwoSigned.Sign(SignedType.Correction, Encode(), operatorKey, custodianKey);

    /// <summary>The bytes that both roles sign.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Device);
        writer.Key(3).Write(From);
        writer.Key(4).Write(To);
        writer.Key(5).WriteStartArray(Records.Count + (Session is null ? 0 : 1));
        foreach (FlowId record in Records)
        {
            writer.WriteStartArray(3);
            writer.WriteUInt32(record.Epoch);
            writer.WriteUInt32(record.Sequence);
            writer.WriteUInt32(record.Row);
            writer.WriteEndArray();
        }

        Session?.Write(writer);
        writer.WriteEndArray();
        writer.Key(6).WriteTextString(Subscriber);
        writer.Key(7).WriteTextString(Reason);
        writer.Key(8).WriteUInt64(UtcUs);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Checks both signatures; the correction is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, ControlTrust trust, out LineCorrection? correction)
    {
        correction = null;
        Refusal refusal = TwoSigned.TryRead(
            SignedType.Correction, bytes, trust, out ReadOnlyMemory<byte> payload, out int signers);
        if (refusal != Refusal.None || signers < 2)
        {
            return refusal == Refusal.None ? Refusal.ControlSigners : refusal;
        }

        return TryDecode(payload, out correction);
    }

    /// <summary>Reads the signed bytes; the correction is only there where the result is None.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> payload, out LineCorrection? correction)
    {
        correction = null;
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new LineCorrection
        {
            Device = fields.Id(),
            From = fields.Time(),
            To = fields.Time(),
            Records = ReadRecords(fields, out CorrectedSession? session),
            Session = session,
            Subscriber = fields.Text(),
            Reason = fields.Text(Limits.StatementBytesMax),
            UtcUs = fields.Unsigned(ulong.MaxValue),
        };
        bool good = fields.Ok && read.From <= read.To && read.Reason.Length > 0
            && (read.Subscriber.Length == 0 || !read.IsOfAll);
        correction = good ? read : null;
        return good ? Refusal.None : Refusal.WrongStructure;
    }

    // Three numbers are a flow, five items the session.
    private static List<FlowId> ReadRecords(Fields fields, out CorrectedSession? session)
    {
        List<FlowId> records = [];
        CborItem[] items = fields.Array(Limits.CorrectedRecordsMax);
        session = items is [{ Kind: CborKind.Array, Items.Length: CorrectedSession.ItemCount } only]
            ? CorrectedSession.Read(only, fields)
            : null;
        foreach (CborItem item in session is null ? items : [])
        {
            Fields place = Fields.OfArray(item, 3);
            var record = new FlowId(place.UInt32(), place.UInt32(), place.UInt32());
            fields.Join(place);
            if (records.Count > 0 && Compare(records[^1], record) >= 0)
            {
                fields.Refuse();
            }

            records.Add(record);
        }

        return records;
    }

    private static int Compare(FlowId left, FlowId right) =>
        (left.Epoch, left.Sequence, left.Row).CompareTo((right.Epoch, right.Sequence, right.Row));
}
