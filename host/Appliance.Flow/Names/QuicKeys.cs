using System.Runtime.CompilerServices;

namespace Appliance.Flow;

/// <summary>Keys of a client's Initial packets: expanded packet key, header protection key, nonce base.</summary>
internal struct InitialKeys
{
    public Schedule Packet;
    public Schedule Header;
    public NonceBase Nonce;

    [InlineArray(Aes128.ScheduleBytes)]
    internal struct Schedule
    {
        private byte first;
    }

    [InlineArray(12)]
    internal struct NonceBase
    {
        private byte first;
    }
}

/// <summary>
/// Derives a client's Initial keys from the connection id that it chose (RFC 9001 section 5.2, RFC 9369 section 3.3):
/// HKDF-Extract with the version's salt, then four HKDF-Expand-Labels. 14 compressions, nothing allocated.
/// </summary>
internal sealed class QuicKeys
{
    private const int DigestBytes = 32;
    private readonly Sha256State saltInner;
    private readonly Sha256State saltOuter;
    private readonly byte[] clientLabel = LabelBlock("client in", DigestBytes);
    private readonly byte[] keyLabel;
    private readonly byte[] nonceLabel;
    private readonly byte[] headerLabel;

    /// <param name="salt">20 bytes, the version's own.</param>
    /// <param name="prefix">"quic" or "quicv2".</param>
    public QuicKeys(ReadOnlySpan<byte> salt, string prefix)
    {
        KeyHmac(salt, out saltInner, out saltOuter);
        keyLabel = LabelBlock(prefix + " key", 16);
        nonceLabel = LabelBlock(prefix + " iv", 12);
        headerLabel = LabelBlock(prefix + " hp", 16);
    }

    /// <param name="connectionId">The destination id of the client's first Initial: at most 20 bytes.</param>
    /// <param name="keys">Receives the keys.</param>
    public void Derive(ReadOnlySpan<byte> connectionId, ref InitialKeys keys)
    {
        Span<byte> block = stackalloc byte[Sha256.BlockBytes];
        Span<byte> digest = stackalloc byte[DigestBytes];
        Pad(connectionId, block);
        Finish(saltInner, saltOuter, block, digest);
        KeyHmac(digest, out Sha256State inner, out Sha256State outer);
        Finish(inner, outer, clientLabel, digest);
        KeyHmac(digest, out inner, out outer);
        Finish(inner, outer, keyLabel, digest);
        Aes128.Expand(digest[..16], keys.Packet);
        Finish(inner, outer, headerLabel, digest);
        Aes128.Expand(digest[..16], keys.Header);
        Finish(inner, outer, nonceLabel, digest);
        digest[..12].CopyTo(keys.Nonce);
    }

    // RFC 2104: the two states behind the padded key.
    private static void KeyHmac(ReadOnlySpan<byte> key, out Sha256State inner, out Sha256State outer)
    {
        Span<byte> block = stackalloc byte[Sha256.BlockBytes];
        block.Fill(0x36);
        Xor(key, block);
        inner = Sha256.Initial();
        Sha256.Compress(ref inner, block);
        block.Fill(0x5C);
        Xor(key, block);
        outer = Sha256.Initial();
        Sha256.Compress(ref outer, block);
    }

    private static void Finish(
        Sha256State inner, Sha256State outer, ReadOnlySpan<byte> lastBlock, Span<byte> digest)
    {
        Span<byte> block = stackalloc byte[Sha256.BlockBytes];
        Sha256.Compress(ref inner, lastBlock);
        Sha256.Write(inner, digest);
        Pad(digest, block);
        Sha256.Compress(ref outer, block);
        Sha256.Write(outer, digest);
    }

    // The last block of a hash whose first block was a padded key.
    private static void Pad(ReadOnlySpan<byte> message, Span<byte> block)
    {
        block.Clear();
        message.CopyTo(block);
        block[message.Length] = 0x80;
        int bits = (Sha256.BlockBytes + message.Length) * 8;
        block[62] = (byte)(bits >> 8);
        block[63] = (byte)bits;
    }

    // HkdfLabel of RFC 8446 section 7.1 with an empty context, and HKDF's counter byte 1 behind it.
    private static byte[] LabelBlock(string label, int length)
    {
        byte[] block = new byte[Sha256.BlockBytes];
        string full = "tls13 " + label;
        byte[] info = new byte[full.Length + 5];
        info[1] = (byte)length;
        info[2] = (byte)full.Length;
        for (int i = 0; i < full.Length; i++)
        {
            info[3 + i] = (byte)full[i];
        }

        info[^1] = 1;
        Pad(info, block);
        return block;
    }

    private static void Xor(ReadOnlySpan<byte> key, Span<byte> block)
    {
        for (int i = 0; i < key.Length; i++)
        {
            block[i] ^= key[i];
        }
    }
}
