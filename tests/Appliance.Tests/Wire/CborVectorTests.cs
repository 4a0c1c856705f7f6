using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class CborVectorTests
{
    /// <summary>
    /// RFC 8949 appendix A: what the profile has no use for is refused, all else comes back byte for byte.
    /// </summary>
    [SharedFact("cbor")]
    public void Appendix_a_is_read_exactly_as_far_as_the_profile_goes()
    {
        int accepted = 0;
        int refused = 0;
        foreach (JsonElement vector in SharedVectors.Json("cbor", "appendix_a.json").EnumerateArray())
        {
            byte[] bytes = vector.Hex("hex");
            Refusal refusal = CborStrict.TryRead(bytes, 1024, out CborItem? item);
            Assert.True((refusal == Refusal.None) == InProfile(bytes, out _), vector.Str("hex"));
            if (refusal != Refusal.None)
            {
                Assert.Equal(Refusal.NotCanonical, refusal);
                refused++;
                continue;
            }

            Assert.Equal(bytes, CborStrict.Encode(item!));
            if (vector.TryGetProperty("decoded", out JsonElement decoded))
            {
                AssertSame(decoded, item!);
            }

            accepted++;
        }

        Assert.Equal(82, accepted + refused);
        Assert.Equal(41, accepted);
    }

    [Theory]
    [InlineData("1800", Refusal.NotCanonical)]
    [InlineData("a201000100", Refusal.NotCanonical)]
    [InlineData("a202000100", Refusal.NotCanonical)]
    [InlineData("a1616100", Refusal.NotCanonical)]
    [InlineData("9fff", Refusal.NotCanonical)]
    [InlineData("f90000", Refusal.NotCanonical)]
    [InlineData("0000", Refusal.TrailingBytes)]
    [InlineData("820", Refusal.NotCbor)]
    [InlineData("82", Refusal.NotCbor)]
    [InlineData("", Refusal.NotCbor)]
    [InlineData("9b00000000ffffffff", Refusal.NotCbor)]
    [InlineData("818181818181818100", Refusal.TooDeep)]
    [InlineData("61ff", Refusal.NotCanonical)]
    public void What_is_not_canonical_is_refused_with_its_reason(string hex, Refusal expected)
    {
        byte[] bytes = hex.Length % 2 == 0 ? Convert.FromHexString(hex) : Convert.FromHexString(hex[..^1]);
        Assert.Equal(expected, CborStrict.TryRead(bytes, 1024, out _));
    }

    [Fact]
    public void More_bytes_than_allowed_are_refused_before_they_are_read() =>
        Assert.Equal(Refusal.TooLarge, CborStrict.TryRead(new byte[1025], 1024, out _));

    /// <summary>
    /// An oracle that walks the initial bytes alone: major types 0 to 6, false, true, null, map keys unsigned.
    /// </summary>
    private static bool InProfile(ReadOnlySpan<byte> bytes, out int length)
    {
        int major = bytes[0] >> 5;
        int info = bytes[0] & 31;
        length = 1;
        if (info >= 28 || (major == 7 && info is not (20 or 21 or 22)))
        {
            return false;
        }

        int extra = info < 24 ? 0 : 1 << (info - 24);
        ulong argument = (ulong)info;
        if (extra > 0)
        {
            argument = 0;
            foreach (byte next in bytes.Slice(1, extra))
            {
                argument = (argument << 8) | next;
            }
        }

        length += extra + (major is 2 or 3 ? (int)argument : 0);
        int nested = major switch { 4 => (int)argument, 5 => 2 * (int)argument, 6 => 1, _ => 0 };
        for (int i = 0; i < nested; i++)
        {
            if ((major == 5 && i % 2 == 0 && bytes[length] >> 5 != 0) || !InProfile(bytes[length..], out int inner))
            {
                return false;
            }

            length += inner;
        }

        return true;
    }

    private static void AssertSame(JsonElement decoded, CborItem item)
    {
        switch (decoded.ValueKind)
        {
            case JsonValueKind.Number when item.Kind == CborKind.Unsigned:
                Assert.Equal(decoded.GetRawText(), item.Number.ToString());
                break;
            case JsonValueKind.Number when item.Kind == CborKind.Negative:
                Assert.Equal(decoded.GetRawText(), (-1 - (Int128)item.Number).ToString());
                break;
            case JsonValueKind.String when item.Kind == CborKind.Text:
                Assert.Equal(decoded.GetString(), item.Text);
                break;
            case JsonValueKind.Array:
                Assert.Equal(decoded.GetArrayLength(), item.Items.Length);
                for (int i = 0; i < item.Items.Length; i++)
                {
                    AssertSame(decoded[i], item.Items[i]);
                }

                break;
            case JsonValueKind.Object:
                Assert.Equal(decoded.EnumerateObject().Count(), item.Keys.Length);
                break;
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                Assert.Equal(decoded.ValueKind.ToString(), item.Kind.ToString());
                break;
            default:
                Assert.True(item.Kind == CborKind.Tag, decoded.GetRawText());
                break;
        }
    }
}
