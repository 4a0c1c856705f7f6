using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// obj("approval"), or the assertion of an authenticator: the approver's verdict on the very bytes of a request.
/// </summary>
public sealed record Approval
{
    private const int Version = 1;
    private const int KeyCount = 8;

    public required Id16 Request { get; init; }

    /// <summary>SHA-256 of the request's payload.</summary>
    public required Hash32 Digest { get; init; }

    public required Id16 Approver { get; init; }

    /// <summary>False: the approver said no, and that is kept as well.</summary>
    public required bool IsApproved { get; init; }

    /// <summary>UTC microseconds since 1970.</summary>
    public required ulong UtcUs { get; init; }

    /// <summary>Given by word of mouth and written down afterwards: it needs a confirmation soon.</summary>
    public required bool IsOral { get; init; }

    /// <summary>At most <see cref="Limits.StatementBytesMax"/> bytes.</summary>
    public required string Remarks { get; init; }

    /// <summary>The bytes that are signed.</summary>
    public byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Request);
        writer.Key(3).Write(Digest);
        writer.Key(4).Write(Approver);
        writer.Key(5).WriteBoolean(IsApproved);
        writer.Key(6).WriteUInt64(UtcUs);
        writer.Key(7).WriteBoolean(IsOral);
        writer.Key(8).WriteTextString(Remarks);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Reads the signed bytes; never throws on bad input.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> payload, out Approval? approval)
    {
        approval = null;
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new Approval
        {
            Request = fields.Id(),
            Digest = fields.Hash(),
            Approver = fields.Id(),
            IsApproved = fields.Bool(),
            UtcUs = fields.Unsigned(ulong.MaxValue),
            IsOral = fields.Bool(),
            Remarks = fields.Text(Limits.StatementBytesMax),
        };
        approval = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }
}
