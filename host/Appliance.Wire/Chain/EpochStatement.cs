using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>A place in a device's chain of batches.</summary>
public readonly record struct ChainPosition(EpochRef Epoch, uint Sequence, Hash32 Id);

/// <summary>Where the device key lives.</summary>
public enum KeyProtection : byte
{
    File = 0,
    Tpm = 1,
    SecureElement = 2,
}

/// <summary>
/// What a device says, signed with its own key, when it starts: which key will sign the batches of this run, and where
/// the chain stood before (FORMAT.md, "Epoch statement").
/// </summary>
public sealed record EpochStatement
{
    private const int Version = 1;
    private const int KeyCount = 12;

    public required Id16 Device { get; init; }

    /// <summary>The number counts up over the device's life; the id is drawn at the start.</summary>
    public required EpochRef Epoch { get; init; }

    /// <summary>Key that signs the batches of this epoch; drawn at the start.</summary>
    public PublicKey? Key { get; init; }

    /// <summary>Last batch that recovery found whole; null where there never was one.</summary>
    public ChainPosition? LastDurable { get; init; }

    /// <summary>Id of the last batch with a receipt, or the default.</summary>
    public Hash32 LastReceipt { get; init; }

    /// <summary>What recovery found, in the words of its table; at most 256 bytes of UTF-8.</summary>
    public required string RecoveryVerdict { get; init; }

    public required string SoftwareVersion { get; init; }

    public required Hash32 SoftwareHash { get; init; }

    public KeyProtection Protection { get; init; }

    /// <summary>Monotonic counter of the TPM; null without one.</summary>
    public ulong? NvCounter { get; init; }

    /// <summary>Quote over the TPM's registers; empty without one.</summary>
    public ReadOnlyMemory<byte> Quote { get; init; }

    /// <summary>Id of the statement before, or the default for the first.</summary>
    public Hash32 PreviousStatement { get; init; }

    internal byte[] Encode()
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Device);
        writer.Key(3).Write(Epoch);
        writer.Key(4).WriteByteString(Key!.Point.Span);
        WriteLastDurable(writer.Key(5));
        writer.Key(6).WriteOrNull(LastReceipt);
        writer.Key(7).WriteTextString(RecoveryVerdict);
        writer.Key(8).WriteStartArray(2);
        writer.WriteTextString(SoftwareVersion);
        writer.Write(SoftwareHash);
        writer.WriteEndArray();
        writer.Key(9).WriteInt32((int)Protection);
        WriteWitnesses(writer);
        writer.Key(12).WriteOrNull(PreviousStatement);
        writer.WriteEndMap();
        return writer.Encode();
    }

    internal static Refusal TryDecode(ReadOnlyMemory<byte> payload, out EpochStatement? statement)
    {
        statement = null;
        Refusal refusal = Payload.TryRead(payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new EpochStatement
        {
            Device = fields.Id(),
            Epoch = fields.Epoch(),
            Key = ReadKey(fields),
            LastDurable = ReadLastDurable(fields),
            LastReceipt = fields.HashOrNull(),
            RecoveryVerdict = fields.Text(),
            SoftwareVersion = ReadSoftware(fields, out Hash32 hash),
            SoftwareHash = hash,
            Protection = (KeyProtection)fields.Unsigned((ulong)KeyProtection.SecureElement),
            NvCounter = fields.TakeNull() ? null : fields.Unsigned(ulong.MaxValue),
            Quote = fields.TakeNull() ? default : fields.Bytes(1, Limits.OpaqueBytesMax),
            PreviousStatement = fields.HashOrNull(),
        };
        statement = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    private void WriteLastDurable(CborWriter writer)
    {
        if (LastDurable is not { } last)
        {
            writer.WriteNull();
            return;
        }

        writer.WriteStartArray(4);
        writer.WriteUInt32(last.Epoch.Number);
        writer.Write(last.Epoch.Id);
        writer.WriteUInt32(last.Sequence);
        writer.Write(last.Id);
        writer.WriteEndArray();
    }

    private void WriteWitnesses(CborWriter writer)
    {
        writer.Key(10);
        if (NvCounter is { } counter)
        {
            writer.WriteUInt64(counter);
        }
        else
        {
            writer.WriteNull();
        }

        writer.Key(11);
        if (Quote.IsEmpty)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteByteString(Quote.Span);
        }
    }

    private static PublicKey? ReadKey(Fields fields)
    {
        if (!PublicKey.TryFromPoint(fields.Bytes(P256.PointSize, P256.PointSize).Span, out PublicKey? key))
        {
            fields.Refuse();
        }

        return key;
    }

    private static ChainPosition? ReadLastDurable(Fields fields)
    {
        if (fields.TakeNull())
        {
            return null;
        }

        Fields last = Fields.OfArray(fields.Item(), 4);
        var position = new ChainPosition(new EpochRef(last.UInt32(), last.Id()), last.UInt32(), last.Hash());
        fields.Join(last);
        return position;
    }

    private static string ReadSoftware(Fields fields, out Hash32 hash)
    {
        Fields software = Fields.OfArray(fields.Item(), 2);
        string version = software.Text();
        hash = software.Hash();
        fields.Join(software);
        return version;
    }
}
