using Appliance.Mqtt;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>
/// Received messages: acknowledged when they are accepted and not before, and never more than was announced.
/// </summary>
public sealed class SessionReceiveTests
{
    private static readonly MqttOptions Options = new() { ClientId = "store", ReceiveMaximum = 3 };

    [Fact]
    public void A_message_is_acknowledged_when_it_is_accepted_and_only_once()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        peer.Session.Receive(Message(7, "icr/v1/box-1/batch"), 0);
        InboundMessage inbound = Assert.IsType<MqttEvent.Received>(Assert.Single(peer.TakeEvents())).Inbound;
        Assert.Equal(7, inbound.PacketId);
        Assert.Equal("icr/v1/box-1/batch", inbound.Message.Topic);
        Assert.Equal("42", inbound.Message.UserProperty("seq"));
        Assert.Null(inbound.Message.UserProperty("epoch"));
        Assert.Empty(peer.TakeOutput());
        Assert.False(peer.Session.Accept(8, 0));
        Assert.True(peer.Session.Accept(7, 0));
        Assert.Equal([0x40, 0x02, 0x00, 0x07], peer.TakeOutput());
        Assert.False(peer.Session.Accept(7, 0));
        Assert.Empty(peer.TakeOutput());
    }

    [Fact]
    public void A_message_can_be_refused_with_a_reason_that_the_protocol_knows()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        peer.Session.Receive([.. Message(1, "a"), .. Message(2, "a")], 0);
        Assert.True(peer.Session.Accept(1, 0, ReasonCode.QuotaExceeded));
        Assert.True(peer.Session.Accept(2, 0, ReasonCode.KeepAliveTimeout));
        Assert.Equal([0x40, 0x03, 0x00, 0x01, 0x97, 0x40, 0x03, 0x00, 0x02, 0x80], peer.TakeOutput());
    }

    [Fact]
    public void A_broker_that_exceeds_the_receive_maximum_is_borne_and_counted_up_to_a_bound()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        for (ushort id = 1; id <= Limits.UnacceptedMax; id++)
        {
            peer.Session.Receive(Message(id, "a"), 0);
        }

        Assert.Equal(Limits.UnacceptedMax, peer.TakeEvents().Count);
        Assert.Equal(Limits.UnacceptedMax - Options.ReceiveMaximum, peer.Session.Counters.ReceiveMaximumExceeded);

        // Accepted, but the broker cannot know it yet: its quota is still used up.
        peer.Session.Accept(1, 0);
        peer.Session.Receive(Message(5_000, "a"), 0);
        Assert.Equal(new LinkClosed(CloseCause.BadPacket, ReasonCode.ReceiveMaximumExceeded),
            Assert.IsType<MqttEvent.Closed>(Assert.Single(peer.TakeEvents())).End);
    }

    [Fact]
    public void The_payloads_of_unaccepted_messages_are_bounded_together()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        int taken = 0;
        while (peer.Session.IsOpen)
        {
            taken++;
            peer.Session.Receive(Message((ushort)taken, "a", Limits.PacketBytesMax - 100), 0);
        }

        Assert.Equal(Limits.ReceiveMaximumMax + 1, taken);
    }

    [Fact]
    public void An_acknowledgement_that_was_written_makes_room_for_another_message()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        for (ushort id = 1; id <= 300; id++)
        {
            peer.Session.Receive(Message(id, "a"), 0);
            Assert.True(peer.Session.Accept(id, 0));
            Assert.Equal(4, peer.TakeOutput().Length);
        }

        Assert.Equal(300, peer.TakeEvents().Count);
        Assert.True(peer.Session.IsOpen);
    }

    [Fact]
    public void An_identifier_that_is_still_unaccepted_may_not_come_again()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        peer.Session.Receive([.. Message(1, "a"), .. Message(1, "a")], 0);
        Assert.Equal(ReasonCode.ProtocolError, Assert.IsType<MqttEvent.Closed>(peer.TakeEvents()[^1]).End.Reason);
        Assert.False(peer.Session.Accept(1, 0));
    }

    [Fact]
    public void Messages_of_QoS_0_that_nobody_takes_are_dropped_and_counted()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        for (int i = 0; i < Limits.QosZeroWaitingMax + 5; i++)
        {
            peer.Session.Receive(Message(0, "a"), 0);
        }

        Assert.Equal(5, peer.Session.Counters.QosZeroDropped);
        Assert.Equal(Limits.QosZeroWaitingMax, peer.TakeEvents().Count);
        peer.Session.Receive(Message(0, "a"), 0);
        Assert.Single(peer.TakeEvents());
    }

    [Fact]
    public void A_session_that_the_broker_kept_is_taken_when_it_was_asked_for()
    {
        ScriptedPeer peer = ScriptedPeer.Connecting(Options with { CleanStart = false, SessionExpirySeconds = 3600 });
        peer.Session.Receive(ScriptedPeer.Connack(new Properties(), present: true), 0);
        Assert.True(Assert.IsType<MqttEvent.Connected>(Assert.Single(peer.TakeEvents())).Server.SessionPresent);
    }

    /// <summary>A message as a broker sends it; QoS 0 when the identifier is 0.</summary>
    internal static byte[] Message(ushort packetId, string topic, int payloadBytes = 5) =>
        ScriptedPeer.Whole(PacketEncoder.Publish(
            new MqttMessage
            {
                Topic = topic,
                Qos = packetId == 0 ? Qos.AtMostOnce : Qos.AtLeastOnce,
                Payload = new byte[payloadBytes],
                ContentType = "application/cose",
                UserProperties = [new("seq", "42")],
            }, packetId));
}
