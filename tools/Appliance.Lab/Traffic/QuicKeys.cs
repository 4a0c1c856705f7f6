using System.Security.Cryptography;
using System.Text;

namespace Appliance.Lab.Traffic;

/// <summary>Initial protection of QUIC version 1 in one direction (RFC 9001 section 5).</summary>
internal sealed class QuicKeys : IDisposable
{
    private const int TagBytes = 16;
    private const int SampleOffset = 4;

    private static readonly byte[] Salt = Convert.FromHexString("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");

    private readonly AesGcm gcm;
    private readonly Aes header;
    private readonly byte[] iv;

    public QuicKeys(ReadOnlySpan<byte> connectionId, bool client)
    {
        byte[] initial = HKDF.Extract(HashAlgorithmName.SHA256, connectionId.ToArray(), Salt);
        byte[] secret = ExpandLabel(initial, client ? "client in" : "server in", 32);
        gcm = new AesGcm(ExpandLabel(secret, "quic key", 16), TagBytes);
        iv = ExpandLabel(secret, "quic iv", 12);
        header = Aes.Create();
        header.Key = ExpandLabel(secret, "quic hp", 16);
    }

    /// <summary>
    /// Seals a packet in place: header, plaintext and 16 bytes of room for the tag, then masks the header
    /// (RFC 9001 section 5.4).
    /// </summary>
    public void Seal(Span<byte> packet, int numberAt, int numberLength, uint number)
    {
        Span<byte> nonce = stackalloc byte[12];
        iv.CopyTo(nonce);
        for (int i = 0; i < sizeof(uint); i++)
        {
            nonce[^(i + 1)] ^= (byte)(number >> (8 * i));
        }

        int start = numberAt + numberLength;
        Span<byte> body = packet[start..^TagBytes];
        gcm.Encrypt(nonce, body, body, packet[^TagBytes..], packet[..start]);
        Span<byte> mask = stackalloc byte[16];
        header.EncryptEcb(packet.Slice(numberAt + SampleOffset, 16), mask, PaddingMode.None);
        packet[0] ^= (byte)(mask[0] & 0x0F);
        for (int i = 0; i < numberLength; i++)
        {
            packet[numberAt + i] ^= mask[1 + i];
        }
    }

    public void Dispose()
    {
        gcm.Dispose();
        header.Dispose();
    }

    // HKDF-Expand-Label of TLS 1.3 (RFC 8446 section 7.1) with an empty context.
    private static byte[] ExpandLabel(byte[] secret, string label, int length)
    {
        byte[] text = Encoding.ASCII.GetBytes("tls13 " + label);
        byte[] info = [0, (byte)length, (byte)text.Length, .. text, 0];
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, info);
    }
}
