namespace Appliance.Mqtt;

/// <summary>CONNACK.</summary>
internal sealed record ConnackPacket(bool SessionPresent, ReasonCode Reason, Properties Properties);

/// <summary>PUBACK, and DISCONNECT without a packet identifier.</summary>
internal sealed record AnswerPacket(ushort PacketId, ReasonCode Reason, Properties Properties);

/// <summary>SUBACK and UNSUBACK.</summary>
internal sealed record GrantPacket(ushort PacketId, ReasonCode[] Reasons, Properties Properties);

/// <summary>
/// Decodes what a client receives. Every method returns Success and the packet, or the reason with which the connection
/// is to be ended; no input throws.
/// </summary>
internal static class PacketDecoder
{
    /// <summary>Flags of SUBSCRIBE, UNSUBSCRIBE and PUBREL (2.1.3).</summary>
    public const int RequestFlags = 2;

    /// <summary>Whether the first byte is one that a server may send; the reserved flags are fixed (2.1.3).</summary>
    public static ReasonCode CheckFirst(byte first)
    {
        PacketType type = (PacketType)(first >> 4);
        int flags = first & 0x0F;
        switch (type)
        {
            case PacketType.Publish:
                return (flags & 6) switch
                {
                    6 => ReasonCode.MalformedPacket,
                    4 => ReasonCode.ProtocolError, // QoS 2 is more than any subscription of ours asks for
                    0 when (flags & 8) != 0 => ReasonCode.MalformedPacket, // QoS 0 cannot be a duplicate (MQTT-3.3.1-2)
                    _ => ReasonCode.Success,
                };
            case PacketType.Connack or PacketType.Puback or PacketType.Suback or PacketType.Unsuback
                or PacketType.Pingresp or PacketType.Disconnect:
                return flags == 0 ? ReasonCode.Success : ReasonCode.MalformedPacket;
            case PacketType.Reserved:
                return ReasonCode.MalformedPacket;
            default:
                int expected = type is PacketType.Pubrel or PacketType.Subscribe or PacketType.Unsubscribe
                    ? RequestFlags : 0;
                return flags == expected ? ReasonCode.ProtocolError : ReasonCode.MalformedPacket;
        }
    }

    public static ReasonCode Connack(ReadOnlySpan<byte> body, out ConnackPacket packet)
    {
        PacketReader reader = new(body);
        byte flags = reader.ReadByte();
        byte reason = reader.ReadByte();
        Properties properties = Properties.Read(ref reader, PropertyTable.Connack);
        reader.ExpectEnd();
        if (flags > 1)
        {
            reader.Malformed();
        }

        // A refusal keeps no session (MQTT-3.2.2-6).
        if (!ServerReasons.Allow(PacketType.Connack, reason) || (flags == 1 && reason != 0))
        {
            reader.Object(ReasonCode.ProtocolError);
        }

        packet = new(flags == 1, (ReasonCode)reason, properties);
        return reader.Verdict;
    }

    /// <summary>
    /// Decodes a PUBLISH; the payload is a slice of <paramref name="body"/>, which the message then owns.
    /// </summary>
    public static ReasonCode Publish(byte first, byte[] body, out InboundMessage message)
    {
        PacketReader reader = new(body);
        string topic = reader.ReadText();
        Qos qos = (Qos)(first >> 1 & 3);
        ushort packetId = qos > Qos.AtMostOnce ? reader.ReadUInt16() : (ushort)0;
        Properties properties = Properties.Read(ref reader, PropertyTable.Publish);
        int payloadBytes = reader.Remaining;
        if (topic.AsSpan().IndexOfAny('+', '#') >= 0)
        {
            reader.Malformed();
        }

        // We announced no topic aliases (the default maximum of 0), so an alias or an empty topic has no meaning.
        if (properties.Has(PropertyId.TopicAlias))
        {
            reader.Object(ReasonCode.TopicAliasInvalid);
        }

        if (topic.Length == 0 || (qos > Qos.AtMostOnce && packetId == 0))
        {
            reader.Object(ReasonCode.ProtocolError);
        }

        message = new(packetId, (first & 8) != 0, new MqttMessage
        {
            Topic = topic,
            Payload = body.AsMemory(body.Length - payloadBytes),
            Qos = qos,
            Retain = (first & 1) != 0,
            ContentType = properties.Text(PropertyId.ContentType),
            ResponseTopic = properties.Text(PropertyId.ResponseTopic),
            CorrelationData = properties.Binary(PropertyId.CorrelationData),
            ExpirySeconds = properties.Has(PropertyId.MessageExpiry)
                ? properties.Number(PropertyId.MessageExpiry, 0) : null,
            PayloadIsUtf8 = properties.Number(PropertyId.PayloadFormat, 0) == 1,
            UserProperties = properties.UserProperties,
        });
        return reader.Verdict;
    }

    /// <summary>PUBACK: reason and properties may be left out from the end (3.4.2).</summary>
    public static ReasonCode Puback(ReadOnlySpan<byte> body, out AnswerPacket packet)
    {
        PacketReader reader = new(body);
        ushort packetId = reader.ReadUInt16();
        if (packetId == 0)
        {
            reader.Object(ReasonCode.ProtocolError);
        }

        return Answer(ref reader, PacketType.Puback, PropertyTable.Answer, packetId, out packet);
    }

    /// <summary>DISCONNECT from the server (3.14).</summary>
    public static ReasonCode Disconnect(ReadOnlySpan<byte> body, out AnswerPacket packet)
    {
        PacketReader reader = new(body);
        return Answer(ref reader, PacketType.Disconnect, PropertyTable.Disconnect, 0, out packet);
    }

    /// <summary>SUBACK and UNSUBACK: at least one reason (3.9, 3.11).</summary>
    public static ReasonCode Grant(PacketType type, ReadOnlySpan<byte> body, out GrantPacket packet)
    {
        PacketReader reader = new(body);
        ushort packetId = reader.ReadUInt16();
        Properties properties = Properties.Read(ref reader, PropertyTable.Answer);
        if (packetId == 0 || reader.Remaining > Limits.FiltersMax)
        {
            reader.Object(ReasonCode.ProtocolError);
        }

        if (reader.IsAtEnd)
        {
            reader.Malformed();
        }

        ReasonCode[] reasons = new ReasonCode[Math.Min(reader.Remaining, Limits.FiltersMax)];
        for (int i = 0; i < reasons.Length; i++)
        {
            byte reason = reader.ReadByte();
            reasons[i] = (ReasonCode)reason;
            if (!ServerReasons.Allow(type, reason))
            {
                reader.Object(ReasonCode.ProtocolError);
            }
        }

        packet = new(packetId, reasons, properties);
        return reader.Verdict;
    }

    /// <summary>PINGRESP has no body.</summary>
    public static ReasonCode Pingresp(ReadOnlySpan<byte> body) =>
        body.IsEmpty ? ReasonCode.Success : ReasonCode.MalformedPacket;

    private static ReasonCode Answer(
        ref PacketReader reader, PacketType type, ulong allowed, ushort packetId, out AnswerPacket packet)
    {
        byte reason = reader.IsAtEnd ? (byte)0 : reader.ReadByte();
        Properties properties = reader.IsAtEnd ? new Properties() : Properties.Read(ref reader, allowed);
        reader.ExpectEnd();
        if (!ServerReasons.Allow(type, reason))
        {
            reader.Object(ReasonCode.ProtocolError);
        }

        packet = new(packetId, (ReasonCode)reason, properties);
        return reader.Verdict;
    }
}
