using System.Buffers.Binary;
using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class HpkeVectorTests
{
    private const string File = "hpke/testdata/vectors_rfc9180_5f503c5.json.gz";

    [SharedFact("hpke")]
    public void The_key_encapsulation_gives_every_shared_secret_of_rfc_9180()
    {
        int ran = 0;
        foreach (JsonElement vector in Vectors(v => v.Int("mode") == 0 && v.Int("kem_id") == 16))
        {
            PublicKey recipient = Point(vector.Hex("pkRm"));
            byte[] encapsulated = new byte[Hpke.EncapsulatedSize];
            byte[] shared = new byte[32];
            Hpke.Encapsulate(recipient, vector.Hex("ikmE"), encapsulated, shared);
            Assert.Equal(vector.Hex("enc"), encapsulated);
            Assert.Equal(vector.Hex("shared_secret"), shared);

            byte[] scalar = new byte[32];
            Hpke.DeriveScalar(vector.Hex("ikmR"), scalar);
            Assert.Equal(vector.Hex("skRm"), scalar);
            Assert.True(Hpke.TryDecapsulate(scalar, recipient, encapsulated, shared));
            Assert.Equal(vector.Hex("shared_secret"), shared);
            ran++;
        }

        Assert.Equal(8, ran);
    }

    [SharedFact("hpke")]
    public void The_suite_of_the_batch_gives_every_ciphertext_of_rfc_9180()
    {
        JsonElement vector = Assert.Single(Vectors(
            v => v.Int("mode") == 0 && v.Int("kem_id") == 16 && v.Int("kdf_id") == 1 && v.Int("aead_id") == 2));
        byte[] key = new byte[32];
        byte[] nonce = new byte[12];
        Hpke.Schedule(vector.Hex("shared_secret"), vector.Hex("info"), key, nonce);
        Assert.Equal(vector.Hex("key"), key);
        Assert.Equal(vector.Hex("base_nonce"), nonce);

        uint sequence = 0;
        foreach (JsonElement step in vector.GetProperty("encryptions").EnumerateArray())
        {
            byte[] at = (byte[])nonce.Clone();
            uint low = BinaryPrimitives.ReadUInt32BigEndian(at.AsSpan(8));
            BinaryPrimitives.WriteUInt32BigEndian(at.AsSpan(8), low ^ sequence++);
            byte[] sealedBytes = new byte[step.Hex("pt").Length + Gcm.TagSize];
            Gcm.Seal(key, at, step.Hex("aad"), step.Hex("pt"), sealedBytes);
            Assert.Equal(step.Hex("nonce"), at);
            Assert.Equal(step.Hex("ct"), sealedBytes);
        }

        Assert.Equal(257u, sequence);
    }

    [SharedFact("hpke")]
    public void A_single_shot_seals_as_rfc_9180_and_opens_again()
    {
        JsonElement vector = Assert.Single(Vectors(
            v => v.Int("mode") == 0 && v.Int("kem_id") == 16 && v.Int("kdf_id") == 1 && v.Int("aead_id") == 2));
        JsonElement first = vector.GetProperty("encryptions")[0];
        PublicKey recipient = Point(vector.Hex("pkRm"));
        byte[] encapsulated = new byte[Hpke.EncapsulatedSize];
        byte[] sealedBytes = new byte[first.Hex("ct").Length];
        Hpke.Seal(
            recipient,
            vector.Hex("info"),
            first.Hex("aad"),
            first.Hex("pt"),
            vector.Hex("ikmE"),
            encapsulated,
            sealedBytes);
        Assert.Equal(first.Hex("ct"), sealedBytes);

        byte[] plain = new byte[first.Hex("pt").Length];
        Assert.True(Open(vector.Hex("info"), encapsulated));
        Assert.Equal(first.Hex("pt"), plain);
        Assert.False(Open([1, 2, 3], encapsulated), "another info must not open");
        encapsulated[40] ^= 1;
        Assert.False(Open(vector.Hex("info"), encapsulated), "a point off the curve must not open");

        bool Open(byte[] info, byte[] enc) =>
            Hpke.TryOpen(vector.Hex("skRm"), recipient, enc, info, first.Hex("aad"), sealedBytes, plain);
    }

    private static List<JsonElement> Vectors(Func<JsonElement, bool> wanted) =>
        [.. SharedVectors.Json("hpke", File).EnumerateArray().Where(wanted)];

    private static PublicKey Point(byte[] bytes) =>
        PublicKey.TryFromPoint(bytes, out PublicKey? key) ? key : throw new InvalidOperationException("not a point");
}
