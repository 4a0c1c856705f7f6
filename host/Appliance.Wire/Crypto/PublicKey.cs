using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>A P-256 public key that was checked to be on the curve. Immutable; safe to share between threads.</summary>
public sealed class PublicKey
{
    private readonly byte[] point;

    private PublicKey(byte[] point)
    {
        this.point = point;
        Kid = P256.Kid(point);
    }

    /// <summary>The point, uncompressed: 0x04, X, Y (SEC 1 section 2.3.3), 65 bytes.</summary>
    public ReadOnlyMemory<byte> Point => point;

    /// <summary>Short name of the key.</summary>
    public KeyId Kid { get; }

    /// <summary>Takes 65 bytes of an uncompressed point; false for anything that is not on the curve.</summary>
    public static bool TryFromPoint(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PublicKey? key)
    {
        key = P256.IsPoint(bytes) ? new PublicKey(bytes.ToArray()) : null;
        return key is not null;
    }

    /// <summary>
    /// True where the 64-byte signature (r, s; IEEE P1363) fits the SHA-256 value. Never throws on bad input.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != P256.SignatureSize)
        {
            return false;
        }

        using var key = ECDsa.Create(P256.Public(point));
        return key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>True where both are the same key.</summary>
    public bool IsSame(PublicKey other) => point.AsSpan().SequenceEqual(other.point);
}
