using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>A file of an evidence pack, as its seal names it.</summary>
/// <param name="Name">Name in the archive.</param>
/// <param name="Digest">SHA-256 of its bytes.</param>
public readonly record struct PackedFile(string Name, Hash32 Digest);

/// <summary>
/// obj("pack"), signed by the log's key: these files together are the evidence for one answered question. It ties the
/// parts to each other; what each part says is shown by its own signatures.
/// </summary>
/// <param name="Log">Identity of the log.</param>
/// <param name="Request">Request that was answered.</param>
/// <param name="Question">Index of the question's entry in the log.</param>
/// <param name="UtcUs">When the pack was made, UTC microseconds since 1970.</param>
/// <param name="Files">Every file but the seal, ascending by name.</param>
public sealed record PackSeal(
    Id16 Log, Id16 Request, ulong Question, ulong UtcUs, IReadOnlyList<PackedFile> Files)
{
    private const int Version = 1;
    private const int KeyCount = 6;

    /// <summary>Signs with the log's key; returns the whole object and its id.</summary>
    public (byte[] Bytes, Hash32 Id) Sign(SigningKey key)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).Write(Log);
        writer.Key(3).Write(Request);
        writer.Key(4).WriteUInt64(Question);
        writer.Key(5).WriteUInt64(UtcUs);
        writer.Key(6).WriteStartArray(Files.Count);
        foreach (PackedFile file in Files)
        {
            writer.WriteStartArray(2);
            writer.WriteTextString(file.Name);
            writer.Write(file.Digest);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndMap();
        return SignedObject.Sign(SignedType.Pack, writer.Encode(), key);
    }

    /// <summary>Checks one against the log's key; the seal is only there where the result is None.</summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, PublicKey key, out PackSeal? seal)
    {
        seal = null;
        Refusal refusal = Payload.TryVerify(
            SignedType.Pack, bytes, key, Refusal.ForeignKey, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        refusal = Payload.TryRead(signed!.Payload, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var read = new PackSeal(
            fields.Id(), fields.Id(), fields.Unsigned(ulong.MaxValue), fields.Unsigned(ulong.MaxValue),
            ReadFiles(fields));
        seal = fields.Ok ? read : null;
        return fields.Ok ? Refusal.None : Refusal.WrongStructure;
    }

    private static PackedFile[] ReadFiles(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.PackFilesMax);
        var files = new PackedFile[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            Fields pair = Fields.OfArray(items[i], 2);
            files[i] = new PackedFile(pair.Text(), pair.Hash());
            fields.Join(pair);
            if (i > 0 && string.CompareOrdinal(files[i - 1].Name, files[i].Name) >= 0)
            {
                fields.Refuse();
            }
        }

        return files;
    }
}
