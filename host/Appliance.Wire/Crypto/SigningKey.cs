using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>Signs a SHA-256 value with a P-256 key: 32 bytes in, 64 bytes (r, s) out. A TPM is one of these.</summary>
public delegate void HashSigner(ReadOnlySpan<byte> hash, Span<byte> signature);

/// <summary>
/// A key that signs: an epoch key in memory, or a device key in a file, a TPM or a secure element behind a
/// <see cref="HashSigner"/>. One thread at a time.
/// </summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa? inMemory;
    private readonly HashSigner signer;

    /// <summary>A key that lives elsewhere.</summary>
    public SigningKey(PublicKey publicKey, HashSigner signer)
    {
        Public = publicKey;
        this.signer = signer;
    }

    private SigningKey(PublicKey publicKey, ECDsa key)
    {
        Public = publicKey;
        inMemory = key;
        signer = SignInMemory;
    }

    public PublicKey Public { get; }

    /// <summary>
    /// A key from its private scalar (32 bytes, big-endian, 1 to order - 1). The caller clears the scalar.
    /// </summary>
    /// <exception cref="ArgumentException">The scalar is out of range.</exception>
    public static SigningKey FromPrivate(ReadOnlySpan<byte> scalar)
    {
        if (!P256.IsScalar(scalar))
        {
            throw new ArgumentException("not a private key of P-256", nameof(scalar));
        }

        ECParameters parameters = P256.Private(scalar);
        var key = ECDsa.Create(parameters);
        CryptographicOperations.ZeroMemory(parameters.D);
        byte[] point = P256.Point(key.ExportParameters(includePrivateParameters: false));
        return PublicKey.TryFromPoint(point, out PublicKey? publicKey)
            ? new SigningKey(publicKey, key)
            : throw new CryptographicException("the platform gave a public key that is not on the curve");
    }

    /// <summary>Draws a new key that lives in memory only.</summary>
    public static SigningKey New(RandomSource random)
    {
        Span<byte> scalar = stackalloc byte[P256.ScalarSize];
        NewPrivate(random, scalar);
        SigningKey key = FromPrivate(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return key;
    }

    /// <summary>Draws a private scalar of 32 bytes.</summary>
    public static void NewPrivate(RandomSource random, Span<byte> scalar)
    {
        Span<byte> seed = stackalloc byte[P256.ScalarSize];
        random(seed);
        Hpke.DeriveScalar(seed, scalar);
        CryptographicOperations.ZeroMemory(seed);
    }

    /// <summary>Signs a SHA-256 value.</summary>
    public void Sign(ReadOnlySpan<byte> hash, Span<byte> signature) => signer(hash, signature);

    public void Dispose() => inMemory?.Dispose();

    private void SignInMemory(ReadOnlySpan<byte> hash, Span<byte> signature) =>
        inMemory!.SignHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
}
