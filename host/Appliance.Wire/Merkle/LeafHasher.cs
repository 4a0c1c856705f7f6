using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>
/// Salts and leaf hashes of one section, for all rows at once. The salts make a leaf say nothing about its row to who
/// holds only the tree; one AES call makes them all (2 ns a row, where HKDF would take over 1 us).
/// </summary>
internal static class LeafHasher
{
    public const int SaltSize = 16;

    /// <summary>salt i = AES-256-ECB(key, i as 128 bits big-endian); the span takes 16 bytes a row.</summary>
    public static void Salts(ReadOnlySpan<byte> key, Span<byte> salts)
    {
        for (int i = 0; i * SaltSize < salts.Length; i++)
        {
            Span<byte> block = salts.Slice(i * SaltSize, SaltSize);
            BinaryPrimitives.WriteUInt64BigEndian(block, 0);
            BinaryPrimitives.WriteUInt64BigEndian(block[8..], (ulong)i);
        }

        using var aes = Aes.Create();
        aes.SetKey(key);

        // Counter blocks never repeat under a key that serves one section of one batch, so ECB leaks nothing here.
#pragma warning disable CA5358
        aes.EncryptEcb(salts, salts, PaddingMode.None);
#pragma warning restore CA5358
    }

    /// <summary>
    /// leaf i = H(0x00 || salt i || row i); the span takes 32 bytes a row. Rows are at most CanonBytesMax.
    /// </summary>
    public static void Leaves(ReadOnlySpan<byte> salts, CanonRows rows, Span<byte> leaves)
    {
        const int lanes = Sha256Lanes.Lanes;
        int stride = Sha256Lanes.PaddedSize(1 + SaltSize + Limits.CanonBytesMax);
        Span<byte> messages = stackalloc byte[lanes * stride];
        Span<int> lengths = stackalloc int[lanes];
        ReadOnlySpan<byte> bytes = rows.Bytes.Span;
        ReadOnlySpan<int> ends = rows.Ends.Span;
        int begin = 0;
        for (int first = 0; first < ends.Length; first += lanes)
        {
            int count = Math.Min(lanes, ends.Length - first);
            for (int i = 0; i < count; i++)
            {
                Span<byte> message = messages.Slice(i * stride, stride);
                ReadOnlySpan<byte> row = bytes[begin..ends[first + i]];
                message[0] = 0;
                salts.Slice((first + i) * SaltSize, SaltSize).CopyTo(message[1..]);
                row.CopyTo(message[(1 + SaltSize)..]);
                lengths[i] = 1 + SaltSize + row.Length;
                begin = ends[first + i];
            }

            Sha256Lanes.Hash(messages, stride, lengths[..count], leaves[(first * Hash32.Size)..]);
        }
    }

    /// <summary>Leaf hash of one row, as a proof needs it.</summary>
    public static Hash32 Leaf(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> row)
    {
        Span<byte> leaf = stackalloc byte[Hash32.Size];
        byte[] bytes = [0, .. salt, .. row];
        SHA256.HashData(bytes, leaf);
        return Hash32.FromBytes(leaf);
    }
}
