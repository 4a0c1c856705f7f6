using Appliance.Edge.Configuration;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>The uplink's settings are held against their rules before anything starts.</summary>
public sealed class UplinkOptionsTests
{
    // The base point of P-256 (SEC 2, 2.4.2), uncompressed.
    private const string Point =
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

    private const string Good =
        $"\"host\": \"broker.example\", \"caFile\": \"a\", \"certificateFile\": \"b\", \"keyFile\": \"c\", "
        + $"\"storeKeys\": [\"{Point}\"]";

    [Fact]
    public void Without_a_host_there_is_no_uplink_and_nothing_else_is_asked_for()
    {
        Assert.Equal("", ProblemOf("\"port\": 1"));
        Assert.Equal("", ProblemOf(Good));
    }

    [Theory]
    [InlineData("\"host\": \"mqtts://x\"", "uplink.host is 'mqtts://x'; it must be a name or an address")]
    [InlineData("\"port\": 0", "uplink.port is 0; it must be 1 to 65535")]
    [InlineData("\"caFile\": \"\"", "uplink.caFile is missing; `icrctl provision` makes the file")]
    [InlineData("\"storeKeys\": []", "uplink.storeKeys is empty; without a store's key no receipt could ever free")]
    [InlineData("\"storeKeys\": [\"04\"]", "uplink.storeKeys[0] is not a point of P-256 in 130 hexadecimal digits")]
    [InlineData("\"windowBatches\": 65", "uplink.windowBatches is 65; it must be 1 to 64")]
    [InlineData("\"keepAliveSeconds\": 1", "uplink.keepAliveSeconds is 1; it must be 5 to 600")]
    [InlineData("\"hots\": \"x\"", "the key 'hots' is unknown")]
    public void Each_rule_that_is_broken_is_told_by_its_key(string setting, string sentence) =>
        Assert.Contains(sentence, ProblemOf($"{Good}, {setting}"));

    private static string ProblemOf(string uplink)
    {
        bool isGood = ConfigurationFile.TryParse($"{{ \"uplink\": {{ {uplink} }} }}", out _, out string problem);
        Assert.Equal(isGood, problem.Length == 0);
        return problem;
    }
}
