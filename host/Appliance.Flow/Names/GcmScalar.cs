using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>
/// Opens AES-128-GCM (NIST SP 800-38D) with a 12-byte nonce, without processor support: for machines that have none,
/// and the oracle of <see cref="GcmVector"/>.
/// </summary>
internal static class GcmScalar
{
    public const int TagBytes = 16;

    /// <summary>Checks the tag, and only then decrypts; false, with nothing written, where it does not hold.</summary>
    /// <param name="schedule">Expanded key.</param>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="aad">What is authenticated and not encrypted.</param>
    /// <param name="sealedBytes">Ciphertext and tag.</param>
    /// <param name="plain">Receives as many bytes as the ciphertext has.</param>
    public static bool TryOpen(
        ReadOnlySpan<byte> schedule,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> sealedBytes,
        Span<byte> plain)
    {
        if (sealedBytes.Length < TagBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> cipher = sealedBytes[..^TagBytes];
        Span<byte> tag = stackalloc byte[TagBytes];
        Hash(schedule, aad, cipher, tag);
        Span<byte> counter = stackalloc byte[TagBytes];
        nonce.CopyTo(counter);
        KeyStream(schedule, counter, 1, out UInt128 mask);
        UInt128 expected = BinaryPrimitives.ReadUInt128BigEndian(tag) ^ mask;
        if (expected != BinaryPrimitives.ReadUInt128BigEndian(sealedBytes[^TagBytes..]))
        {
            return false;
        }

        Span<byte> pad = stackalloc byte[TagBytes];
        for (int at = 0; at < cipher.Length; at += TagBytes)
        {
            KeyStream(schedule, counter, (uint)(2 + (at / TagBytes)), out UInt128 stream);
            BinaryPrimitives.WriteUInt128BigEndian(pad, stream);
            for (int i = at; i < Math.Min(cipher.Length, at + TagBytes); i++)
            {
                plain[i] = (byte)(cipher[i] ^ pad[i - at]);
            }
        }

        return true;
    }

    private static void KeyStream(ReadOnlySpan<byte> schedule, Span<byte> nonce, uint number, out UInt128 stream)
    {
        Span<byte> block = stackalloc byte[TagBytes];
        nonce.CopyTo(block);
        BinaryPrimitives.WriteUInt32BigEndian(block[12..], number);
        Aes128.Encrypt(schedule, block);
        stream = BinaryPrimitives.ReadUInt128BigEndian(block);
    }

    private static void Hash(
        ReadOnlySpan<byte> schedule, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> cipher, Span<byte> result)
    {
        Span<byte> block = stackalloc byte[TagBytes];
        Aes128.Encrypt(schedule, block);
        UInt128 key = BinaryPrimitives.ReadUInt128BigEndian(block);
        UInt128 sum = Absorb(Absorb(0, aad, key), cipher, key);
        sum ^= ((UInt128)(ulong)(aad.Length * 8L) << 64) | (ulong)(cipher.Length * 8L);
        BinaryPrimitives.WriteUInt128BigEndian(result, Multiply(sum, key));
    }

    private static UInt128 Absorb(UInt128 sum, ReadOnlySpan<byte> bytes, UInt128 key)
    {
        Span<byte> block = stackalloc byte[TagBytes];
        for (int at = 0; at < bytes.Length; at += TagBytes)
        {
            block.Clear();
            bytes.Slice(at, Math.Min(TagBytes, bytes.Length - at)).CopyTo(block);
            sum = Multiply(sum ^ BinaryPrimitives.ReadUInt128BigEndian(block), key);
        }

        return sum;
    }

    // SP 800-38D section 6.3, algorithm 1, bit by bit.
    private static UInt128 Multiply(UInt128 x, UInt128 y)
    {
        UInt128 z = 0;
        UInt128 reduction = (UInt128)0xE1 << 120;
        for (int i = 127; i >= 0; i--)
        {
            z ^= (x >> i & 1) == 0 ? 0 : y;
            y = (y >> 1) ^ ((y & 1) == 0 ? 0 : reduction);
        }

        return z;
    }
}
