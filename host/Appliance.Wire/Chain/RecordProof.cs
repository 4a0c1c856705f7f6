using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// Proof that one row is in a batch: [id(batch), section, row, rows, salt, canonical row, [* sibling]]. It discloses
/// the
/// row and its salt and nothing of any other row, and is checked offline against the batch's signed manifest alone.
/// </summary>
public sealed record RecordProof(Hash32 BatchId, byte Section, int Row, ReadOnlyMemory<byte> Canonical)
{
    private const int PartCount = 7;

    /// <summary>Builds the proofs of several rows of an opened section; the tree is made once.</summary>
    public static byte[][] Build(VerifiedBatch batch, OpenedSection section, ReadOnlySpan<int> rows)
    {
        byte[] leaves = new byte[section.Rows.Count * Hash32.Size];
        LeafHasher.Leaves(section.Salts.Span, section.Rows, leaves);
        var tree = new MerkleTree(leaves);
        var proofs = new byte[rows.Length][];
        for (int i = 0; i < rows.Length; i++)
        {
            proofs[i] = Encode(batch.Id, section, rows[i], tree.Inclusion(rows[i]));
        }

        return proofs;
    }

    /// <summary>
    /// Checks a proof against a verified manifest; the record is only there where the result is None.
    /// </summary>
    public static Refusal TryVerify(ReadOnlyMemory<byte> bytes, VerifiedManifest header, out RecordProof? proof)
    {
        proof = null;
        Refusal refusal = CborStrict.TryRead(bytes, Limits.SignedObjectBytesMax, out CborItem? item);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        Fields fields = Fields.OfArray(item, PartCount);
        Hash32 id = fields.Hash();
        byte section = (byte)fields.Unsigned(SectionPlain.ContactNumber);
        int row = (int)fields.Unsigned(Limits.BatchRowsMax);
        int rows = (int)fields.Unsigned(Limits.BatchRowsMax);
        ReadOnlyMemory<byte> salt = fields.Bytes(LeafHasher.SaltSize, LeafHasher.SaltSize);
        ReadOnlyMemory<byte> canonical = fields.Bytes(0, Limits.CanonBytesMax);
        Hash32[] path = ReadPath(fields);
        if (!fields.Ok)
        {
            return Refusal.WrongStructure;
        }

        Hash32 leaf = LeafHasher.Leaf(salt.Span, canonical.Span);
        bool proven = id == header.Id
            && rows == header.Manifest.Rows
            && TryRoot(header.Manifest, section, out Hash32 root)
            && MerkleCheck.Includes((ulong)rows, (ulong)row, leaf, path, root);
        proof = proven ? new RecordProof(id, section, row, canonical) : null;
        return proven ? Refusal.None : Refusal.Proof;
    }

    private static byte[] Encode(Hash32 id, OpenedSection section, int row, Hash32[] path)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(PartCount);
        writer.Write(id);
        writer.WriteInt32(section.Number);
        writer.WriteInt32(row);
        writer.WriteInt32(section.Rows.Count);
        writer.WriteByteString(section.Salts.Span.Slice(row * LeafHasher.SaltSize, LeafHasher.SaltSize));
        writer.WriteByteString(section.Rows[row]);
        writer.WriteStartArray(path.Length);
        foreach (Hash32 sibling in path)
        {
            writer.Write(sibling);
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static Hash32[] ReadPath(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.ProofNodesMax);
        var path = new Hash32[items.Length];
        Fields nodes = Fields.OfItems(items);
        for (int i = 0; i < items.Length; i++)
        {
            path[i] = nodes.Hash();
        }

        fields.Join(nodes);
        return path;
    }

    private static bool TryRoot(Manifest manifest, byte section, out Hash32 root)
    {
        root = default;
        foreach (SectionEntry entry in manifest.Sections)
        {
            if (entry.Number == section)
            {
                root = entry.Root;
                return true;
            }
        }

        return false;
    }
}
