using System.Security.Cryptography;
using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class CoseVectorTests
{
    /// <summary>
    /// The working group's examples use headers that the product does not take, so its parts are tried: the bytes to
    /// be signed, the signature over them, and that the product's own reader refuses the object as a whole.
    /// </summary>
    [SharedFact("cose")]
    public void Sign1_examples_with_es256_are_judged_as_they_say()
    {
        int passed = 0;
        int failed = 0;
        foreach (string file in Files())
        {
            JsonElement vector = SharedVectors.Json("cose", file);
            JsonElement sign = vector.GetProperty("input").GetProperty("sign0");
            byte[] bytes = vector.GetProperty("output").Hex("cbor");
            bool fits = Judge(vector, sign, bytes);
            Assert.True(fits == !vector.TryGetProperty("fail", out _), file);
            Assert.NotEqual(Refusal.None, SignedObject.TryRead(SignedType.Batch, bytes, out _));
            passed += fits ? 1 : 0;
            failed += fits ? 0 : 1;
        }

        Assert.Equal((4, 6), (passed, failed));
    }

    private static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Data("cose")!, "sign1-tests"), "*.json")
            .Order()
            .Select(f => "sign1-tests/" + Path.GetFileName(f))
            .Append("ecdsa-examples/ecdsa-sig-01.json");

    private static bool Judge(JsonElement vector, JsonElement sign, byte[] bytes)
    {
        // The examples marked as untagged are still Sign1 to whoever expects one; a wrong tag is not.
        if (CborStrict.TryRead(bytes, 1024, out CborItem? item) != Refusal.None
            || item is { Kind: CborKind.Tag, Number: not 18 })
        {
            return false;
        }

        CborItem[] parts = item!.Kind == CborKind.Tag ? item.Items[0].Items : item.Items;
        byte[] external = sign.TryGetProperty("external", out JsonElement given)
            ? Convert.FromHexString(given.GetString()!)
            : [];
        ReadOnlySpan<byte> header = NormalHeader(parts[0].Bytes.Span);
        byte[] signedBytes = SignedObject.SigStructure(header, external, parts[2].Bytes.Span);
        // A changed object whose signature still fitted would not be the example's "to be signed".
        bool unchanged = signedBytes.AsSpan().SequenceEqual(vector.GetProperty("intermediates").Hex("ToBeSign_hex"));
        return unchanged && Key(sign.GetProperty("key")).Verify(SHA256.HashData(signedBytes), parts[3].Bytes.Span);
    }

    /// <summary>RFC 9052 section 3: an encoded empty map counts as an empty string in Sig_structure.</summary>
    private static ReadOnlySpan<byte> NormalHeader(ReadOnlySpan<byte> header) => header is [0xA0] ? [] : header;

    private static PublicKey Key(JsonElement key)
    {
        byte[] point = [4, .. SharedVectors.Base64Url(key.Str("x")), .. SharedVectors.Base64Url(key.Str("y"))];
        return PublicKey.TryFromPoint(point, out PublicKey? made) ? made : throw new InvalidOperationException();
    }
}
