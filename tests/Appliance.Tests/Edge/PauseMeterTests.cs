using Appliance.Edge.Service;
using Xunit;

namespace Appliance.Tests.Edge;

public sealed class PauseMeterTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void The_longest_time_between_two_passes_is_the_pause()
    {
        PauseMeter meter = new(100 * Ms);
        foreach (long passMs in new long[] { 101, 103, 110, 111 })
        {
            meter.Pass(passMs * Ms);
        }

        Assert.Equal(7 * Ms, meter.TakeLongestNs());
    }

    [Fact]
    public void A_wait_counts_only_for_what_it_took_longer_than_it_was_meant_to()
    {
        PauseMeter meter = new(0);
        meter.Waited(10 * Ms, 10 * Ms);
        Assert.Equal(0, meter.TakeLongestNs());
        meter.Waited(33 * Ms, 10 * Ms);
        Assert.Equal(13 * Ms, meter.TakeLongestNs());
    }

    [Fact]
    public void A_wait_that_ends_early_hides_no_pause_after_it()
    {
        PauseMeter meter = new(0);
        meter.Waited(2 * Ms, 10 * Ms);
        meter.Pass(7 * Ms);
        Assert.Equal(5 * Ms, meter.TakeLongestNs());
    }

    [Fact]
    public void Taking_begins_anew()
    {
        PauseMeter meter = new(0);
        meter.Pass(50 * Ms);
        Assert.Equal(50 * Ms, meter.TakeLongestNs());
        meter.Pass(52 * Ms);
        Assert.Equal(2 * Ms, meter.TakeLongestNs());
    }

    [Fact]
    public void Measuring_allocates_nothing()
    {
        PauseMeter meter = new(0);
        meter.Pass(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long pass = 2; pass < 100_000; pass++)
        {
            meter.Pass(pass);
            meter.Waited(pass, 1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1, meter.TakeLongestNs());
    }

    [Fact]
    public void A_minute_forgets_what_is_older_and_the_start_does_not()
    {
        PauseHistory history = new();
        history.Add(9 * Ms);
        for (int second = 0; second < 59; second++)
        {
            history.Add(Ms);
        }

        Assert.Equal(9 * Ms, history.LongestOfMinuteNs);
        history.Add(2 * Ms);
        Assert.Equal(2 * Ms, history.LongestOfMinuteNs);
        Assert.Equal(9 * Ms, history.LongestNs);
    }

    [Fact]
    public void The_longest_time_without_empty_rings_is_told_with_its_packets()
    {
        CatchUpMeter meter = new();
        meter.FoundEmpty(Ms, 0);
        foreach ((int beginMs, int endMs, long packets) in new[] { (2, 4, 10L), (10, 17, 500L), (20, 22, 900L) })
        {
            meter.Begin(beginMs * Ms);
            meter.FoundEmpty(endMs * Ms, packets);
        }

        Assert.Equal((7 * Ms, 490L), (meter.LongestNs, meter.LongestPackets));
    }

    [Fact]
    public void A_time_in_which_nothing_was_read_is_no_catch_up()
    {
        CatchUpMeter meter = new();
        meter.Begin(Ms);
        meter.FoundEmpty(9 * Ms, 0);
        Assert.Equal(0, meter.LongestNs);
    }
}
