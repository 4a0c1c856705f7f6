using Appliance.Edge.Service;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>Systemd hears that the service lives only while every thread of it does.</summary>
public sealed class WatchdogTests
{
    private long nowMs = 1000;
    private long packetsMs = 1000;
    private long writerMs = 1000;
    private int told;

    [Fact]
    public void It_is_told_while_both_threads_pass_and_no_longer_when_one_hangs()
    {
        using Watchdog watchdog = new(30_000, () => nowMs, () => told++, () => packetsMs, () => writerMs);
        for (int i = 0; i < 3; i++)
        {
            packetsMs = writerMs = nowMs += 15_000;
            Assert.True(watchdog.Check());
        }

        // The packet thread hangs, the writer does not.
        writerMs = nowMs += 30_000;
        Assert.True(watchdog.Check());
        writerMs = nowMs += 1;
        Assert.False(watchdog.Check());
        Assert.Equal(4, told);

        packetsMs = nowMs;
        Assert.True(watchdog.Check());
        packetsMs = nowMs += 30_001;
        Assert.False(watchdog.Check());
        Assert.Equal(5, told);
    }

    [Theory]
    [InlineData("30000000", null, 30_000L)]
    [InlineData("30000000", "17", 30_000L)]
    [InlineData("30000000", "18", null)]
    [InlineData(null, "17", null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    public void It_runs_only_where_systemd_asks_this_process(string? microseconds, string? process, long? limitMs) =>
        Assert.Equal(limitMs, Watchdog.LimitMsOf(microseconds, process, 17));
}
