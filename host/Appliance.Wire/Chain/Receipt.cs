using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// obj("receipt"): a store says that it keeps a batch, or why it does not. The device frees flash only on a receipt for
/// an equal id. Times are UTC microseconds since 1970, because a store has no TAI of its own.
/// </summary>
public sealed record Receipt
{
    private const int Version = 1;
    private const int KeyCount = 12;

    public required Id16 Device { get; init; }

    public required EpochRef Epoch { get; init; }

    public required uint Sequence { get; init; }

    /// <summary>Id of the batch.</summary>
    public required Hash32 Id { get; init; }

    /// <summary>None: durable on <see cref="Copies"/> disks; else why the store refused.</summary>
    public required Refusal Reason { get; init; }

    public required Id16 Store { get; init; }

    /// <summary>Independent disks that hold the batch.</summary>
    public required uint Copies { get; init; }

    public required ulong ReceivedUtcUs { get; init; }

    public required ulong LedgerIndex { get; init; }

    /// <summary>Up to here the store holds the device's chain without a gap.</summary>
    public required EpochRef ContiguousEpoch { get; init; }

    public required uint ContiguousSequence { get; init; }

    /// <summary>Signs with the store's key; returns the whole object and its id.</summary>
    public (byte[] Bytes, Hash32 Id) Sign(SigningKey storeKey)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Device);
        writer.Key(3).Write(Epoch);
        writer.Key(4).WriteUInt32(Sequence);
        writer.Key(5).Write(Id);
        writer.Key(6).WriteInt32(Reason == Refusal.None ? 0 : 1);
        writer.Key(7).WriteInt32((int)Reason);
        writer.Key(8).Write(Store);
        writer.Key(9).WriteUInt32(Copies);
        writer.Key(10).WriteUInt64(ReceivedUtcUs);
        writer.Key(11).WriteUInt64(LedgerIndex);
        writer.Key(12).WriteStartArray(2);
        writer.Write(ContiguousEpoch);
        writer.WriteUInt32(ContiguousSequence);
        writer.WriteEndArray();
        writer.WriteEndMap();
        return SignedObject.Sign(SignedType.Receipt, writer.Encode(), storeKey);
    }

    /// <summary>Checks one against the pinned store key; the receipt is only there where the result is None.</summary>
    public static Refusal TryVerify(
        ReadOnlyMemory<byte> bytes, PublicKey storeKey, Id16 device, out Receipt? receipt)
    {
        receipt = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Receipt, bytes, storeKey, Refusal.ForeignKey, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = Payload.TryRead(signed!.Payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        receipt = Decode(fields);
        if (receipt is null)
        {
            return Refusal.WrongStructure;
        }

        refusal = receipt.Device == device ? Refusal.None : Refusal.WrongDevice;
        receipt = refusal == Refusal.None ? receipt : null;
        return refusal;
    }

    private static Receipt? Decode(Fields fields)
    {
        Id16 device = fields.Id();
        EpochRef epoch = fields.Epoch();
        uint sequence = fields.UInt32();
        Hash32 id = fields.Hash();
        ulong refused = fields.Unsigned(1);
        var reason = (Refusal)fields.Unsigned((ulong)Refusals.Highest);
        Id16 store = fields.Id();
        uint copies = fields.UInt32();
        ulong received = fields.Unsigned(ulong.MaxValue);
        ulong index = fields.Unsigned(ulong.MaxValue);
        Fields contiguous = Fields.OfArray(fields.Item(), 2);
        EpochRef contiguousEpoch = contiguous.Epoch();
        uint contiguousSequence = contiguous.UInt32();
        fields.Join(contiguous);
        if (!fields.Ok || (refused == 0) != (reason == Refusal.None))
        {
            return null;
        }

        return new Receipt
        {
            Device = device,
            Epoch = epoch,
            Sequence = sequence,
            Id = id,
            Reason = reason,
            Store = store,
            Copies = copies,
            ReceivedUtcUs = received,
            LedgerIndex = index,
            ContiguousEpoch = contiguousEpoch,
            ContiguousSequence = contiguousSequence,
        };
    }
}
