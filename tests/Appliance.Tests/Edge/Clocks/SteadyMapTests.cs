using Appliance.Edge.Clocks;
using Appliance.Linux.Clocks;
using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge.Clocks;

/// <summary>What becomes true time of stamps along the box's line of time.</summary>
public sealed class SteadyMapTests
{
    private const long Begin = 1_790_000_000_000_000_000;
    private const long SecondNs = 1_000_000_000;
    private const long HourNs = 3600 * SecondNs;
    private readonly SteadyClock clock;
    private readonly KernelClock kernel = new(new StampPaths(default));
    private long raw;
    private long system = Begin;

    public SteadyMapTests() => clock = new SteadyClock(Read, 0);
    [Theory]
    [InlineData(HourNs)]
    [InlineData(-HourNs)]
    [InlineData(30 * SecondNs)]
    public void A_clock_that_is_set_at_the_start_dates_what_began_before_by_what_it_knows_now(long stepNs)
    {
        SteadyMap map = KernelsMap();
        Know(map, isSynchronised: false);
        Pass(60 * SecondNs);
        Step(stepNs);
        Know(map, isSynchronised: false);
        Know(map, isSynchronised: true);

        ClockReading began = map.Map(Begin);
        Assert.Equal((ClockState.Network, LeapSeconds.ToTai((Begin + stepNs) / 1000)), (began.State, began.Time));
        Assert.InRange(began.BoundUs, 100u, 40_000u);

        // A session is dated by what the present moment is off; a flow that began with it must say the same.
        Assert.Equal(61_000_000, map.Map(clock.NowNs).Time.Microseconds - began.Time.Microseconds);
    }

    [Theory]
    [InlineData(HourNs)]
    [InlineData(-30 * SecondNs)]
    public void Where_the_clock_was_believed_before_a_step_the_bound_holds_both_of_its_words(long stepNs)
    {
        SteadyMap map = KernelsMap();
        Know(map, isSynchronised: true);
        Pass(60 * SecondNs);
        Step(stepNs);
        Know(map, isSynchronised: true);
        Pass(60 * SecondNs);
        Know(map, isSynchronised: true);

        ClockReading before = map.Map(Begin + SecondNs);
        ClockReading after = map.Map(Begin + (90 * SecondNs));
        Assert.Equal(89_000_000, after.Time.Microseconds - before.Time.Microseconds);
        Assert.InRange(after.BoundUs, 100u, 40_000u);
        foreach (long word in (long[])[Begin + SecondNs, Begin + SecondNs + stepNs])
        {
            long apart = before.Time.Microseconds - LeapSeconds.ToTai(word / 1000).Microseconds;
            Assert.InRange(Math.Abs(apart), 0, before.BoundUs);
        }
    }

    [Fact]
    public void Until_the_state_after_a_step_is_known_the_one_before_speaks_for_its_own_readings()
    {
        SteadyMap map = KernelsMap();
        Know(map, isSynchronised: true);
        Pass(60 * SecondNs);
        Step(HourNs);
        Pass(SecondNs);

        ClockReading reading = map.Map(Begin + (62 * SecondNs));
        Assert.Equal(LeapSeconds.ToTai((Begin + (62 * SecondNs)) / 1000), reading.Time);
        Assert.InRange(reading.BoundUs, HourNs / 1000, (HourNs / 1000) + 40_000);
    }

    [Fact]
    public void A_bound_that_holds_anything_is_none()
    {
        SteadyMap map = KernelsMap();
        Know(map, isSynchronised: true);
        Pass(60 * SecondNs);
        Step(2 * HourNs);
        Know(map, isSynchronised: true);
        ClockReading reading = map.Map(Begin + SecondNs);
        Assert.Equal((ClockReading.Unbounded, ClockState.Unset), (reading.BoundUs, reading.State));

        // What a clock can drift away in 120 days.
        reading = kernel.Map(Begin + (120 * 24 * HourNs));
        Assert.Equal((ClockReading.Unbounded, ClockState.Unset), (reading.BoundUs, reading.State));
    }

    [Fact]
    public void A_clock_of_ones_own_is_asked_along_the_line()
    {
        Said says = new(ClockState.Locked);
        SteadyMap map = new(says, clock, isSystems: false);
        Step(HourNs);

        map.Map(Begin + (3 * SecondNs));
        Assert.Equal(Begin + (3 * SecondNs), says.Asked);
    }

    [Fact]
    public void A_clock_that_knows_nothing_gives_the_system_clock_and_no_bound()
    {
        SteadyMap map = new(new Said(ClockState.Unset), clock, isSystems: false);
        Step(HourNs);
        map.Take(clock.NowNs, clock.OffsetNs, isBelieved: false);

        ClockReading reading = map.Map(Begin + (3 * SecondNs));
        Assert.Equal(LeapSeconds.ToTai((Begin + HourNs + (3 * SecondNs)) / 1000), reading.Time);
        Assert.Equal(ClockReading.Unbounded, reading.BoundUs);
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(5, 7 + 2)]
    public void A_stretch_of_doubt_widens_the_bound(int second, uint boundUs)
    {
        clock.Doubt(Begin + (5 * SecondNs), Begin + (6 * SecondNs), 1001);
        SteadyMap map = new(new Said(ClockState.Locked), clock, isSystems: false);
        Assert.Equal(boundUs, map.Map(Begin + (second * SecondNs)).BoundUs);
    }

    private void Step(long ns)
    {
        raw += SecondNs;
        system += SecondNs + ns;
        _ = clock.NowNs;
    }

    private SteadyMap KernelsMap() => new(kernel, clock, isSystems: true);

    private void Know(SteadyMap map, bool isSynchronised)
    {
        kernel.Take(new KernelClockState(system, isSynchronised, 100));
        map.Take(clock.NowNs, clock.OffsetNs, isSynchronised);
    }

    private void Pass(long ns)
    {
        raw += ns;
        system += ns;
        _ = clock.NowNs;
    }

    private CounterPair Read() =>
        new(new RawTime(raw), new CounterId(CounterKind.SystemClock), new RawTime(system), 40);

    private sealed class Said(ClockState state) : IClockMap
    {
        public long Asked { get; private set; }

        public ClockReading Map(long stampNs)
        {
            Asked = stampNs;
            return new ClockReading(
                new TaiTime(stampNs / 1000), state == ClockState.Unset ? ClockReading.Unbounded : 7, state);
        }

        public ClockSummary Summarise() => default;
    }
}
