using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>An entry of a store's ledger: CBOR [1, id(batch), received UTC us]; leaf hash as in RFC 9162.</summary>
public static class LedgerLeaf
{
    private const int Version = 1;

    /// <summary>The canonical bytes of an entry.</summary>
    public static byte[] Encode(Hash32 batch, ulong receivedUtcUs)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(3);
        writer.WriteInt32(Version);
        writer.Write(batch);
        writer.WriteUInt64(receivedUtcUs);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>H(0x00 || entry), RFC 9162 section 2.1.1.</summary>
    public static Hash32 Hash(Hash32 batch, ulong receivedUtcUs)
    {
        byte[] entry = Encode(batch, receivedUtcUs);
        Span<byte> prefixed = stackalloc byte[1 + entry.Length];
        prefixed[0] = 0;
        entry.CopyTo(prefixed[1..]);
        Span<byte> hash = stackalloc byte[Hash32.Size];
        SHA256.HashData(prefixed, hash);
        return Hash32.FromBytes(hash);
    }
}
