using Appliance.Edge.Configuration;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>What the configuration of NAT logs must keep.</summary>
public sealed class NatLogOptionsTests
{
    [Theory]
    [InlineData(8, 8, true)]
    [InlineData(16, 1, false)]
    public void There_may_be_sixteen_listeners_of_both_kinds_together(int udp, int tcp, bool isTaken)
    {
        string text = $$"""{ "natLog": { "udp": [ {{Places(udp)}} ], "tcp": [ {{Places(tcp)}} ] } }""";
        Assert.Equal(isTaken, ConfigurationFile.TryParse(text, out _, out string problem));
        Assert.Equal(isTaken ? "" : "natLog.udp and natLog.tcp have 17 entries; there may be 16", problem);
    }

    private static string Places(int count) =>
        string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"192.0.2.1:{4000 + i}\""));
}
