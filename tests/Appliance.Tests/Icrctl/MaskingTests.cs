using Appliance.Icrctl.Bundles;
using Xunit;

namespace Appliance.Tests.Icrctl;

/// <summary>What a support bundle may not carry out of the box.</summary>
public sealed class MaskingTests
{
    [Theory]
    [InlineData("from 100.64.7.9 to 203.0.113.5:443", "from 100.64.x.x to 203.0.x.x:443")]
    [InlineData("\"prefix\": \"100.64.7.9/32\"", "\"prefix\": \"100.64.x.x/32\"")]
    [InlineData("2001:db8:1:2::77 and fe80::1", "2001:db8:x and fe80::x")]
    [InlineData("[2001:db8::5]:8883", "[2001:db8:x]:8883")]
    [InlineData("::ffff:100.64.7.9", "::x")]
    [InlineData("mac 02:42:ac:11:00:02 up", "mac 02-42-ac-x-x-x up")]
    [InlineData("at 12:30:45 version 1.2.3 (10.0.12)", "at 12:30:45 version 1.2.3 (10.0.12)")]
    [InlineData("2026-11-22T07:41:05+0000 appliance[812]", "2026-11-22T07:41:05+0000 appliance[812]")]
    [InlineData(
        "device 00112233445566778899aabbccddeeff stays", "device 00112233445566778899aabbccddeeff stays")]
    [InlineData(
        "key 04aabbccddeeff00112233445566778899aabbccddeeff0011", "key 04aabbcc(shortened)")]
    [InlineData("pw MHcCAQEEIBLk0p2r7c1mZ0p3pPq9mZ0p3pPq9mZ0p3pPq9mZ0p3=", "pw MHcCAQEE(shortened)")]
    public void Addresses_and_keys_are_cut_and_the_rest_is_left(string said, string left) =>
        Assert.Equal(left, Masking.Of(said));

    [Fact]
    public void A_key_in_a_text_is_taken_out_also_where_its_end_is_missing()
    {
        const string begin = "-----BEGIN PRIVATE" + " KEY-----\nMIGH\nAgEA\n";
        Assert.Equal("a (a key or certificate was here)", Masking.Of("a " + begin));
        Assert.Equal(
            "a (a key or certificate was here) b", Masking.Of($"a {begin}-----END PRIVATE" + " KEY----- b"));
    }
}
