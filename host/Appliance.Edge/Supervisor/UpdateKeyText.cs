using System.Security.Cryptography;

namespace Appliance.Edge.Supervisor;

/// <summary>The public key that signs firmware of the supervisor, as an engineer has it: PEM of a P-256 key.</summary>
internal static class UpdateKeyText
{
    private const int CoordinateBytes = 32;

    /// <summary>Reads it; false with the sentence to print.</summary>
    /// <param name="text">SubjectPublicKeyInfo as PEM (RFC 7468, section 13).</param>
    /// <param name="point">x and y, most significant byte first.</param>
    /// <param name="problem">What is wrong, and what to do.</param>
    public static bool TryParse(string text, out byte[] point, out string problem)
    {
        point = [];
        problem = "it is no public key; give the PEM file of the P-256 key that signs firmware";
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            problem = "it is a private key; keep it away from the box and give its public half";
            return false;
        }

        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportFromPem(text);
            ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
            bool isP256 = parameters.Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
            point = isP256 && parameters.Q.X?.Length == CoordinateBytes ? [.. parameters.Q.X, .. parameters.Q.Y!] : [];
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            return false;
        }

        return point.Length == 2 * CoordinateBytes;
    }

    /// <summary>How people tell two keys apart: the first eight bytes of SHA-256 of the point.</summary>
    public static string NameOf(byte[] point) => Convert.ToHexStringLower(SHA256.HashData(point).AsSpan(0, 8));
}
