using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Appliance.Supervisor.Update;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Firmware.Update;

/// <summary>The chip's own SHA-256 and P-256, against the platform's and against Wycheproof.</summary>
public sealed class ChipCryptographyTests
{
    [Fact]
    public void The_hash_is_the_platforms_at_every_length_and_in_pieces()
    {
        Random random = new(11);
        byte[] bytes = new byte[300];
        random.NextBytes(bytes);
        Sha256 sha = new();
        byte[] hash = new byte[32];
        for (int length = 0; length <= bytes.Length; length++)
        {
            sha.Begin();
            int cut = random.Next(length + 1);
            sha.Add(bytes, 0, cut);
            sha.Add(bytes, cut, length - cut);
            sha.End(hash);
            Assert.Equal(SHA256.HashData(bytes.AsSpan(0, length)), hash);
        }
    }

    [Fact]
    public void What_the_platform_signs_is_good_and_with_any_change_bad()
    {
        using ECDsa signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] key = Key(signer.ExportParameters(false).Q);
        Random random = new(5);
        byte[] hash = new byte[32];
        for (int i = 0; i < 20; i++)
        {
            random.NextBytes(hash);
            byte[] signature = signer.SignHash(hash);
            Assert.Equal(P256Verifier.Good, Verify(key, hash, signature));
            byte[] spoilt = [.. signature];
            spoilt[random.Next(64)] ^= (byte)(1 << random.Next(8));
            Assert.Equal(P256Verifier.Bad, Verify(key, hash, spoilt));
            byte[] other = [.. hash];
            other[random.Next(32)] ^= (byte)(1 << random.Next(8));
            Assert.Equal(P256Verifier.Bad, Verify(key, other, signature));
            byte[] strange = [.. key];
            strange[random.Next(64)] ^= (byte)(1 << random.Next(8));
            Assert.Equal(P256Verifier.Bad, Verify(strange, hash, signature));
        }
    }

    [Fact]
    public void Keys_whose_points_meet_in_the_sum_are_checked_right()
    {
        // Private keys 1, 2 and order-1: the key is the base point, its double, its opposite.
        byte[] order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        byte[] one = [.. new byte[31], 1];
        byte[] two = [.. new byte[31], 2];
        byte[] last = [.. order[..31], (byte)(order[31] - 1)];
        foreach (byte[] secret in new[] { one, two, last })
        {
            using ECDsa signer = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
            byte[] key = Key(signer.ExportParameters(false).Q);
            foreach (byte[] hash in new[] { new byte[32], one, order, Enumerable.Repeat((byte)255, 32).ToArray() })
            {
                byte[] signature = signer.SignHash(hash);
                Assert.Equal(P256Verifier.Good, Verify(key, hash, signature));
                signature[63] ^= 1;
                Assert.Equal(P256Verifier.Bad, Verify(key, hash, signature));
            }
        }
    }

    [SharedFact("wycheproof")]
    public void Every_verdict_of_Wycheproof_is_ours()
    {
        string file = Path.Combine(
            Checkout.Data("wycheproof")!, "testvectors_v1", "ecdsa_secp256r1_sha256_p1363_test.json");
        JsonNode all = JsonNode.Parse(File.ReadAllText(file))!;
        int good = 0;
        int bad = 0;
        foreach (JsonNode? group in all["testGroups"]!.AsArray())
        {
            byte[] key = Convert.FromHexString((string)group!["publicKey"]!["uncompressed"]!)[1..];
            foreach (JsonNode? test in group["tests"]!.AsArray())
            {
                byte[] signature = Convert.FromHexString((string)test!["sig"]!);
                byte[] hash = SHA256.HashData(Convert.FromHexString((string)test["msg"]!));
                bool isGood = signature.Length == 64 && Verify(key, hash, signature) == P256Verifier.Good;
                Assert.True(isGood == ((string?)test["result"] == "valid"), $"tcId {test["tcId"]}: {test["comment"]}");
                good += isGood ? 1 : 0;
                bad += isGood ? 0 : 1;
            }
        }

        Assert.True(good > 100 && bad > 50, $"{good} good and {bad} bad were read");
    }

    private static int Verify(byte[] key, byte[] hash, byte[] signature)
    {
        P256Verifier verifier = new();
        verifier.Begin(key, hash, signature, 0);
        while (verifier.Verdict == P256Verifier.Working)
        {
            verifier.Step(7);
        }

        return verifier.Verdict;
    }

    private static byte[] Key(ECPoint point) => [.. point.X!, .. point.Y!];
}
