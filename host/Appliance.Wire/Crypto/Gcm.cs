using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>AES-256-GCM with the tag behind the ciphertext, as all sealed bytes of the format are.</summary>
internal static class Gcm
{
    public const int TagSize = 16;
    public const int NonceSize = 12;

    public static void Seal(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> plaintext,
        Span<byte> sealedBytes)
    {
        using var gcm = new AesGcm(key, TagSize);
        gcm.Encrypt(nonce, plaintext, sealedBytes[..^TagSize], sealedBytes[^TagSize..], aad);
    }

    /// <summary>False where the tag does not fit; the plaintext is then cleared by the platform.</summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> sealedBytes,
        Span<byte> plaintext)
    {
        if (sealedBytes.Length - TagSize != plaintext.Length)
        {
            return false;
        }

        using var gcm = new AesGcm(key, TagSize);
        try
        {
            gcm.Decrypt(nonce, sealedBytes[..^TagSize], sealedBytes[^TagSize..], plaintext, aad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
