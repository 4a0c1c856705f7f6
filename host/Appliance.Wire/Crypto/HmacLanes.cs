using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>
/// HMAC-SHA256 (RFC 2104) of many short values under one key, sixteen at once. The key's two blocks are hashed once, so
/// a value up to 55 bytes costs two compressions; the platform's one-shot call costs ten times as much around them.
/// Where vectors are not accelerated it is the platform's call. One thread.
/// </summary>
public sealed class HmacLanes
{
    /// <summary>How many values are hashed at once.</summary>
    public const int Lanes = Sha256Lanes.Lanes;

    private const int OuterStride = Sha256Lanes.BlockBytes;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5C;

    private readonly byte[] key = new byte[Hash32.Size];
    private readonly uint[] inner = new uint[8];
    private readonly uint[] outer = new uint[8];
    private readonly byte[] outerMessages = new byte[Lanes * OuterStride];
    private readonly int[] outerLengths = new int[Lanes];

    public HmacLanes() => outerLengths.AsSpan().Fill(Hash32.Size);

    /// <summary>Bytes from value to value that a longest value needs in <see cref="Hash"/>.</summary>
    /// <param name="lengthMax">Length of the longest value in bytes.</param>
    public static int StrideOf(int lengthMax) => Sha256Lanes.PaddedSize(lengthMax);

    /// <summary>Takes another key.</summary>
    /// <param name="newKey">32 bytes.</param>
    public void SetKey(ReadOnlySpan<byte> newKey)
    {
        newKey.CopyTo(key);
        if (Sha256Lanes.IsSupported)
        {
            Start(InnerPad, inner);
            Start(OuterPad, outer);
        }
    }

    /// <summary>Codes one to sixteen values.</summary>
    /// <param name="values">Value i begins at i strides; what is behind it is overwritten.</param>
    /// <param name="stride">At least <see cref="StrideOf"/> the longest.</param>
    /// <param name="lengths">Length of each in bytes.</param>
    /// <param name="codes">Receives 32 bytes for each, end to end.</param>
    public void Hash(Span<byte> values, int stride, ReadOnlySpan<int> lengths, Span<byte> codes)
    {
        if (!Sha256Lanes.IsSupported)
        {
            for (int i = 0; i < lengths.Length; i++)
            {
                HMACSHA256.HashData(key, values.Slice(i * stride, lengths[i]), codes[(i * Hash32.Size)..]);
            }

            return;
        }

        Sha256Lanes.HashOn(inner, Sha256Lanes.BlockBytes, values, stride, lengths, codes);
        for (int i = 0; i < lengths.Length; i++)
        {
            codes.Slice(i * Hash32.Size, Hash32.Size).CopyTo(outerMessages.AsSpan(i * OuterStride));
        }

        Sha256Lanes.HashOn(
            outer, Sha256Lanes.BlockBytes, outerMessages, OuterStride, outerLengths.AsSpan(0, lengths.Length), codes);
    }

    /// <summary>Forgets the key and what was made of it.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(inner.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(outer.AsSpan()));
    }

    private void Start(byte pad, Span<uint> words)
    {
        Span<byte> block = stackalloc byte[Sha256Lanes.BlockBytes];
        block.Fill(pad);
        for (int i = 0; i < key.Length; i++)
        {
            block[i] ^= key[i];
        }

        Sha256Lanes.FirstBlock(block, words);
        CryptographicOperations.ZeroMemory(block);
    }
}
