using Appliance.Mqtt;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>
/// A dead path is noticed in bounded time, and a quiet one is not taken for dead. Times are virtual, ms.
/// </summary>
public sealed class KeepAliveTests
{
    private static readonly MqttOptions Options = new() { ClientId = "box-1", KeepAliveSeconds = 30 };

    private static readonly MqttMessage Batch = new() { Topic = "icr/v1/box-1/batch" };

    [Fact]
    public void A_quiet_connection_is_kept_by_pings_for_as_long_as_they_are_answered()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        int pings = 0;
        for (long nowMs = 0; nowMs <= 3_600_000; nowMs += 500)
        {
            peer.Session.Tick(nowMs);
            if (peer.TakeOutput() is [0xC0, 0x00])
            {
                pings++;
                peer.Session.Receive([0xD0, 0x00], nowMs + 200);
            }
        }

        Assert.True(peer.Session.IsOpen);
        Assert.InRange(pings, 230, 240);
    }

    [Theory]
    [InlineData(30, null, 15_000)]
    [InlineData(30, 10, 5_000)]
    [InlineData(30, 0, 15_000)]
    [InlineData(30, 600, 15_000)]
    public void A_black_hole_is_noticed_one_and_a_half_keep_alives_after_the_last_byte(
        int own, int? server, long pingMs)
    {
        Properties properties = new();
        if (server is { } seconds)
        {
            properties.Set(PropertyId.ServerKeepAlive, (uint)seconds);
        }

        ScriptedPeer peer = ScriptedPeer.Open(Options with { KeepAliveSeconds = (ushort)own }, properties);
        Assert.Equal(pingMs, peer.Session.NextTickMs);
        peer.Session.Tick(pingMs - 1);
        Assert.Empty(peer.TakeOutput());
        peer.Session.Tick(pingMs);
        Assert.Equal([0xC0, 0x00], peer.TakeOutput());
        Assert.Equal(pingMs * 3, peer.Session.NextTickMs);
        peer.Session.Tick(pingMs * 3 - 1);
        Assert.True(peer.Session.IsOpen);
        peer.Session.Tick(pingMs * 3);
        Assert.Equal(new LinkClosed(CloseCause.KeepAliveTimeout, ReasonCode.KeepAliveTimeout),
            Assert.IsType<MqttEvent.Closed>(Assert.Single(peer.TakeEvents())).End);
    }

    [Fact]
    public void Sending_into_a_black_hole_does_not_put_off_its_discovery()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options with { Window = 64 });
        long nowMs = 0;
        for (; peer.Session.IsOpen && nowMs < 600_000; nowMs += 1_000)
        {
            peer.Session.TryPublish(Batch, nowMs, out _);
            peer.Session.Tick(nowMs);
            peer.TakeOutput();
        }

        Assert.Equal(46_000, nowMs);
        Assert.Equal(46, peer.TakeEvents().OfType<MqttEvent.PublishEnded>().Count());
    }

    [Fact]
    public void A_ping_that_the_transport_has_not_taken_still_counts_and_is_not_queued_twice()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        peer.Session.Tick(15_000);
        peer.Session.Receive(SessionReceiveTests.Message(0, "a"), 16_000);
        peer.Session.Tick(31_000);
        Assert.Equal([0xC0, 0x00], peer.TakeOutput());
        peer.Session.Tick(61_000);
        Assert.True(peer.Session.IsClosed);
    }

    [Fact]
    public void A_large_message_that_trickles_in_is_a_sign_of_life()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        byte[] message = SessionReceiveTests.Message(1, "a", 1000);
        for (int i = 0; i < message.Length; i++)
        {
            peer.Session.Receive(message.AsSpan(i, 1), i * 10_000L);
            peer.Session.Tick(i * 10_000L + 9_999);
            peer.TakeOutput();
        }

        Assert.Single(peer.TakeEvents());
        Assert.True(peer.Session.IsOpen);
    }

    [Fact]
    public void A_broker_that_does_not_answer_CONNECT_is_given_up()
    {
        ScriptedPeer peer = ScriptedPeer.Connecting(Options with { ConnectTimeoutMs = 5_000 }, nowMs: 1_000);
        Assert.Equal(6_000, peer.Session.NextTickMs);
        peer.Session.Tick(5_999);
        Assert.Empty(peer.TakeEvents());
        peer.Session.Tick(6_000);
        Assert.Equal(CloseCause.ConnectTimeout,
            Assert.IsType<MqttEvent.Closed>(Assert.Single(peer.TakeEvents())).End.Cause);
    }

    [Fact]
    public void Backoff_doubles_to_its_limit_spreads_over_its_upper_half_and_begins_again_after_success()
    {
        Backoff low = new(1_000, 60_000);
        Backoff high = new(1_000, 60_000);
        int[] steps = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000];
        foreach (int step in steps)
        {
            Assert.Equal(step / 2, low.NextDelayMs(0));
            Assert.Equal(step, high.NextDelayMs(uint.MaxValue));
        }

        Assert.Equal(steps.Length, low.Attempts);
        low.Reset();
        Assert.Equal(0, low.Attempts);
        Assert.Equal(500, low.NextDelayMs(0));
    }
}
