using System.Numerics;
using System.Security.Cryptography;
using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>
/// ECDSA over P-256 with the nonce of RFC 6979, so that vectors come out the same every time. Plain big integers, not
/// constant in time: for keys that stand in public vector files, and nowhere else.
/// </summary>
internal static class Rfc6979
{
    private static readonly BigInteger P = Parse("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger N = Parse("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    private static readonly Point Base = new(
        Parse("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        Parse("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
        BigInteger.One);

    /// <summary>A key that signs repeatably.</summary>
    public static SigningKey Key(byte[] scalar)
    {
        using SigningKey real = SigningKey.FromPrivate(scalar);
        return new SigningKey(real.Public, (hash, signature) => Sign(scalar, hash, signature));
    }

    public static void Sign(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        BigInteger z = new(hash, isUnsigned: true, isBigEndian: true);
        BigInteger d = new(scalar, isUnsigned: true, isBigEndian: true);
        BigInteger k = Nonce(scalar, Bytes(z % N));
        BigInteger r = MultiplyX(k) % N;
        BigInteger s = BigInteger.ModPow(k, N - 2, N) * (z + (r * d)) % N;

        // r or s of zero has a probability of 2^-256 and would ask for another nonce.
        Bytes(r).CopyTo(signature);
        Bytes(s).CopyTo(signature[32..]);
    }

    /// <summary>RFC 6979 section 3.2; the hash is reduced already, and is as long as the order.</summary>
    private static BigInteger Nonce(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> hash)
    {
        byte[] v = new byte[32];
        byte[] k = new byte[32];
        v.AsSpan().Fill(1);
        k = Mac(k, [.. v, 0, .. scalar, .. hash]);
        v = Mac(k, v);
        k = Mac(k, [.. v, 1, .. scalar, .. hash]);
        v = Mac(k, v);
        while (true)
        {
            v = Mac(k, v);
            BigInteger candidate = new(v, isUnsigned: true, isBigEndian: true);
            if (candidate > 0 && candidate < N)
            {
                return candidate;
            }

            k = Mac(k, [.. v, 0]);
            v = Mac(k, v);
        }
    }

    private static byte[] Mac(byte[] key, byte[] bytes) => HMACSHA256.HashData(key, bytes);

    /// <summary>
    /// Double and add in Jacobian coordinates (x = X/Z^2, y = Y/Z^3): one inversion instead of hundreds.
    /// </summary>
    private static BigInteger MultiplyX(BigInteger factor)
    {
        Point sum = Base;
        for (int bit = (int)factor.GetBitLength() - 2; bit >= 0; bit--)
        {
            sum = Double(sum);
            if (!((factor >> bit) & 1).IsZero)
            {
                sum = AddBase(sum);
            }
        }

        BigInteger inverse = BigInteger.ModPow(sum.Z, P - 2, P);
        return Mod(sum.X * inverse * inverse);
    }

    /// <summary>SEC 1 with a = -3: slope 3 (X - Z^2)(X + Z^2).</summary>
    private static Point Double(Point p)
    {
        BigInteger zz = Mod(p.Z * p.Z);
        BigInteger yy = Mod(p.Y * p.Y);
        BigInteger s = Mod(4 * p.X * yy);
        BigInteger m = Mod(3 * (p.X - zz) * (p.X + zz));
        BigInteger x = Mod((m * m) - (2 * s));
        return new Point(x, Mod((m * (s - x)) - (8 * yy * yy)), Mod(2 * p.Y * p.Z));
    }

    /// <summary>
    /// Adds the base point (Z = 1). The sum is never the base point or its negative: factors are below the order.
    /// </summary>
    private static Point AddBase(Point p)
    {
        BigInteger zz = Mod(p.Z * p.Z);
        BigInteger h = Mod((Base.X * zz) - p.X);
        BigInteger r = Mod((Base.Y * zz * p.Z) - p.Y);
        BigInteger hh = Mod(h * h);
        BigInteger v = Mod(p.X * hh);
        BigInteger x = Mod((r * r) - (hh * h) - (2 * v));
        return new Point(x, Mod((r * (v - x)) - (p.Y * hh * h)), Mod(p.Z * h));
    }

    private static BigInteger Mod(BigInteger value)
    {
        BigInteger rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }

    private static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = new byte[32];
        byte[] minimal = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        minimal.CopyTo(bytes, 32 - minimal.Length);
        return bytes;
    }

    private static BigInteger Parse(string hex) =>
        new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);

    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z);
}
