using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>The curve NIST P-256 (secp256r1): sizes, ranges, and the import of keys with their checks.</summary>
internal static class P256
{
    public const int PointSize = 65;
    public const int ScalarSize = 32;
    public const int SignatureSize = 64;

    /// <summary>The field prime (SEC 2 section 2.4.2), big-endian.</summary>
    private static readonly byte[] Prime =
        Convert.FromHexString("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");

    /// <summary>The order of the group (SEC 2 section 2.4.2), big-endian.</summary>
    private static readonly byte[] Order =
        Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    /// <summary>DER of a SubjectPublicKeyInfo of P-256 up to the point (RFC 5480 section 2).</summary>
    private static readonly byte[] SpkiPrefix =
        Convert.FromHexString("3059301306072a8648ce3d020106082a8648ce3d030107034200");

    /// <summary>SubjectPublicKeyInfo of a point.</summary>
    public static byte[] Spki(ReadOnlySpan<byte> point) => [.. SpkiPrefix, .. point];

    public static KeyId Kid(ReadOnlySpan<byte> point)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        SHA256.HashData(Spki(point), hash);
        return KeyId.FromBytes(hash);
    }

    /// <summary>
    /// True where the bytes are an uncompressed point on the curve. The range of the coordinates is checked here, the
    /// curve equation by the platform's import; the point at infinity has no encoding of this length.
    /// </summary>
    public static bool IsPoint(ReadOnlySpan<byte> point)
    {
        if (!HasForm(point))
        {
            return false;
        }

        try
        {
            using var probe = ECDiffieHellman.Create(Public(point));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>True for 1 ≤ scalar &lt; order.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar) =>
        scalar.Length == ScalarSize && scalar.IndexOfAnyExcept((byte)0) >= 0 && scalar.SequenceCompareTo(Order) < 0;

    /// <summary>Parameters of a public key whose point was checked.</summary>
    public static ECParameters Public(ReadOnlySpan<byte> point) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = point[1..33].ToArray(), Y = point[33..].ToArray() },
    };

    /// <summary>Parameters of a private key; the caller clears D after the import.</summary>
    public static ECParameters Private(ReadOnlySpan<byte> scalar) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = scalar.ToArray(),
    };

    /// <summary>The public point of a private scalar.</summary>
    public static byte[] PointOf(ReadOnlySpan<byte> scalar)
    {
        using ECDiffieHellman key = ImportPrivate(scalar);
        return Point(key.ExportParameters(includePrivateParameters: false));
    }

    public static byte[] Point(ECParameters parameters) => [4, .. parameters.Q.X!, .. parameters.Q.Y!];

    public static ECDiffieHellman ImportPrivate(ReadOnlySpan<byte> scalar)
    {
        ECParameters parameters = Private(scalar);
        try
        {
            return ECDiffieHellman.Create(parameters);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    private static bool HasForm(ReadOnlySpan<byte> point) =>
        point.Length == PointSize
        && point[0] == 4
        && point[1..33].SequenceCompareTo(Prime) < 0
        && point[33..].SequenceCompareTo(Prime) < 0;
}
