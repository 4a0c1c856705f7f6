using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.TwoLegs;

namespace Appliance.Tests.Flow.Engine;

/// <summary>What silences of public tuples say about the NAT's timeouts.</summary>
public sealed class QuietTimesTests
{
    private const string Far = Remote + ":4500";

    [Fact]
    public void The_border_lies_between_the_longest_kept_and_the_shortest_changed_silence()
    {
        QuietTimes times = new();
        foreach (uint seconds in new uint[] { 5, 12, 29, 28, 3 })
        {
            times.Take(seconds * 1000, isKept: true);
        }

        Assert.Equal((29_000u, 0u), (times.Reading.KeptMs, times.Reading.ChangedMs));
        times.Take(31_000, isKept: false);
        times.Take(700_000, isKept: false);
        Assert.Equal((29_000u, 31_000u, 0u), (times.Reading.KeptMs, times.Reading.ChangedMs, times.Reading.Against));
        Assert.Equal((5UL, 2UL), (times.Reading.Kept, times.Reading.Changed));
    }

    [Fact]
    public void A_few_false_observations_do_not_move_the_border()
    {
        QuietTimes times = new();
        for (uint i = 0; i < 2000; i++)
        {
            bool isKept = i % 2 == 0;
            bool isFalse = i % 100 < 2;
            uint seconds = isKept ^ isFalse ? 10 + (i % 20) : isKept ? 140 : 40 + (i % 200);
            times.Take(seconds * 1000, isKept);
        }

        NatTimeoutReading found = times.Reading;
        Assert.InRange(found.KeptMs, 28_000u, 30_000u);
        Assert.InRange(found.ChangedMs, 40_000u, 45_000u);
        Assert.InRange(found.Against, 30u, 50u);

        // What is believed for the join is stricter: nothing may ever have changed sooner.
        Assert.Equal(10_999u, times.SurvivedMs);
    }

    [Fact]
    public void A_timeout_that_was_changed_is_learned_again()
    {
        QuietTimes times = new();
        for (uint i = 0; i < 600_000; i++)
        {
            uint timeout = i < 200_000 ? 300u : 60u;
            uint seconds = 1 + (i % 599);
            times.Take(seconds * 1000, isKept: seconds <= timeout);
        }

        Assert.InRange(times.Reading.KeptMs, 55_000u, 60_000u);
        Assert.InRange(times.Reading.ChangedMs, 61_000u, 65_000u);
    }

    [Theory]
    [InlineData(1234, Counter.TuplesKept, Counter.TuplesChanged)]
    [InlineData(4321, Counter.TuplesChanged, Counter.TuplesKept)]
    public void A_flow_that_speaks_again_within_its_life_tells_of_its_binding(int port, Counter one, Counter none)
    {
        TwoLegs net = new();
        Exchange(net, LineA, Public + ":1234", 0);
        Exchange(net, LineA, $"{Public}:{port}", 40_000);
        NatTimeoutReading udp = Play(net);

        Assert.Equal((1UL, 0UL), (net[one], net[none]));
        Assert.InRange(Math.Max(udp.KeptMs, udp.ChangedMs), 38_000u, 40_000u);
        Assert.Equal(port == 1234 ? 0u : udp.ChangedMs, udp.ChangedMs);
    }

    [Theory]
    [InlineData(LineA, Counter.TuplesKept, Counter.TuplesChanged)]
    [InlineData(LineB, Counter.TuplesChanged, Counter.TuplesKept)]
    public void A_tuple_that_speaks_again_after_its_flow_tells_of_its_binding(string line, Counter one, Counter none)
    {
        TwoLegs net = new();
        Exchange(net, LineA, Public + ":1234", 0);
        Exchange(net, line, Public + ":1234", 100_000);
        NatTimeoutReading udp = Play(net);

        Assert.Equal((1UL, 0UL), (net[one], net[none]));
        Assert.InRange(Math.Max(udp.KeptMs, udp.ChangedMs), 98_000u, 100_000u);
        Assert.All(net.Records, r => Assert.Equal(Attribution.Mirror, r.Attribution));
    }

    [Fact]
    public void A_silence_of_the_inside_mirror_alone_is_none_of_the_binding()
    {
        TwoLegs net = new();
        Exchange(net, LineA, Public + ":1234", 0);
        for (int i = 0; i < 100; i++)
        {
            net.Udp(1, 2000 + (i * 400), Far, Public + ":1234", Bytes(9000 + i, 50));
        }

        Exchange(net, LineA, Public + ":1234", 42_500);
        Play(net);
        Assert.Equal((0UL, 0UL), (net[Counter.TuplesKept], net[Counter.TuplesChanged]));
    }

    [Fact]
    public void A_port_lent_to_two_lines_at_once_says_nothing_about_either()
    {
        TwoLegs net = new();
        for (int i = 0; i < 5; i++)
        {
            net.Udp(0, i * 200, LineA + ":5000", Far, Bytes(i, 40)).Udp(1, 1 + (i * 200), Public + ":9", Far,
                Bytes(i, 40));
            string other = Remote2 + ":4500";
            net.Udp(0, 100 + (i * 200), LineB + ":6000", other, Bytes(50 + i, 40))
                .Udp(1, 101 + (i * 200), Public + ":9", other, Bytes(50 + i, 40));
        }

        NatTimeoutReading udp = Play(net);
        Assert.Equal(2, net.Ends.Count(r => r.Attribution == Attribution.Mirror));
        Assert.Equal((0UL, 0UL), (udp.Kept, udp.Changed));
    }

    private static NatTimeoutReading Play(TwoLegs net)
    {
        RecordQueue queue = new(8192);
        FlowEngine engine = new(net.Options, queue, Bytes(20, 32));
        net.Play(engine, queue, quietSeconds: 100, close: true);
        return Assert.Single(engine.NatTimeouts.ToArray(), reading => reading.Class == NatClass.Udp);
    }

    private static void Exchange(TwoLegs net, string line, string open, double ms)
    {
        for (int i = 0; i < 5; i++)
        {
            byte[] ask = Bytes((i * 2) + (int)ms + line.Length + line[^1], 40);
            byte[] answer = Bytes((i * 2) + 1 + (int)ms, 60);
            double at = ms + (i * 200);
            net.Udp(0, at, line + ":5000", Far, ask).Udp(1, at + 1, open, Far, ask);
            net.Udp(1, at + 20, Far, open, answer).Udp(0, at + 21, Far, line + ":5000", answer);
        }
    }
}
