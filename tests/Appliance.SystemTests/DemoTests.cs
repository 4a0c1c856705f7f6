using System.Text.Json;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests;

/// <summary>What a newcomer runs first: the whole way of a record, with everything as a process of its own.</summary>
[Collection(KernelNat.Name)]
public sealed class DemoTests(ITestOutputHelper output)
{
    [RootFact("ip", "nft", "conntrack", "curl", "nginx", "dnsmasq", "ping", "ethtool", "mosquitto")]
    public void The_demonstration_is_right_in_every_record_and_every_answer()
    {
        Outcome demo = Programs.Lab("demo", "--json");

        output.WriteLine(demo.Output);
        Assert.True(demo.Code == 0, demo.Output + demo.Error);
        JsonElement summary = JsonDocument.Parse(demo.Output).RootElement;
        Assert.Equal(2_000, summary.GetProperty("right").GetInt32());
        Assert.Equal(2_000, summary.GetProperty("records").GetInt32());
        Assert.Equal(8, summary.GetProperty("answers").GetArrayLength());
        Assert.All(
            summary.GetProperty("answers").EnumerateArray(),
            answer => Assert.True(answer.GetProperty("is_right").GetBoolean()));
        JsonElement lawful = summary.GetProperty("lawful");
        Assert.True(lawful.GetProperty("is_right").GetBoolean());
        Assert.Equal(
            ["refusal", "request", "approval", "question", "release", "delivery"],
            lawful.GetProperty("log").EnumerateArray().Select(entry => KindOf(entry.GetString()!)));
    }

    private static string KindOf(string entry) => entry switch
    {
        _ when entry.Contains("was refused", StringComparison.Ordinal) => "refusal",
        _ when entry.Contains("request was taken", StringComparison.Ordinal) => "request",
        _ when entry.Contains("approved", StringComparison.Ordinal) => "approval",
        _ when entry.Contains("was asked", StringComparison.Ordinal) => "question",
        _ when entry.Contains("released", StringComparison.Ordinal) => "release",
        _ when entry.Contains("handed over", StringComparison.Ordinal) => "delivery",
        _ => entry,
    };
}
