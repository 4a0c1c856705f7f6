using System.Security.Cryptography;
using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>
/// Project Wycheproof's cases, run through the very calls that the batch uses. Counts are asserted, so that a file
/// that was not found or a filter that lets nothing through fails.
/// </summary>
public sealed class WycheproofTests
{
    [SharedFact("wycheproof")]
    public void Aes_256_gcm_agrees_in_every_case()
    {
        int ran = 0;
        foreach ((JsonElement group, JsonElement test) in Cases("aes_gcm_test.json"))
        {
            if (group.Int("keySize") != 256 || group.Int("ivSize") != 96 || group.Int("tagSize") != 128)
            {
                continue;
            }

            byte[] message = test.Hex("msg");
            byte[] sealedBytes = [.. test.Hex("ct"), .. test.Hex("tag")];
            byte[] plain = new byte[message.Length];
            bool opened = Gcm.TryOpen(test.Hex("key"), test.Hex("iv"), test.Hex("aad"), sealedBytes, plain);
            Assert.True(opened == IsValid(test), Name(test));
            if (opened)
            {
                byte[] again = new byte[sealedBytes.Length];
                Gcm.Seal(test.Hex("key"), test.Hex("iv"), test.Hex("aad"), message, again);
                Assert.Equal(message, plain);
                Assert.Equal(sealedBytes, again);
            }

            ran++;
        }

        Assert.Equal(66, ran);
    }

    [SharedFact("wycheproof")]
    public void Ecdsa_p256_signatures_agree_in_every_case()
    {
        int ran = 0;
        foreach ((JsonElement group, JsonElement test) in Cases("ecdsa_secp256r1_sha256_p1363_test.json"))
        {
            byte[] point = group.GetProperty("publicKey").Hex("uncompressed");
            Assert.True(PublicKey.TryFromPoint(point, out PublicKey? key), Name(test));
            bool fits = key.Verify(SHA256.HashData(test.Hex("msg")), test.Hex("sig"));
            Assert.True(fits == IsValid(test), Name(test));
            ran++;
        }

        Assert.Equal(262, ran);
    }

    [SharedFact("wycheproof")]
    public void Hkdf_sha256_agrees_in_every_case()
    {
        int ran = 0;
        foreach ((_, JsonElement test) in Cases("hkdf_sha256_test.json"))
        {
            byte[] output = new byte[test.Int("size")];
            bool made = true;
            try
            {
                HKDF.DeriveKey(HashAlgorithmName.SHA256, test.Hex("ikm"), output, test.Hex("salt"), test.Hex("info"));
            }
            catch (ArgumentException)
            {
                made = false;
            }

            Assert.True(made == IsValid(test), Name(test));
            Assert.True(!made || output.AsSpan().SequenceEqual(test.Hex("okm")), Name(test));
            ran++;
        }

        Assert.Equal(86, ran);
    }

    /// <summary>
    /// HPKE takes only uncompressed points; every other encoding of the file is refused before agreement, which is
    /// stricter than the cases marked acceptable ask for.
    /// </summary>
    [SharedFact("wycheproof")]
    public void Ecdh_p256_agrees_wherever_hpke_would_take_the_point()
    {
        int agreed = 0;
        int refused = 0;
        foreach ((_, JsonElement test) in Cases("ecdh_secp256r1_test.json"))
        {
            byte[] spki = test.Hex("public");
            byte[] point = spki.Length >= P256.PointSize ? spki[^P256.PointSize..] : spki;
            bool taken = PublicKey.TryFromPoint(point, out PublicKey? peer)
                && spki.AsSpan().SequenceEqual(P256.Spki(point));
            if (!taken)
            {
                Assert.False(IsValid(test), Name(test));
                refused++;
                continue;
            }

            using ECDiffieHellman own = P256.ImportPrivate(Scalar(test.Hex("private")));
            Assert.Equal(test.Str("shared"), Convert.ToHexStringLower(Hpke.Agree(own, peer!)));
            Assert.NotEqual("invalid", test.Str("result"));
            agreed++;
        }

        Assert.Equal((330, 282), (agreed, refused));
    }

    private static byte[] Scalar(byte[] integer)
    {
        byte[] scalar = new byte[P256.ScalarSize];
        ReadOnlySpan<byte> trimmed = integer.AsSpan().TrimStart((byte)0);
        trimmed.CopyTo(scalar.AsSpan(P256.ScalarSize - trimmed.Length));
        return scalar;
    }

    private static IEnumerable<(JsonElement Group, JsonElement Test)> Cases(string file)
    {
        foreach (JsonElement group in SharedVectors.Json("wycheproof", "testvectors_v1/" + file)
            .GetProperty("testGroups").EnumerateArray())
        {
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                yield return (group, test);
            }
        }
    }

    private static bool IsValid(JsonElement test) => test.Str("result") == "valid";

    private static string Name(JsonElement test) => $"tcId {test.Int("tcId")}: {test.Str("comment")}";
}
