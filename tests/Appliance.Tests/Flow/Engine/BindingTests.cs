using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.TwoLegs;

namespace Appliance.Tests.Flow.Engine;

/// <summary>What happens to a binding after it was found.</summary>
public sealed class BindingTests
{
    private const string Open = Public + ":1234";
    private const string Far = Remote + ":4500";

    [Fact]
    public void A_public_udp_port_taken_over_by_another_line_is_not_credited_to_the_old_one()
    {
        TwoLegs net = new();
        Exchange(net, LineA + ":5000", Open, 0, 5);
        Exchange(net, LineB + ":6000", Open, 10_000, 5);
        net.Play(quietSeconds: 200);

        FlowRecord old = net.Ends.Last(r => r.SubscriberAddress.ToString() == LineA);
        FlowRecord fresh = net.Ends.Last(r => r.SubscriberAddress.ToString() == LineB);
        Assert.Equal((EndReason.Reused, Attribution.Mirror), (old.EndReason, old.Attribution));
        Assert.Equal((1234, Attribution.Mirror), (fresh.PublicPort, fresh.Attribution));
        Assert.Equal((5UL, 5UL), (old.PacketsUp, fresh.PacketsUp));
        Assert.Equal(1UL, net[Counter.BindingsReused]);
        Assert.DoesNotContain(net.Records, r => r.SubscriberAddress.IsNone);
    }

    [Fact]
    public void A_line_that_gets_another_public_port_after_a_pause_begins_a_new_record()
    {
        TwoLegs net = new();
        Exchange(net, LineA + ":5000", Open, 0, 5);
        Exchange(net, LineA + ":5000", Public + ":4321", 40_000, 5);
        net.Play(quietSeconds: 200);

        Assert.Equal([1234, 4321], net.Ends.Select(r => (int)r.PublicPort).Distinct());
        Assert.All(net.Ends, r => Assert.Equal(Attribution.Mirror, r.Attribution));
        Assert.All(net.Ends, r => Assert.Equal(LineA, r.SubscriberAddress.ToString()));
        Assert.Equal(1UL, net[Counter.BindingsRevised]);
    }

    [Fact]
    public void Lost_copies_on_the_inside_do_not_end_a_binding()
    {
        TwoLegs net = new();
        Exchange(net, LineA + ":5000", Open, 0, 60, skipInside: n => n % 10 == 9);
        net.Play(quietSeconds: 200);

        Assert.Single(net.Records.Select(r => r.FlowNumber).Distinct());
        Assert.All(net.Records, r => Assert.Equal(Attribution.Mirror, r.Attribution));
        Assert.Equal((0UL, 0UL), (net[Counter.BindingsReused], net[Counter.BindingsRevised]));
    }

    [Fact]
    public void A_public_tcp_port_lent_again_within_the_linger_time_goes_to_the_new_line()
    {
        TwoLegs net = new TwoLegs()
            .Conversation(0, LineA + ":40000", Public + ":7", Remote + ":443", 9)
            .Conversation(900, LineB + ":41000", Public + ":7", Remote + ":443", 10)
            .Play();

        Assert.Equal(2, net.Records.Count);
        Assert.Equal([LineA, LineB], net.Records.Select(r => r.SubscriberAddress.ToString()).Order());
        Assert.All(net.Records, r => Assert.Equal((Attribution.Mirror, 7), (r.Attribution, r.PublicPort)));
        Assert.Equal(1UL, net[Counter.BindingsReused]);
    }

    [Fact]
    public void A_public_port_of_an_unanswered_attempt_lent_to_another_line_is_not_mixed_with_it()
    {
        TwoLegs net = new TwoLegs()
            .Tcp(0, 0, LineA + ":40000", Remote + ":443", Syn, 500)
            .Tcp(1, 1, Public + ":7", Remote + ":443", Syn, 500)
            .Conversation(15_000, LineB + ":41000", Public + ":7", Remote + ":443", 10)
            .Play(quietSeconds: 100);

        FlowRecord joined = Assert.Single(net.Records, r => r.Attribution == Attribution.Mirror);
        Assert.Equal((LineB, StartNs + 15_000_000_000), (joined.SubscriberAddress.ToString(), joined.StartNs));
        FlowRecord lone = Assert.Single(net.Records, r => r.SubscriberAddress.IsNone);
        Assert.Equal((Attribution.None, 1UL), (lone.Attribution, lone.PacketsUp));
    }

    [Fact]
    public void A_handshake_overtaken_by_its_answer_opens_no_second_flow()
    {
        TwoLegs net = new TwoLegs()
            .Tcp(0, 0, Remote + ":443", LineA + ":40000", SynAck, 900, 501)
            .Tcp(0, 1, LineA + ":40000", Remote + ":443", Syn, 500)
            .Tcp(0, 2000, LineA + ":40000", Remote + ":443", Syn, 500)
            .Play();

        FlowRecord record = Assert.Single(net.Records);
        Assert.Equal((2UL, 1UL), (record.PacketsUp, record.PacketsDown));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void With_one_percent_loss_on_both_legs_nothing_is_wrong_and_nearly_all_is_attributed(int seed)
    {
        Random random = new(seed);
        TwoLegs net = new();
        const int flows = 200;
        for (int i = 0; i < flows; i++)
        {
            string line = $"10.0.{i % 50}.1:{30_000 + i}";
            string open = $"{Public}:{2000 + i}";
            Exchange(net, line, open, i * 7, 8, _ => random.Next(100) == 0, _ => random.Next(100) == 0, seed: i);
        }

        net.Play();
        FlowRecord[] joined = [.. net.Ends.Where(r => r.Attribution == Attribution.Mirror)];
        Assert.All(joined, r => Assert.Equal(r.SubscriberPort - 30_000, r.PublicPort - 2000));
        Assert.True(joined.Length >= flows * 99 / 100, $"seed {seed}: {joined.Length} of {flows} attributed");
    }

    /// <summary>Request and answer, 200 ms apart, on both legs.</summary>
    private static void Exchange(TwoLegs net, string line, string open, double ms, int count,
        Func<int, bool>? skipInside = null, Func<int, bool>? skipOutside = null, int seed = 0)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] ask = Bytes((seed * 1000) + (i * 2) + (int)ms, 40);
            byte[] answer = Bytes((seed * 1000) + (i * 2) + 1 + (int)ms, 60);
            double at = ms + (i * 200);
            if (skipInside?.Invoke(i) != true)
            {
                net.Udp(0, at, line, Far, ask);
            }

            if (skipOutside?.Invoke(i) != true)
            {
                net.Udp(1, at + 1, open, Far, ask);
            }

            net.Udp(1, at + 20, Far, open, answer);
            net.Udp(0, at + 21, Far, line, answer);
        }
    }
}
