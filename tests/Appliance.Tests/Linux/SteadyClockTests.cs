using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>The line of time goes on evenly, whatever is done to the system clock.</summary>
public sealed class SteadyClockTests
{
    private const long Begin = 1_790_000_000_000_000_000;
    private const long MsNs = 1_000_000;
    private const long HourNs = 3_600_000_000_000;
    private long raw = 5_000_000_000;
    private long system = Begin;

    [Theory]
    [InlineData(HourNs)]
    [InlineData(-HourNs)]
    [InlineData(2 * MsNs)]
    [InlineData(-2 * MsNs)]
    [InlineData(MsNs / 2)]
    public void A_step_does_not_move_it_and_is_counted(long stepNs)
    {
        SteadyClock clock = new(Read, 0);
        Pass(10 * MsNs);
        Assert.Equal(Begin + (10 * MsNs), clock.NowNs);

        system += stepNs;
        Pass(5 * MsNs);
        Assert.Equal(Begin + (15 * MsNs), clock.NowNs);
        Assert.Equal((1, stepNs), (clock.Steps, clock.OffsetNs));
        Assert.Equal(system, clock.ToSystem(clock.NowNs));
        Assert.Equal(Begin + (10 * MsNs), clock.ToSystem(Begin + (10 * MsNs)));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(-500)]
    public void A_slewed_clock_is_followed(int ppm)
    {
        SteadyClock clock = new(Read, 0);
        for (int i = 0; i < 500; i++)
        {
            Pass(10 * MsNs);
            system += 10 * MsNs * ppm / 1_000_000;
            Assert.Equal(system, clock.NowNs);
        }

        Assert.Equal(0, clock.Steps);
    }

    [Fact]
    public void A_clock_slewed_by_its_ticks_is_followed_from_where_that_was_seen()
    {
        SteadyClock clock = new(Read, 0);
        long ahead = 0;
        for (int i = 0; i < 500; i++)
        {
            Pass(10 * MsNs);
            system += 833_330;
            ahead = i == 0 ? system - clock.NowNs : ahead;
            Assert.Equal(system - ahead, clock.NowNs);
        }

        Assert.Equal((1, 833_330), (clock.Steps, ahead));
    }

    [Fact]
    public void Steps_of_many_hours_forth_and_back_leave_it_at_the_elapsed_time()
    {
        SteadyClock clock = new(Read, 0);
        Random random = new(7);
        long elapsed = 0;
        for (int i = 0; i < 1000; i++)
        {
            long pass = random.Next(1, 20) * MsNs;
            Pass(pass);
            elapsed += pass;
            system += random.NextInt64(-HourNs, HourNs);
            Assert.Equal(Begin + elapsed, clock.NowNs);
        }

        Assert.Equal(1000, clock.Steps);
    }

    [Fact]
    public void A_run_goes_on_where_the_one_before_was()
    {
        SteadyClock clock = new(Read, HourNs);
        Assert.Equal(Begin - HourNs, clock.NowNs);
        Assert.Equal(Begin, clock.ToSystem(clock.NowNs));
        Assert.Equal(0, clock.Steps);
    }

    [Fact]
    public void Doubt_holds_for_its_stretch_and_the_widest_counts()
    {
        SteadyClock clock = new(Read, 0);
        clock.Doubt(Begin, Begin + 10, 7);
        clock.Doubt(Begin + 5, Begin + 20, 7);
        clock.Doubt(Begin + 15, Begin + 30, 9);

        Assert.Equal(
            [0L, 7, 7, 9, 9, 0],
            ((long[])[-1, 0, 14, 15, 30, 31]).Select(after => clock.DoubtAt(Begin + after)));
    }

    [Fact]
    public void More_doubts_than_there_is_room_for_are_joined_and_only_those_of_yesterday_forgotten()
    {
        SteadyClock clock = new(Read, 0);
        for (int i = 0; i < 300; i++)
        {
            clock.Doubt(Begin + (i * HourNs / 100), Begin + (i * HourNs / 100) + 10, 7 + i);
        }

        for (int i = 0; i < 300; i++)
        {
            Assert.True(clock.DoubtAt(Begin + (i * HourNs / 100)) >= 7 + i, $"doubt {i}");
        }

        for (int i = 0; i < 300; i++)
        {
            long from = Begin + (100 * HourNs) + (i * HourNs / 100);
            clock.Doubt(from, from + 10, 7);
        }

        Assert.Equal(0, clock.DoubtAt(Begin));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(HourNs, 0)]
    [InlineData(-HourNs, 0)]
    [InlineData(0, HourNs)]
    [InlineData(0, -20 * MsNs)]
    [InlineData(HourNs, -2 * HourNs)]
    public void Two_processes_mean_the_same_moment_by_a_stamp_over_steps_before_and_after_it_was_named(
        long unseenNs, long afterNs)
    {
        SteadyClock other = new(Read, 0);
        Pass(10 * MsNs);
        system += unseenNs;
        SteadyClock clock = new(Read, 0);
        (CounterPair named, long offset) = other.Read();
        long stamp = named.Reading.Nanoseconds + (10 * MsNs);
        RawTime at = new(named.At.Nanoseconds + (10 * MsNs));
        Pass(3 * MsNs);
        system += afterNs;
        long met = clock.Meet(stamp, at);

        // Along its own line, to the nanosecond: so far as that is from now by the other's.
        Assert.Equal(other.NowNs - (stamp - offset), clock.NowNs - met);
    }

    [Fact]
    public void It_reads_the_clocks_of_this_machine()
    {
        SteadyClock clock = new(CounterReader.SystemClock, 0);
        long before = CounterReader.SystemClock().Reading.Nanoseconds;
        Assert.InRange(clock.NowNs, before, CounterReader.SystemClock().Reading.Nanoseconds);
    }

    private CounterPair Read() =>
        new(new RawTime(raw), new CounterId(CounterKind.SystemClock), new RawTime(system), 40);

    private void Pass(long ns)
    {
        raw += ns;
        system += ns;
    }
}
