using Appliance.Linux.Packets;
using Xunit;

namespace Appliance.Tests.Linux;

public sealed class InterfaceCountersTests
{
    private const string Text = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier
            lo: 1500      10    0    0    0     0          0         0     1500      10    0    0    0     0       0
        mirror0:9876543210 7654321 3 21 5 1 0 9 0 0 0 0 0 0 0 0
        """;

    [Fact]
    public void What_the_kernel_lost_before_the_ring_is_read_from_its_table()
    {
        Assert.True(InterfaceCounters.TryParse(Text, "mirror0", out InterfaceCounters counters));
        Assert.Equal(new InterfaceCounters(7_654_321, 21, 5, 3), counters);
    }

    [Theory]
    [InlineData("mirror")]
    [InlineData("face |bytes    packets errs drop fifo frame compressed multicast|bytes")]
    [InlineData("")]
    public void A_name_that_is_not_in_the_table_gives_nothing(string name) =>
        Assert.False(InterfaceCounters.TryParse(Text, name, out _));

    [Fact]
    public void The_loopback_of_this_machine_is_in_the_table() =>
        Assert.True(InterfaceCounters.TryRead("lo", out InterfaceCounters counters) && counters.Received >= 0);
}
