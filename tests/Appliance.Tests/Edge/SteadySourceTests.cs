using Appliance.Edge.Service;
using Appliance.Flow;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>
/// Frames of a ring around a step of the system clock: each true time is known here, and what the source says must lie
/// within what it doubts.
/// </summary>
public sealed class SteadySourceTests : IDisposable
{
    private const long Begin = 1_790_000_000_000_000_000;
    private const long MsNs = 1_000_000;
    private const long SlackNs = 1_000;
    private readonly Ring ring = new();
    private readonly SteadyClock clock;
    private long raw = 5_000_000_000;
    private long system = Begin;
    private int certain;
    private int doubted;

    public SteadySourceTests() => clock = new SteadyClock(Read, 0);

    public void Dispose() => ring.Dispose();

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-3_600_000)]
    [InlineData(1000)]
    [InlineData(-1000)]
    public void Frames_on_both_sides_of_a_large_step_are_exact_but_for_the_looks_around_it(long stepMs)
    {
        using SteadySource source = new(ring, clock);
        for (int i = 0; i < 40; i++)
        {
            Frames(20);
            Take(source);
        }

        Frames(7);
        system += stepMs * MsNs;
        Frames(9);
        for (int i = 0; i < 40; i++)
        {
            Take(source);
            Frames(20);
        }

        // A frame each millisecond, a look every twenty, ten more on both sides.
        Assert.InRange(doubted, 1, 60);
        Assert.True(certain > 1500);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_steps_are_within_what_is_doubted(int seed)
    {
        Random random = new(seed);
        using SteadySource source = new(ring, clock);
        for (int i = 0; i < 3000; i++)
        {
            Frames(random.Next(30));
            if (random.Next(25) == 0)
            {
                // Less than this is taken for noise of the readings.
                long least = MsNs;
                long step = least + (long)(Math.Pow(10, random.Next(1, 8)) * random.NextDouble() * MsNs);
                system += random.Next(2) == 0 ? step : -step;
            }

            Frames(random.Next(3));
            Pass(random.Next(20) * MsNs);
            Take(source);
        }

        Assert.True(certain > 10 * doubted, $"{certain} certain, {doubted} doubted; seed {seed}");
    }

    [Fact]
    public void A_clock_that_is_set_and_put_back_between_two_looks_stamps_nothing_ahead_of_its_coming()
    {
        using SteadySource source = new(ring, clock);
        Frames(5);
        Take(source);
        system += 1000 * MsNs;
        Frames(3);
        system -= 1000 * MsNs;
        Frames(3);
        Take(source);
        Assert.InRange(doubted, 3, 6);
    }

    [Theory]
    [InlineData(3, -2)]
    [InlineData(-4, 3)]
    [InlineData(60_000, -60_002)]
    public void Two_steps_between_two_looks_are_within_what_is_doubted(long firstMs, long secondMs)
    {
        using SteadySource source = new(ring, clock);
        Frames(20);
        Take(source);
        system += firstMs * MsNs;
        Frames(4);
        system += secondMs * MsNs;
        Frames(4);
        Take(source);
        Frames(400);
        Take(source);
        Assert.True(certain > 350 && doubted >= 4, $"{certain} certain, {doubted} doubted");
    }

    [Fact]
    public void Frames_that_were_held_up_after_a_step_do_not_push_its_doubt_out()
    {
        using SteadySource source = new(ring, clock);
        Frames(20);
        Take(source);
        long stepped = clock.NowNs;
        system += 1000 * MsNs;
        Frames(20);
        Take(source);
        long doubt = clock.DoubtAt(stepped);

        // The ring was found empty; what it shows then is 800 ms old.
        for (int block = 0; block < 20; block++)
        {
            Pass(2000 * MsNs);
            Take(source);
            Take(source);
            for (int i = 0; i < 500; i++)
            {
                long ago = (800 - i) * MsNs;
                ring.Add(system - ago, Begin + (raw - 5_000_000_000) - ago);
            }

            Take(source);
        }

        Assert.True(doubt > 0);
        Assert.InRange(clock.DoubtAt(stepped), doubt, 2 * doubt);
    }

    [Fact]
    public void A_clock_that_nobody_steps_costs_no_copy()
    {
        using SteadySource source = new(ring, clock);
        Frames(10);
        Assert.Equal(SourceState.Block, source.TryNext(out PacketBlock block));
        Assert.True(block.Packets.Overlaps(ring.Handed));
    }

    // A frame each millisecond, stamped by the system clock.
    private void Frames(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Pass(MsNs);
            ring.Add(system, Begin + (raw - 5_000_000_000));
        }
    }

    private void Take(SteadySource source)
    {
        while (source.TryNext(out PacketBlock block) == SourceState.Block)
        {
            foreach (ref readonly PacketRef packet in block.Packets)
            {
                long doubt = clock.DoubtAt(packet.StampNs);
                long truth = ring.Truth[packet.Offset];
                Assert.InRange(packet.StampNs, truth - doubt - SlackNs, truth + doubt + SlackNs);
                certain += doubt == 0 ? 1 : 0;
                doubted += doubt == 0 ? 0 : 1;
            }
        }
    }

    private CounterPair Read() =>
        new(new RawTime(raw), new CounterId(CounterKind.SystemClock), new RawTime(system), 40);

    private void Pass(long ns)
    {
        raw += ns;
        system += ns;
    }

    private sealed class Ring : IPacketSource
    {
        private readonly List<PacketRef> waiting = [];
        private PacketRef[] handed = [];

        /// <summary>By the number that a frame has as its offset: when it was stamped in truth.</summary>
        public List<long> Truth { get; } = [];

        public ReadOnlySpan<PacketRef> Handed => handed;

        public void Add(long stampNs, long truthNs)
        {
            waiting.Add(new PacketRef { StampNs = stampNs, Offset = Truth.Count });
            Truth.Add(truthNs);
        }

        public SourceState TryNext(out PacketBlock block)
        {
            handed = [.. waiting];
            waiting.Clear();
            block = new PacketBlock(default, handed);
            return handed.Length > 0 ? SourceState.Block : SourceState.Idle;
        }

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}
