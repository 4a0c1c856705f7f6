using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>What the configuration says of address families, and what of it cannot work.</summary>
public sealed class FamilyOptionsTests
{
    private static readonly LegRuleOptions[] Legs = [new() { Interface = "in", Leg = "inside" }];

    [Fact]
    public void Prefixes_and_mappings_reach_the_flow_engine()
    {
        Assert.True(TryMake(
            """
            { "traffic": { "nat64Prefixes": [ "2001:db8:64::/56" ], "flowLimit": 8192,
              "remoteMappings": [ { "inside": "10.9.0.0/16", "outside": "192.0.0.0/16" } ] } }
            """,
            out FlowOptions flow,
            out string problem), problem);

        Assert.Equal(56, Assert.Single(flow.Nat64Prefixes).Length);
        RemoteMapping mapping = Assert.Single(flow.RemoteMappings);
        Assert.Equal(("10.9.0.0", "192.0.0.0"), ($"{mapping.Inside.Address}", $"{mapping.Outside.Address}"));
        Assert.Equal(2048, flow.AddressLimit);
    }

    [Fact]
    public void The_well_known_prefix_is_meant_where_none_is_told()
    {
        Assert.True(TryMake("{ }", out FlowOptions flow, out string problem), problem);

        Assert.True(Ip.TryParse("64:ff9b::192.0.2.1", out Ip embedded));
        Assert.True(Assert.Single(flow.Nat64Prefixes).Contains(embedded));
    }

    [Theory]
    [InlineData("""{ "traffic": { "nat64Prefixes": [ "64:ff9b" ] } }""", "traffic.nat64Prefixes[0]")]
    [InlineData("""{ "traffic": { "nat64Prefixes": [ "64:ff9b::/95" ] } }""", "Nat64Prefixes has 64:ff9b::/95")]
    [InlineData("""{ "traffic": { "addressLimit": -1 } }""", "traffic.addressLimit")]
    [InlineData(
        """{ "traffic": { "remoteMappings": [ { "inside": "10.9.0.0/16" } ] } }""",
        "traffic.remoteMappings[0].outside")]
    [InlineData(
        """{ "traffic": { "remoteMappings": [ { "inside": "10.9.0.0/16", "outside": "192.0.2.0/24" } ] } }""",
        "RemoteMappings maps 10.9.0.0/16 to 192.0.2.0/24")]
    public void What_cannot_work_is_refused_by_name(string text, string start)
    {
        Assert.False(TryMake(text, out _, out string problem));

        Assert.StartsWith(start, problem, StringComparison.Ordinal);
    }

    private static bool TryMake(string text, out FlowOptions flow, out string problem)
    {
        flow = new FlowOptions();
        return ConfigurationFile.TryParse(text, out ApplianceOptions options, out problem)
            && FlowSettings.TryMake(options, Legs, ["in"], out flow, out problem);
    }
}
