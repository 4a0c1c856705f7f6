namespace Appliance.Mqtt;

/// <summary>
/// A packet to write: the header with all small fields, and the payload where the caller has it. The two are written
/// one after the other and nothing may come between.
/// </summary>
public readonly record struct OutputPacket(ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Length of the whole packet, bytes.</summary>
    public long Length => (long)Header.Length + Payload.Length;
}

/// <summary>
/// Encodes what a client sends. Arguments were checked by <see cref="MessageRules"/> or <see cref="MqttOptions"/>.
/// </summary>
internal static class PacketEncoder
{
    private const byte ProtocolVersion5 = 5;

    /// <summary>PINGREQ.</summary>
    public static OutputPacket Ping { get; } = new(new PacketWriter().Finish(PacketType.Pingreq), default);

    /// <summary>CONNECT (3.1). Properties that equal the protocol's defaults are left out.</summary>
    public static OutputPacket Connect(MqttOptions options)
    {
        PacketWriter packet = new();
        packet.WriteText("MQTT");
        packet.WriteByte(ProtocolVersion5);
        packet.WriteByte(ConnectFlags(options));
        packet.WriteUInt16(options.KeepAliveSeconds);
        Properties properties = new();
        SetUnless(properties, PropertyId.SessionExpiry, options.SessionExpirySeconds, 0);
        SetUnless(properties, PropertyId.ReceiveMaximum, options.ReceiveMaximum, ushort.MaxValue);
        SetUnless(properties, PropertyId.MaximumPacketSize, (uint)options.MaximumPacketBytes, uint.MaxValue);
        properties.UserProperties.AddRange(options.UserProperties);
        properties.Write(packet);
        packet.WriteText(options.ClientId);
        if (options.Will is { } will)
        {
            Properties willProperties = MessageProperties(will);
            SetUnless(willProperties, PropertyId.WillDelay, options.WillDelaySeconds, 0);
            willProperties.Write(packet);
            packet.WriteText(will.Topic);
            packet.WriteBinary(will.Payload.Span);
        }

        if (options.UserName is { } user)
        {
            packet.WriteText(user);
        }

        if (options.Password is { } password)
        {
            packet.WriteBinary(password);
        }

        return new(packet.Finish(PacketType.Connect), default);
    }

    /// <summary>PUBLISH (3.3); <paramref name="packetId"/> is ignored for QoS 0.</summary>
    public static OutputPacket Publish(MqttMessage message, ushort packetId, bool isDuplicate = false)
    {
        PacketWriter packet = new();
        packet.WriteText(message.Topic);
        if (message.Qos > Qos.AtMostOnce)
        {
            packet.WriteUInt16(packetId);
        }

        MessageProperties(message).Write(packet);
        int flags = (isDuplicate ? 8 : 0) | (int)message.Qos << 1 | (message.Retain ? 1 : 0);
        return new(packet.Finish(PacketType.Publish, flags, message.Payload.Length), message.Payload);
    }

    /// <summary>PUBACK (3.4); the reason is left out when it is success.</summary>
    public static OutputPacket Puback(ushort packetId, ReasonCode reason)
    {
        PacketWriter packet = new();
        packet.WriteUInt16(packetId);
        if (reason != ReasonCode.Success)
        {
            packet.WriteByte((byte)reason);
        }

        return new(packet.Finish(PacketType.Puback), default);
    }

    /// <summary>SUBSCRIBE (3.8).</summary>
    public static OutputPacket Subscribe(
        ushort packetId, IReadOnlyList<Subscription> subscriptions, Properties? properties = null)
    {
        PacketWriter packet = new();
        packet.WriteUInt16(packetId);
        (properties ?? new Properties()).Write(packet);
        foreach (Subscription one in subscriptions)
        {
            packet.WriteText(one.Filter);
            packet.WriteByte((byte)((int)one.QosMax | (one.NoLocal ? 4 : 0) | (one.RetainAsPublished ? 8 : 0)
                | (int)one.RetainHandling << 4));
        }

        return new(packet.Finish(PacketType.Subscribe, PacketDecoder.RequestFlags), default);
    }

    /// <summary>UNSUBSCRIBE (3.10).</summary>
    public static OutputPacket Unsubscribe(
        ushort packetId, IReadOnlyList<string> filters, Properties? properties = null)
    {
        PacketWriter packet = new();
        packet.WriteUInt16(packetId);
        (properties ?? new Properties()).Write(packet);
        foreach (string filter in filters)
        {
            packet.WriteText(filter);
        }

        return new(packet.Finish(PacketType.Unsubscribe, PacketDecoder.RequestFlags), default);
    }

    /// <summary>DISCONNECT (3.14); the reason is left out when it is a normal end.</summary>
    public static OutputPacket Disconnect(ReasonCode reason)
    {
        PacketWriter packet = new();
        if (reason != ReasonCode.Success)
        {
            packet.WriteByte((byte)reason);
        }

        return new(packet.Finish(PacketType.Disconnect), default);
    }

    private static byte ConnectFlags(MqttOptions options)
    {
        int will = options.Will is { } message ? 4 | (int)message.Qos << 3 | (message.Retain ? 0x20 : 0) : 0;
        return (byte)((options.CleanStart ? 2 : 0) | will | (options.Password is null ? 0 : 0x40)
            | (options.UserName is null ? 0 : 0x80));
    }

    private static Properties MessageProperties(MqttMessage message)
    {
        Properties properties = new();
        SetUnless(properties, PropertyId.PayloadFormat, message.PayloadIsUtf8 ? 1u : 0, 0);
        if (message.ExpirySeconds is { } seconds)
        {
            properties.Set(PropertyId.MessageExpiry, seconds);
        }

        properties.Set(PropertyId.ContentType, message.ContentType);
        properties.Set(PropertyId.ResponseTopic, message.ResponseTopic);
        properties.Set(PropertyId.CorrelationData, message.CorrelationData);
        properties.UserProperties.AddRange(message.UserProperties);
        return properties;
    }

    private static void SetUnless(Properties properties, PropertyId id, uint value, uint standard)
    {
        if (value != standard)
        {
            properties.Set(id, value);
        }
    }
}
