using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire.Rows;

public sealed class PolicyTests
{
    private static readonly FlowRow Row = new()
    {
        SubscriberAddress = Address("100.64.0.9"), PublicAddress = Address("192.0.2.1"),
        RemoteAddress = Address("2001:db8::5"), RemotePort = 443, Service = 3, ServiceSource = ServiceSource.Tls,
        PacketsUp = 1, PacketsDown = 2, BytesUp = 3, BytesDown = 4, PublicPort = 40000, Protocol = 6,
    };

    [Fact]
    public void Source_only_keeps_the_binding_and_nothing_of_the_contact()
    {
        FlowRow row = Row;
        Policy policy = new(new PolicyOptions());

        Assert.True(policy.TryAdmit(ref row));
        Assert.False(policy.HasContact);
        Assert.Equal(
            new FlowRow
            {
                SubscriberAddress = Row.SubscriberAddress, PublicAddress = Row.PublicAddress, PublicPort = 40000,
                Protocol = 6,
            },
            row);
    }

    [Fact]
    public void Uk_icr_keeps_everything()
    {
        FlowRow row = Row;
        Policy policy = new(new PolicyOptions { Profile = PolicyProfile.UkIcr });

        Assert.True(policy.TryAdmit(ref row));
        Assert.True(policy.HasContact);
        Assert.Equal(Row, row);
    }

    [Fact]
    public void Uk_icr_without_names_keeps_remote_and_volume()
    {
        FlowRow row = Row;

        Assert.True(new Policy(new PolicyOptions { Profile = PolicyProfile.UkIcr, Names = NamePolicy.None })
            .TryAdmit(ref row));
        Assert.Equal(Row with { Service = 0, ServiceSource = ServiceSource.None }, row);
    }

    [Fact]
    public void Ipdr_keeps_the_remote_only()
    {
        FlowRow row = Row;

        Assert.True(new Policy(new PolicyOptions { Profile = PolicyProfile.Ipdr }).TryAdmit(ref row));
        Assert.Equal((Row.RemoteAddress, Row.RemotePort), (row.RemoteAddress, row.RemotePort));
        Assert.Equal((0, ServiceSource.None, 0UL), (row.Service, row.ServiceSource, row.BytesDown + row.PacketsUp));
    }

    [Theory]
    [InlineData("100.64.0.0/10")]
    [InlineData("192.0.2.1/32")]
    [InlineData("2001:db8::/32")]
    [InlineData("::/0")]
    [InlineData("0.0.0.0/0")]
    public void A_row_of_an_excluded_range_is_dropped_and_counted(string range)
    {
        FlowRow row = Row;
        Policy policy = new(new PolicyOptions { Excluded = [Prefix(range)] });

        Assert.False(policy.TryAdmit(ref row));
        Assert.Equal(1UL, policy.Excluded);
    }

    [Theory]
    [InlineData("100.128.0.0/10")]
    [InlineData("192.0.2.0/32")]
    [InlineData("2001:db9::/32")]
    public void A_row_beside_an_excluded_range_stays(string range)
    {
        FlowRow row = Row;
        Policy policy = new(new PolicyOptions { Excluded = [Prefix(range)] });

        Assert.True(policy.TryAdmit(ref row));
        Assert.Equal(0UL, policy.Excluded);
    }

    [Theory]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0/8")]
    [InlineData("::/129")]
    [InlineData("10.0.0.0/ 8")]
    public void What_is_no_prefix_is_not_taken_for_one(string text) => Assert.False(IpPrefix.TryParse(text, out _));

    private static Ip Address(string text) => Ip.TryParse(text, out Ip ip) ? ip : throw new FormatException(text);

    private static IpPrefix Prefix(string text) =>
        IpPrefix.TryParse(text, out IpPrefix prefix) ? prefix : throw new FormatException(text);
}
