using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>What an entry of the transparency log records.</summary>
public enum LogKind : byte
{
    Request = 1,
    Approval = 2,
    Refusal = 3,
    Question = 4,
    Release = 5,
    Delivery = 6,
    Destroy = 7,
    Control = 8,
    Error = 9,
}

/// <summary>Who did what an entry records.</summary>
public enum LogActor : byte
{
    Requester = 1,
    Approver = 2,
    Store = 3,
    Warden = 4,
    Operator = 5,
    Custodian = 6,
    Auditor = 7,
}

/// <summary>
/// An entry of the transparency log, a leaf of an RFC 9162 tree. What it is about is not in it, only a salted
/// commitment: whoever holds the log learns that something was asked, under which purpose and to what extent, never
/// about whom.
/// </summary>
public sealed record LogEntry
{
    private const int Version = 1;
    private const int KeyCount = 9;

    public required LogKind Kind { get; init; }

    /// <summary>UTC microseconds since 1970.</summary>
    public required ulong UtcUs { get; init; }

    /// <summary>The default where it belongs to no request.</summary>
    public required Id16 Request { get; init; }

    public required LogActor Actor { get; init; }

    /// <summary>Of nonce and content, see <see cref="CommitmentOf"/>.</summary>
    public required Hash32 Commitment { get; init; }

    /// <summary>1, 2, 3; 4 subject access; 0 where there is none.</summary>
    public required byte Purpose { get; init; }

    /// <summary>Batches opened, or destroyed.</summary>
    public required ulong Batches { get; init; }

    /// <summary>Records disclosed.</summary>
    public required ulong Records { get; init; }

    /// <summary>Index of the entry that this one answers; null where it is the first.</summary>
    public required ulong? RefersTo { get; init; }

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 32;

    /// <summary>H(0x03 || nonce || content).</summary>
    public static Hash32 CommitmentOf(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize, nameof(nonce));
        return Hash32.Of([3, .. nonce, .. content]);
    }

    /// <summary>The canonical bytes of the entry.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).WriteInt32((int)Kind);
        writer.Key(3).WriteUInt64(UtcUs);
        writer.Key(4).Write(Request);
        writer.Key(5).WriteInt32((int)Actor);
        writer.Key(6).Write(Commitment);
        writer.Key(7).WriteInt32(Purpose);
        writer.Key(8).WriteStartArray(2);
        writer.WriteUInt64(Batches);
        writer.WriteUInt64(Records);
        writer.WriteEndArray();
        writer.Key(9);
        if (RefersTo is { } index)
        {
            writer.WriteUInt64(index);
        }
        else
        {
            writer.WriteNull();
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>H(0x00 || entry), RFC 9162 section 2.1.1.</summary>
    public static Hash32 LeafOf(ReadOnlySpan<byte> entry)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        SHA256.HashData([0, .. entry], hash);
        return Hash32.FromBytes(hash);
    }

    /// <summary>Reads an entry; never throws on bad input.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> bytes, out LogEntry? entry)
    {
        entry = null;
        Refusal refusal = Payload.TryRead(bytes, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var kind = (LogKind)fields.Unsigned((ulong)LogKind.Error);
        ulong time = fields.Unsigned(ulong.MaxValue);
        Id16 request = fields.Id();
        var actor = (LogActor)fields.Unsigned((ulong)LogActor.Auditor);
        Hash32 commitment = fields.Hash();
        byte purpose = (byte)fields.Unsigned(Wire.Request.PurposeMax);
        Fields extent = Fields.OfArray(fields.Item(), 2);
        ulong batches = extent.Unsigned(ulong.MaxValue);
        ulong records = extent.Unsigned(ulong.MaxValue);
        fields.Join(extent);
        ulong? refersTo = fields.TakeNull() ? null : fields.Unsigned(ulong.MaxValue);
        if (!fields.Ok || kind == 0 || actor == 0)
        {
            return Refusal.WrongStructure;
        }

        entry = new LogEntry
        {
            Kind = kind,
            UtcUs = time,
            Request = request,
            Actor = actor,
            Commitment = commitment,
            Purpose = purpose,
            Batches = batches,
            Records = records,
            RefersTo = refersTo,
        };
        return Refusal.None;
    }
}
