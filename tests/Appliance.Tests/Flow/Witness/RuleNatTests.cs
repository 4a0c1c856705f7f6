using Appliance.Flow;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Witness;

public sealed class RuleNatTests
{
    private const long NowNs = 1_700_000_000_000_000_000;

    private static readonly RuleNat Rule = new()
    {
        Inside = Range("100.64.0.0/22"), Public = Range("198.51.100.0/28"), PortsPerLine = 1000,
    };

    [Fact]
    public void Sequential_blocks_follow_the_published_formula()
    {
        // Junos, "Deterministic NAPT": first port 1024, blocks of 249; offset * 249 over 64,512 ports an address.
        RuleNat rule = Rule with { Inside = Range("10.1.0.1-10.1.3.250"), PortsPerLine = 249 };
        Assert.Equal("", rule.Fault());
        Assert.True(rule.TryPublic(Ip("10.1.0.6"), NowNs, out Ip address, out ushort first, out ushort last));
        Assert.Equal(("198.51.100.0", 2269, 2517), (address.ToString(), first, last));
        Assert.True(rule.TryPublic(Ip("10.1.1.4"), NowNs, out address, out first, out _));
        Assert.Equal(("198.51.100.1", 1024), (address.ToString(), first));
    }

    [Theory]
    [InlineData(RuleOrder.AddressFull)]
    [InlineData(RuleOrder.AddressInTurn)]
    public void Every_port_leads_back_to_its_line_and_no_port_to_two(RuleOrder order)
    {
        RuleNat rule = Rule with { Order = order };
        Assert.Equal("", rule.Fault());
        HashSet<(Ip, ushort)> taken = [];
        for (uint n = 0; n < 1024; n++)
        {
            Ip line = Rule.Inside.At(n);
            Assert.True(rule.TryPublic(line, NowNs, out Ip address, out ushort first, out ushort last));
            Assert.Equal(999, last - first);
            Assert.True(taken.Add((address, first)), $"line {n} shares {address}:{first}");
            foreach (ushort port in new[] { first, (ushort)(first + 500), last })
            {
                Assert.True(rule.TryInside(address, port, NowNs, out Ip back));
                Assert.Equal(line, back);
            }
        }
    }

    [Fact]
    public void Of_ports_and_addresses_that_the_rule_does_not_give_out_it_says_nothing()
    {
        Assert.False(Rule.TryInside(Ip("198.51.100.0"), 1023, NowNs, out _));
        Assert.False(Rule.TryInside(Ip("198.51.100.0"), 65_535, NowNs, out _));
        Assert.False(Rule.TryInside(Ip("198.51.100.16"), 2000, NowNs, out _));
        Assert.False(Rule.TryInside(Ip("198.51.99.255"), 2000, NowNs, out _));
        Assert.False(Rule.TryInside(Ip("2001:db8::1"), 2000, NowNs, out _));
        Assert.False(Rule.TryPublic(Ip("100.64.4.0"), NowNs, out _, out _, out _));
    }

    [Fact]
    public void A_rule_speaks_only_for_its_time()
    {
        RuleNat rule = Rule with { FromNs = NowNs, ToNs = NowNs + 10 };
        Assert.False(rule.TryInside(Ip("198.51.100.0"), 2000, NowNs - 1, out _));
        Assert.True(rule.TryInside(Ip("198.51.100.0"), 2000, NowNs, out _));
        Assert.True(rule.TryPublic(Ip("100.64.0.1"), NowNs + 9, out _, out _, out _));
        Assert.False(rule.TryPublic(Ip("100.64.0.1"), NowNs + 10, out _, out _, out _));
    }

    [Fact]
    public void A_rule_that_cannot_be_is_told()
    {
        Assert.Contains("1024 lines and only 16 blocks", (Rule with { PortsPerLine = 64_000 }).Fault());
        Assert.Contains("do not fit", (Rule with { PortsPerLine = 0 }).Fault());
        Assert.Contains("ends before", (Rule with { FromNs = 5, ToNs = 5 }).Fault());
        Assert.False(AddressRange.TryParse("2001:db8::/64", out _));
        Assert.False(AddressRange.TryParse("10.0.0.9-10.0.0.1", out _));
    }

    private static AddressRange Range(string text) =>
        AddressRange.TryParse(text, out AddressRange range) ? range : throw new FormatException(text);

    private static Ip Ip(string text) => ExportBuilder.IpOf(text);
}
