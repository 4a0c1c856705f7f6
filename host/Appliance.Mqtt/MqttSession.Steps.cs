namespace Appliance.Mqtt;

/// <summary>
/// The private steps of <see cref="MqttSession"/>: what each packet does, and how the connection ends.
/// </summary>
public sealed partial class MqttSession
{
    private ReasonCode Handle(in Frame frame, long nowMs)
    {
        PacketType type = (PacketType)(frame.First >> 4);

        // Before CONNACK nothing else may come, and never a second one (MQTT-3.2.0-1, 3.2.0-2).
        if (type == PacketType.Connack != (state == State.Connecting))
        {
            return ReasonCode.ProtocolError;
        }

        return type switch
        {
            PacketType.Connack => OnConnack(frame.Body, nowMs),
            PacketType.Publish => OnPublish(frame),
            PacketType.Puback => OnPuback(frame.Body),
            PacketType.Suback or PacketType.Unsuback => OnGrant(type, frame.Body),
            PacketType.Pingresp => PacketDecoder.Pingresp(frame.Body),
            PacketType.Disconnect => OnDisconnect(frame.Body),
            _ => ReasonCode.ProtocolError,
        };
    }

    private ReasonCode OnConnack(ReadOnlySpan<byte> body, long nowMs)
    {
        ReasonCode verdict = PacketDecoder.Connack(body, out ConnackPacket packet);
        if (verdict != ReasonCode.Success)
        {
            return verdict;
        }

        Properties from = packet.Properties;
        if (packet.Reason != ReasonCode.Success)
        {
            Close(new LinkClosed(CloseCause.Refused, packet.Reason, from.Text(PropertyId.ReasonString),
                from.Text(PropertyId.ServerReference)));
            return ReasonCode.Success;
        }

        // We asked for a clean start or for no authentication exchange; an answer to something else is not ours.
        if ((packet.SessionPresent && options.CleanStart) || from.Has(PropertyId.AuthenticationMethod))
        {
            return ReasonCode.ProtocolError;
        }

        uint serverKeepAlive = from.Number(PropertyId.ServerKeepAlive, options.KeepAliveSeconds);
        ushort seconds = (ushort)(serverKeepAlive == 0 ? options.KeepAliveSeconds
            : Math.Min(serverKeepAlive, options.KeepAliveSeconds));
        keepAlive.Begin(seconds, nowMs);
        server = Answer(packet, seconds);
        state = State.Open;
        events.Enqueue(new MqttEvent.Connected(server));
        return ReasonCode.Success;
    }

    private ServerAnswer Answer(ConnackPacket packet, ushort keepAliveSeconds)
    {
        Properties from = packet.Properties;
        return new ServerAnswer
        {
            SessionPresent = packet.SessionPresent,
            AssignedClientId = from.Text(PropertyId.AssignedClientId),
            KeepAliveSeconds = keepAliveSeconds,
            Window = (int)Math.Min((uint)options.Window, from.Number(PropertyId.ReceiveMaximum, ushort.MaxValue)),
            MaximumPacketBytes = from.Number(PropertyId.MaximumPacketSize, uint.MaxValue),
            QosMax = (Qos)from.Number(PropertyId.MaximumQos, 1),
            RetainAvailable = from.Number(PropertyId.RetainAvailable, 1) == 1,
            WildcardAvailable = from.Number(PropertyId.WildcardAvailable, 1) == 1,
            SharedAvailable = from.Number(PropertyId.SharedAvailable, 1) == 1,
            SubscriptionIdsAvailable = from.Number(PropertyId.SubscriptionIdAvailable, 1) == 1,
            SessionExpirySeconds = from.Number(PropertyId.SessionExpiry, options.SessionExpirySeconds),
            ResponseInformation = from.Text(PropertyId.ResponseInformation),
            ReasonText = from.Text(PropertyId.ReasonString),
            UserProperties = from.UserProperties,
        };
    }

    private ReasonCode OnPublish(in Frame frame)
    {
        ReasonCode verdict = PacketDecoder.Publish(frame.First, frame.Owned!, out InboundMessage message);
        if (verdict != ReasonCode.Success)
        {
            return verdict;
        }

        if (message.PacketId == 0)
        {
            if (messagesWaiting >= Limits.QosZeroWaitingMax)
            {
                Counters.QosZeroDropped++;
                return ReasonCode.Success;
            }
        }
        else
        {
            verdict = Keep(message);
            if (verdict != ReasonCode.Success)
            {
                return verdict;
            }
        }

        Counters.MessagesReceived++;
        messagesWaiting++;
        events.Enqueue(new MqttEvent.Received(message));
        return ReasonCode.Success;
    }

    /// <summary>Remembers a message until it is accepted, within the bounds.</summary>
    private ReasonCode Keep(InboundMessage message)
    {
        int bytes = message.Message.Payload.Length;

        // A PUBACK that is still here has not freed the broker's quota: a broker that keeps to it cannot exceed it.
        int held = unaccepted.Count + pubacksWaiting;
        Counters.ReceiveMaximumExceeded += held >= options.ReceiveMaximum ? 1 : 0;
        if (held >= Limits.UnacceptedMax || unacceptedBytes + bytes > Limits.UnacceptedBytesMax)
        {
            return ReasonCode.ReceiveMaximumExceeded;
        }

        unacceptedBytes += bytes;
        return unaccepted.TryAdd(message.PacketId, bytes) ? ReasonCode.Success : ReasonCode.ProtocolError;
    }

    private ReasonCode OnPuback(ReadOnlySpan<byte> body)
    {
        ReasonCode verdict = PacketDecoder.Puback(body, out AnswerPacket packet);
        if (verdict != ReasonCode.Success)
        {
            return verdict;
        }

        if (!inFlight.TryGet(packet.PacketId, out InFlight.Item item))
        {
            Counters.PubacksUnknown++;
            return ReasonCode.Success;
        }

        if (item.Answer != PacketType.Puback)
        {
            return ReasonCode.ProtocolError;
        }

        inFlight.Remove(packet.PacketId, out _);
        bool taken = packet.Reason < ReasonCode.UnspecifiedError;
        EndPublish(item.Ticket, new PublishOutcome(taken ? PublishState.Acknowledged : PublishState.Refused,
            packet.Reason, packet.Properties.Text(PropertyId.ReasonString)));
        return ReasonCode.Success;
    }

    private ReasonCode OnGrant(PacketType type, ReadOnlySpan<byte> body)
    {
        ReasonCode verdict = PacketDecoder.Grant(type, body, out GrantPacket packet);
        if (verdict != ReasonCode.Success)
        {
            return verdict;
        }

        bool isAsked = inFlight.TryGet(packet.PacketId, out InFlight.Item item) && item.Answer == type
            && item.Filters == packet.Reasons.Length;
        if (!isAsked)
        {
            return ReasonCode.ProtocolError;
        }

        inFlight.Remove(packet.PacketId, out _);
        events.Enqueue(new MqttEvent.RequestEnded(item.Ticket, new RequestOutcome(true, packet.Reasons)));
        return ReasonCode.Success;
    }

    private ReasonCode OnDisconnect(ReadOnlySpan<byte> body)
    {
        ReasonCode verdict = PacketDecoder.Disconnect(body, out AnswerPacket packet);
        if (verdict == ReasonCode.Success)
        {
            output.Clear();
            Close(new LinkClosed(CloseCause.ServerDisconnect, packet.Reason,
                packet.Properties.Text(PropertyId.ReasonString), packet.Properties.Text(PropertyId.ServerReference)));
        }

        return verdict;
    }

    private ReasonCode RefusalOf(MqttMessage message)
    {
        ReasonCode refusal = MessageRules.Check(message);
        return refusal != ReasonCode.Success ? refusal
            : message.Qos > server.QosMax ? ReasonCode.QosNotSupported
            : message.Retain && !server.RetainAvailable ? ReasonCode.RetainNotSupported
            : message.Qos == Qos.AtMostOnce && output.Count >= Limits.OutputPacketsMax ? ReasonCode.QuotaExceeded
            : ReasonCode.Success;
    }

    private ReasonCode RefusalOf(IReadOnlyList<Subscription> subscriptions)
    {
        if (subscriptions.Count is 0 or > Limits.FiltersMax)
        {
            return ReasonCode.TopicFilterInvalid;
        }

        foreach (Subscription one in subscriptions)
        {
            ReasonCode refusal = MessageRules.Check(one);
            refusal = refusal != ReasonCode.Success ? refusal
                : MessageRules.IsShared(one.Filter) && !server.SharedAvailable
                    ? ReasonCode.SharedSubscriptionsNotSupported
                : one.Filter.AsSpan().IndexOfAny('+', '#') >= 0 && !server.WildcardAvailable
                    ? ReasonCode.WildcardSubscriptionsNotSupported
                : ReasonCode.Success;
            if (refusal != ReasonCode.Success)
            {
                return refusal;
            }
        }

        return ReasonCode.Success;
    }

    private bool SendRequest(OutputPacket packet, ushort packetId, int filters, long nowMs)
    {
        if (packet.Length > Math.Min(server.MaximumPacketBytes, Limits.PacketBytesMax))
        {
            inFlight.Remove(packetId, out InFlight.Item item);
            return Refuse(item.Ticket, ReasonCode.PacketTooLarge, filters);
        }

        Send(packet, nowMs);
        return true;
    }

    private bool Refuse(long ticket, ReasonCode reason, int filters)
    {
        ReasonCode[] reasons = new ReasonCode[Math.Max(1, filters)];
        Array.Fill(reasons, reason);
        events.Enqueue(new MqttEvent.RequestEnded(ticket, new RequestOutcome(true, reasons)));
        return true;
    }

    private void Send(OutputPacket packet, long nowMs)
    {
        output.Enqueue(packet);
        keepAlive.Sent(nowMs);
    }

    private void EndPublish(long ticket, PublishOutcome outcome) =>
        events.Enqueue(new MqttEvent.PublishEnded(ticket, outcome));

    /// <summary>Tells the broker why; packets that were not begun are not worth sending to it any more.</summary>
    private void CloseForBadPacket(ReasonCode reason)
    {
        Counters.BadPackets++;
        output.Clear();
        output.Enqueue(PacketEncoder.Disconnect(reason));
        Close(new LinkClosed(CloseCause.BadPacket, reason));
    }

    private void Close(LinkClosed end)
    {
        if (IsClosed)
        {
            return;
        }

        state = State.Closed;
        unaccepted.Clear();
        foreach (InFlight.Item item in inFlight.TakeAll())
        {
            if (item.Answer == PacketType.Puback)
            {
                EndPublish(item.Ticket, new PublishOutcome(PublishState.Unknown, ReasonCode.Success, null));
            }
            else
            {
                events.Enqueue(new MqttEvent.RequestEnded(item.Ticket, new RequestOutcome(false, [])));
            }
        }

        events.Enqueue(new MqttEvent.Closed(end));
    }
}
