using Appliance.Mqtt;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>The state machine against a scripted broker under virtual time: connecting, publishing, ending.</summary>
public sealed class SessionTests
{
    private static readonly MqttOptions Options = new() { ClientId = "box-1", KeepAliveSeconds = 30, Window = 4 };

    private static readonly MqttMessage Batch = new() { Topic = "icr/v1/box-1/batch", Payload = "abc"u8.ToArray() };

    [Fact]
    public void The_answer_of_the_broker_is_reported_with_the_defaults_filled_in()
    {
        ScriptedPeer peer = ScriptedPeer.Connecting(Options);
        peer.Session.Receive(ScriptedPeer.Connack(new Properties()
            .Set(PropertyId.ReceiveMaximum, 2u).Set(PropertyId.ServerKeepAlive, 10u)
            .Set(PropertyId.SharedAvailable, 0u).Set(PropertyId.AssignedClientId, "given")), 0);
        ServerAnswer server = Assert.IsType<MqttEvent.Connected>(Assert.Single(peer.TakeEvents())).Server;
        Assert.Equal(2, server.Window);
        Assert.Equal(10, server.KeepAliveSeconds);
        Assert.Equal("given", server.AssignedClientId);
        Assert.Equal(uint.MaxValue, server.MaximumPacketBytes);
        Assert.True(server is { SharedAvailable: false, WildcardAvailable: true, RetainAvailable: true });
        Assert.Equal(2, peer.Session.Room);
    }

    [Fact]
    public void The_window_is_the_smaller_of_both_and_each_acknowledgement_makes_room_for_one()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options, new Properties().Set(PropertyId.ReceiveMaximum, 2u));
        Assert.True(peer.Session.TryPublish(Batch, 0, out long first));
        Assert.True(peer.Session.TryPublish(Batch, 0, out long second));
        Assert.False(peer.Session.TryPublish(Batch, 0, out _));
        peer.Session.Receive([0x40, 0x02, 0x00, 0x02], 1);
        Assert.Equal((second, PublishState.Acknowledged, ReasonCode.Success), Outcome(peer.TakeEvents()));
        Assert.Equal(1, peer.Session.Room);
        peer.Session.Receive([0x40, 0x08, 0x00, 0x01, 0x87, 0x04, 0x1F, 0x00, 0x01, 0x6E], 2);
        Assert.Equal((first, PublishState.Refused, ReasonCode.NotAuthorized), Outcome(peer.TakeEvents()));
        Assert.Equal(2, peer.Session.Room);
        Assert.True(peer.Session.IsOpen);
    }

    [Fact]
    public void What_has_no_acknowledgement_when_the_stream_ends_is_unknown_in_the_order_of_sending()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        List<long> tickets = [];
        for (int i = 0; i < 3; i++)
        {
            peer.Session.TryPublish(Batch, 0, out long ticket);
            tickets.Add(ticket);
        }

        peer.Session.TrySubscribe([new Subscription("a")], 0, out long request);
        peer.Session.TransportEnded("reset");
        List<MqttEvent> events = peer.TakeEvents();
        Assert.Equal(tickets, events.OfType<MqttEvent.PublishEnded>().Select(e => e.Ticket));
        Assert.All(events.OfType<MqttEvent.PublishEnded>(), e => Assert.Equal(PublishState.Unknown, e.Outcome.State));
        MqttEvent.RequestEnded ended = Assert.Single(events.OfType<MqttEvent.RequestEnded>());
        Assert.True(ended.Ticket == request && !ended.Outcome.IsKnown && !ended.Outcome.IsGranted);
        Assert.Equal(new LinkClosed(CloseCause.Transport, ReasonCode.Success, "reset"), End(events));
        Assert.False(peer.Session.TryPublish(Batch, 1, out _));
        peer.Session.Receive([0x40, 0x02, 0x00, 0x01], 2);
        peer.Session.Tick(long.MaxValue / 2);
        Assert.Empty(peer.TakeEvents());
    }

    [Fact]
    public void An_acknowledgement_of_nothing_is_counted_and_changes_nothing()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        peer.Session.Receive([0x40, 0x02, 0x12, 0x34], 0);
        Assert.Empty(peer.TakeEvents());
        Assert.Equal(1, peer.Session.Counters.PubacksUnknown);
        Assert.Equal(4, peer.Session.Room);
    }

    [Fact]
    public void An_identifier_in_flight_is_not_used_again_however_many_messages_pass()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        peer.Session.TryPublish(Batch, 0, out long held);
        peer.TakeOutput();
        for (int i = 0; i < 70_000; i++)
        {
            Assert.True(peer.Session.TryPublish(Batch, 0, out long ticket));
            byte[] sent = peer.TakeOutput();
            int at = 2 + 2 + Batch.Topic.Length;
            Assert.False(sent[at] == 0 && sent[at + 1] <= 1, $"message {i} has the identifier in flight, or none");
            peer.Session.Receive([0x40, 0x02, sent[at], sent[at + 1]], 0);
            Assert.Equal((ticket, PublishState.Acknowledged, ReasonCode.Success), Outcome(peer.TakeEvents()));
        }

        peer.Session.Receive([0x40, 0x02, 0x00, 0x01], 0);
        Assert.Equal((held, PublishState.Acknowledged, ReasonCode.Success), Outcome(peer.TakeEvents()));
    }

    [Fact]
    public void What_the_broker_announced_not_to_take_is_refused_here_and_not_sent()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options, new Properties()
            .Set(PropertyId.MaximumPacketSize, 64u).Set(PropertyId.RetainAvailable, 0u)
            .Set(PropertyId.SharedAvailable, 0u).Set(PropertyId.WildcardAvailable, 0u));
        Assert.Equal(ReasonCode.PacketTooLarge, Refusal(peer, Batch with { Payload = new byte[64] }));
        Assert.Equal(ReasonCode.RetainNotSupported, Refusal(peer, Batch with { Retain = true }));
        Assert.Equal(ReasonCode.TopicNameInvalid, Refusal(peer, Batch with { Topic = "icr/+/batch" }));
        Assert.Equal(ReasonCode.PayloadFormatInvalid, Refusal(peer, Batch with { ContentType = "a\nb" }));
        Assert.Equal(ReasonCode.SharedSubscriptionsNotSupported, Refusal(peer, "$share/g/a"));
        Assert.Equal(ReasonCode.WildcardSubscriptionsNotSupported, Refusal(peer, "a/+"));
        Assert.Equal(ReasonCode.TopicFilterInvalid, Refusal(peer, ""));
        Assert.Equal(4, peer.Session.Room);
        Assert.True(peer.Session.IsOpen);

        ScriptedPeer lowly = ScriptedPeer.Open(Options, new Properties().Set(PropertyId.MaximumQos, 0u));
        Assert.Equal(ReasonCode.QosNotSupported, Refusal(lowly, Batch));
        Assert.True(lowly.Session.TryPublish(Batch with { Qos = Qos.AtMostOnce }, 0, out long ticket));
        Assert.Equal((ticket, PublishState.Acknowledged, ReasonCode.Success), Outcome(lowly.TakeEvents()));
        Assert.Equal(0x30, lowly.TakeOutput()[0]);
    }

    [Fact]
    public void A_payload_is_written_from_where_it_lies()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        byte[] payload = new byte[256 * 1024];
        peer.Session.TryPublish(Batch with { Payload = payload }, 0, out _);
        Assert.True(peer.Session.TryTakeOutput(out OutputPacket packet));
        Assert.True(packet.Payload.Span == payload.AsSpan());
        Assert.Equal(payload.Length + packet.Header.Length, packet.Length);
    }

    [Fact]
    public void A_broker_that_says_no_or_goodbye_is_quoted()
    {
        ScriptedPeer refused = ScriptedPeer.Connecting(Options);
        refused.Session.Receive(ScriptedPeer.Connack(
            new Properties().Set(PropertyId.ReasonString, "try b").Set(PropertyId.ServerReference, "b:8883"),
            ReasonCode.UseAnotherServer), 0);
        Assert.Equal(new LinkClosed(CloseCause.Refused, ReasonCode.UseAnotherServer, "try b", "b:8883"),
            End(refused.TakeEvents()));
        Assert.Empty(refused.TakeOutput());

        ScriptedPeer ended = ScriptedPeer.Open(Options);
        ended.Session.Receive([0xE0, 0x01, 0x8B], 0);
        Assert.Equal(new LinkClosed(CloseCause.ServerDisconnect, ReasonCode.ServerShuttingDown),
            End(ended.TakeEvents()));
        Assert.Empty(ended.TakeOutput());
    }

    [Fact]
    public void Our_goodbye_is_the_last_packet_and_what_was_in_flight_is_unknown()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        peer.Session.TryPublish(Batch, 0, out long ticket);
        peer.Session.Disconnect(ReasonCode.DisconnectWithWill);
        List<MqttEvent> events = peer.TakeEvents();
        Assert.Equal((ticket, PublishState.Unknown, ReasonCode.Success), Outcome(events[..1]));
        Assert.Equal(CloseCause.Local, End(events).Cause);
        Assert.Equal([0xE0, 0x01, 0x04], peer.TakeOutput()[^3..]);
    }

    [Theory]
    [InlineData("200300008000", false, 0x81)] // longer than its properties say
    [InlineData("2003010000", false, 0x82)] // a kept session although a clean start was asked for
    [InlineData("2006000003150002", false, 0x81)] // a property that is cut
    [InlineData("2007000004150001 78", false, 0x82)] // an authentication method that nobody offered
    [InlineData("40020001", false, 0x82)] // anything before CONNACK
    [InlineData("2003000000", true, 0x82)] // a second CONNACK
    [InlineData("F000", true, 0x82)] // AUTH
    [InlineData("3406000161000100", true, 0x82)] // QoS 2
    [InlineData("3606000161000100", true, 0x81)] // QoS 3
    [InlineData("3806000161000100", true, 0x81)] // a duplicate of QoS 0
    [InlineData("3207000161000123000 1", true, 0x81)] // properties longer than the packet
    [InlineData("3209000161000103230001", true, 0x94)] // a topic alias that we did not allow
    [InlineData("32050000000100", true, 0x82)] // no topic
    [InlineData("3206000161000000", true, 0x82)] // identifier 0
    [InlineData("32060001 23000100", true, 0x81)] // a wildcard in a topic name
    [InlineData("9004000100 01", true, 0x82)] // an answer that nobody asked for
    [InlineData("30FFFFFF7F", true, 0x95)] // 256 MiB announced
    [InlineData("30FFFFFFFF", true, 0x81)]
    [InlineData("308000", true, 0x81)] // a length that is not in its shortest form
    public void What_a_broker_may_not_send_ends_the_connection_with_the_reason(string hex, bool isOpen, byte reason)
    {
        ScriptedPeer peer = isOpen ? ScriptedPeer.Open(Options) : ScriptedPeer.Connecting(Options);
        peer.Session.Receive(Convert.FromHexString(hex.Replace(" ", "")), 0);
        Assert.Equal(new LinkClosed(CloseCause.BadPacket, (ReasonCode)reason), End(peer.TakeEvents()));
        Assert.Equal([0xE0, 0x01, reason], peer.TakeOutput());
        Assert.Equal(1, peer.Session.Counters.BadPackets);
    }

    [Fact]
    public void Subscriptions_are_answered_filter_by_filter_and_an_answer_of_another_length_is_refused()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        Subscription[] wanted = [new("a"), new("$share/g/b/#")];
        Assert.True(peer.Session.TrySubscribe(wanted, 0, out long ticket));
        peer.Session.Receive(
            ScriptedPeer.Grant(PacketType.Suback, 1, ReasonCode.GrantedQos1, ReasonCode.NotAuthorized), 0);
        MqttEvent.RequestEnded answer = Assert.IsType<MqttEvent.RequestEnded>(Assert.Single(peer.TakeEvents()));
        Assert.True(answer.Ticket == ticket && answer.Outcome.IsKnown && !answer.Outcome.IsGranted);
        Assert.Equal([ReasonCode.GrantedQos1, ReasonCode.NotAuthorized], answer.Outcome.Reasons);

        Assert.True(peer.Session.TryUnsubscribe(["a"], 0, out _));
        peer.Session.Receive(
            ScriptedPeer.Grant(PacketType.Unsuback, 2, ReasonCode.Success, ReasonCode.NoSubscriptionExisted), 0);
        Assert.Equal(ReasonCode.ProtocolError, End(peer.TakeEvents()).Reason);
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_with_a_reason()
    {
        MqttOptions[] bad =
        [
            Options with { ClientId = "a\0" }, Options with { KeepAliveSeconds = 0 }, Options with { Window = 0 },
            Options with { ReceiveMaximum = 0 }, Options with { MaximumPacketBytes = 5 },
            Options with { Will = Batch with { Topic = "#" } }, Options with { UserName = "\ud800" },
            Options with { ReceiveMaximum = Limits.ReceiveMaximumMax + 1 }, Options with { ConnectTimeoutMs = 0 },
        ];
        Assert.Null(Options.Problem());
        Assert.All(bad, o => Assert.Throws<ArgumentException>(() => new MqttSession(o, 0)));
    }

    private static (long Ticket, PublishState State, ReasonCode Reason) Outcome(List<MqttEvent> events)
    {
        MqttEvent.PublishEnded ended = Assert.IsType<MqttEvent.PublishEnded>(Assert.Single(events));
        return (ended.Ticket, ended.Outcome.State, ended.Outcome.Reason);
    }

    private static LinkClosed End(List<MqttEvent> events) => Assert.IsType<MqttEvent.Closed>(events[^1]).End;

    private static ReasonCode Refusal(ScriptedPeer peer, MqttMessage message)
    {
        Assert.True(peer.Session.TryPublish(message, 0, out long ticket));
        (long ended, PublishState state, ReasonCode reason) = Outcome(peer.TakeEvents());
        Assert.True(ended == ticket && state == PublishState.Refused && peer.TakeOutput().Length == 0);
        return reason;
    }

    private static ReasonCode Refusal(ScriptedPeer peer, string filter)
    {
        Assert.True(peer.Session.TrySubscribe([new Subscription(filter)], 0, out _));
        RequestOutcome outcome = Assert.IsType<MqttEvent.RequestEnded>(Assert.Single(peer.TakeEvents())).Outcome;
        Assert.True(outcome.IsKnown && !outcome.IsGranted && peer.TakeOutput().Length == 0);
        return outcome.Reasons[0];
    }
}
