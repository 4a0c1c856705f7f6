using System.Security.Cryptography;
using System.Text;

namespace Appliance.Wire;

/// <summary>
/// Seals what a box keeps for itself between two runs, under a key that only the holder of the device's private key can
/// derive. Bound to the device and to what it is; whoever alters a byte of it, or takes another box's, gets nothing.
/// <code>
///  | version | salt, 32 bytes | ciphertext | tag, 16 bytes |
/// </code>
/// Each salt gives a key of its own, which encrypts once: so the nonce may be fixed.
/// </summary>
public sealed class LocalSeal : IDisposable
{
    private const byte Version = 1;
    private const int SaltSize = 32;
    private const int KeySize = 32;
    private const int HeadSize = 1 + SaltSize;
    private readonly byte[] master = new byte[KeySize];
    private readonly byte[] label;

    internal LocalSeal(ReadOnlySpan<byte> deviceScalar, Id16 device, string purpose)
    {
        label = Encoding.ASCII.GetBytes($"icr/v1 local {purpose} {device}");
        HKDF.DeriveKey(HashAlgorithmName.SHA256, deviceScalar, master, default, label);
    }

    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = HeadSize + Gcm.TagSize;

    /// <summary>Seals a plaintext.</summary>
    /// <param name="plaintext">Any length.</param>
    /// <param name="random">Source of the salt.</param>
    public byte[] Seal(ReadOnlySpan<byte> plaintext, RandomSource random)
    {
        byte[] made = new byte[plaintext.Length + Overhead];
        made[0] = Version;
        random(made.AsSpan(1, SaltSize));
        Span<byte> key = stackalloc byte[KeySize];
        Derive(made.AsSpan(1, SaltSize), key);
        Gcm.Seal(key, new byte[Gcm.NonceSize], Aad(made), plaintext, made.AsSpan(HeadSize));
        CryptographicOperations.ZeroMemory(key);
        return made;
    }

    /// <summary>Opens what <see cref="Seal"/> made; null for anything else.</summary>
    public byte[]? Open(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Overhead || bytes[0] != Version)
        {
            return null;
        }

        byte[] plaintext = new byte[bytes.Length - Overhead];
        Span<byte> key = stackalloc byte[KeySize];
        Derive(bytes.Slice(1, SaltSize), key);
        bool isGood = Gcm.TryOpen(key, new byte[Gcm.NonceSize], Aad(bytes), bytes[HeadSize..], plaintext);
        CryptographicOperations.ZeroMemory(key);
        return isGood ? plaintext : null;
    }

    /// <summary>Clears the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(master);

    private byte[] Aad(ReadOnlySpan<byte> bytes) => [.. bytes[..HeadSize], .. label];

    private void Derive(ReadOnlySpan<byte> salt, Span<byte> key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, key, salt, label);
}
