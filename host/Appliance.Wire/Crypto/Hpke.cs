using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>
/// HPKE (RFC 9180) base mode, single shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The ephemeral key is
/// derived from bytes handed in (section 7.1.3), so that sealing can be repeated. A key encrypts once (sequence 0), so
/// the nonce is the base nonce.
/// </summary>
internal static class Hpke
{
    public const int EncapsulatedSize = P256.PointSize;
    private const int HashSize = 32;
    private const int KeySize = 32;
    private const int NonceSize = 12;

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;

    /// <summary>"KEM" and the number of DHKEM(P-256, HKDF-SHA256), RFC 9180 section 7.1.</summary>
    private static ReadOnlySpan<byte> KemSuite => [(byte)'K', (byte)'E', (byte)'M', 0, 0x10];

    /// <summary>"HPKE" and the numbers of KEM, KDF and AEAD, RFC 9180 section 7.</summary>
    private static ReadOnlySpan<byte> Suite =>
        [(byte)'H', (byte)'P', (byte)'K', (byte)'E', 0, 0x10, 0, 0x01, 0, 0x02];

    /// <summary>
    /// Seals for a recipient. <paramref name="encapsulated"/> takes 65 bytes, <paramref name="sealedBytes"/> the
    /// plaintext's length and 16 more.
    /// </summary>
    public static void Seal(
        PublicKey recipient,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> ephemeralSeed,
        Span<byte> encapsulated,
        Span<byte> sealedBytes)
    {
        Span<byte> shared = stackalloc byte[HashSize];
        Span<byte> key = stackalloc byte[KeySize];
        Span<byte> nonce = stackalloc byte[NonceSize];
        Encapsulate(recipient, ephemeralSeed, encapsulated, shared);
        Schedule(shared, info, key, nonce);
        Gcm.Seal(key, nonce, aad, plaintext, sealedBytes);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>
    /// Opens what was sealed for this private key; false on any mismatch, with the plaintext cleared.
    /// </summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> privateScalar,
        PublicKey recipient,
        ReadOnlySpan<byte> encapsulated,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> sealedBytes,
        Span<byte> plaintext)
    {
        Span<byte> shared = stackalloc byte[HashSize];
        Span<byte> key = stackalloc byte[KeySize];
        Span<byte> nonce = stackalloc byte[NonceSize];
        if (!TryDecapsulate(privateScalar, recipient, encapsulated, shared))
        {
            return false;
        }

        Schedule(shared, info, key, nonce);
        bool opened = Gcm.TryOpen(key, nonce, aad, sealedBytes, plaintext);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(key);
        return opened;
    }

    /// <summary>DeriveKeyPair of RFC 9180 section 7.1.3: 32 bytes or more of secret to a private scalar.</summary>
    public static void DeriveScalar(ReadOnlySpan<byte> seed, Span<byte> scalar)
    {
        Span<byte> prk = stackalloc byte[HashSize];
        LabeledExtract(KemSuite, [], "dkp_prk"u8, seed, prk);
        for (byte counter = 0; counter < byte.MaxValue; counter++)
        {
            LabeledExpand(KemSuite, prk, "candidate"u8, [counter], scalar[..P256.ScalarSize]);
            if (P256.IsScalar(scalar[..P256.ScalarSize]))
            {
                CryptographicOperations.ZeroMemory(prk);
                return;
            }
        }

        // 255 candidates in a row out of range have a probability of 2^-8160.
        throw new CryptographicException("no private key can be derived from this seed");
    }

    public static void Encapsulate(
        PublicKey recipient, ReadOnlySpan<byte> seed, Span<byte> encapsulated, Span<byte> shared)
    {
        Span<byte> scalar = stackalloc byte[P256.ScalarSize];
        DeriveScalar(seed, scalar);
        using ECDiffieHellman ephemeral = P256.ImportPrivate(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        P256.Point(ephemeral.ExportParameters(includePrivateParameters: false)).CopyTo(encapsulated);
        byte[] dh = Agree(ephemeral, recipient);
        ExtractAndExpand(dh, encapsulated, recipient.Point.Span, shared);
        CryptographicOperations.ZeroMemory(dh);
    }

    public static bool TryDecapsulate(
        ReadOnlySpan<byte> privateScalar, PublicKey recipient, ReadOnlySpan<byte> encapsulated, Span<byte> shared)
    {
        if (!P256.IsScalar(privateScalar) || !PublicKey.TryFromPoint(encapsulated, out PublicKey? ephemeral))
        {
            return false;
        }

        using ECDiffieHellman own = P256.ImportPrivate(privateScalar);
        byte[] dh = Agree(own, ephemeral);
        ExtractAndExpand(dh, encapsulated, recipient.Point.Span, shared);
        CryptographicOperations.ZeroMemory(dh);
        return true;
    }

    /// <summary>The X coordinate of the shared point (RFC 9180 section 4.1); cannot be the point at infinity.</summary>
    public static byte[] Agree(ECDiffieHellman own, PublicKey other)
    {
        using var peer = ECDiffieHellman.Create(P256.Public(other.Point.Span));
        using ECDiffieHellmanPublicKey peerKey = peer.PublicKey;
        return own.DeriveRawSecretAgreement(peerKey);
    }

    /// <summary>KeySchedule of RFC 9180 section 5.1 for base mode: no PSK, mode byte 0.</summary>
    public static void Schedule(
        ReadOnlySpan<byte> shared, ReadOnlySpan<byte> info, Span<byte> key, Span<byte> baseNonce)
    {
        Span<byte> context = stackalloc byte[1 + (2 * HashSize)];
        context[0] = 0;
        LabeledExtract(Suite, [], "psk_id_hash"u8, [], context[1..33]);
        LabeledExtract(Suite, [], "info_hash"u8, info, context[33..]);
        Span<byte> secret = stackalloc byte[HashSize];
        LabeledExtract(Suite, shared, "secret"u8, [], secret);
        LabeledExpand(Suite, secret, "key"u8, context, key);
        LabeledExpand(Suite, secret, "base_nonce"u8, context, baseNonce);
        CryptographicOperations.ZeroMemory(secret);
    }

    private static void ExtractAndExpand(
        ReadOnlySpan<byte> dh, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> recipient, Span<byte> shared)
    {
        Span<byte> prk = stackalloc byte[HashSize];
        LabeledExtract(KemSuite, [], "eae_prk"u8, dh, prk);
        Span<byte> context = stackalloc byte[2 * P256.PointSize];
        encapsulated.CopyTo(context);
        recipient.CopyTo(context[P256.PointSize..]);
        LabeledExpand(KemSuite, prk, "shared_secret"u8, context, shared);
        CryptographicOperations.ZeroMemory(prk);
    }

    private static void LabeledExtract(
        ReadOnlySpan<byte> suite,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> material,
        Span<byte> prk)
    {
        byte[] labeled = [.. Version, .. suite, .. label, .. material];
        HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, prk);
        CryptographicOperations.ZeroMemory(labeled);
    }

    private static void LabeledExpand(
        ReadOnlySpan<byte> suite,
        ReadOnlySpan<byte> prk,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> info,
        Span<byte> output)
    {
        byte[] labeled = [(byte)(output.Length >> 8), (byte)output.Length, .. Version, .. suite, .. label, .. info];
        HKDF.Expand(HashAlgorithmName.SHA256, prk, output, labeled);
    }
}
