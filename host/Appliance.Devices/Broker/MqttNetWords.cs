using System.Buffers;
using System.Text;
using Appliance.Mqtt;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Appliance.Devices.Broker;

/// <summary>What this product and MQTTnet each call the same things; reason codes are MQTT's own in both.</summary>
internal static class MqttNetWords
{
    public static MqttClientOptions Of(MqttOptions options, StreamAdapters channel)
    {
        MqttClientOptions asked = new()
        {
            ChannelOptions = channel,
            ProtocolVersion = MQTTnet.Formatter.MqttProtocolVersion.V500,
            ClientId = options.ClientId,
            CleanSession = options.CleanStart,
            SessionExpiryInterval = options.SessionExpirySeconds,
            KeepAlivePeriod = TimeSpan.FromSeconds(options.KeepAliveSeconds),
            ReceiveMaximum = options.ReceiveMaximum,
            MaximumPacketSize = (uint)options.MaximumPacketBytes,
            UserProperties = Of(options.UserProperties),
            Timeout = TimeSpan.FromMilliseconds(options.ConnectTimeoutMs),
            Credentials = options.UserName is null
                ? null
                : new MqttClientCredentials(options.UserName, options.Password),
        };
        if (options.Will is { } will)
        {
            asked.WillTopic = will.Topic;
            asked.WillPayload = will.Payload.ToArray();
            asked.WillQualityOfServiceLevel = (MqttQualityOfServiceLevel)will.Qos;
            asked.WillRetain = will.Retain;
            asked.WillContentType = will.ContentType;
            asked.WillDelayInterval = options.WillDelaySeconds;
            asked.WillPayloadFormatIndicator = FormatOf(will);
            asked.WillUserProperties = Of(will.UserProperties);
        }

        return asked;
    }

    public static MqttApplicationMessage Of(MqttMessage message) => new()
    {
        Topic = message.Topic,
        Payload = new ReadOnlySequence<byte>(message.Payload),
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)message.Qos,
        Retain = message.Retain,
        ContentType = message.ContentType,
        ResponseTopic = message.ResponseTopic,
        CorrelationData = message.CorrelationData,
        MessageExpiryInterval = message.ExpirySeconds ?? 0,
        PayloadFormatIndicator = FormatOf(message),
        UserProperties = Of(message.UserProperties),
    };

    public static MqttMessage Of(MqttApplicationMessage message) => new()
    {
        Topic = message.Topic,
        Payload = message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray(),
        Qos = (Qos)message.QualityOfServiceLevel,
        Retain = message.Retain,
        ContentType = message.ContentType,
        ResponseTopic = message.ResponseTopic,
        CorrelationData = message.CorrelationData,
        ExpirySeconds = message.MessageExpiryInterval == 0 ? null : message.MessageExpiryInterval,
        PayloadIsUtf8 = message.PayloadFormatIndicator == MqttPayloadFormatIndicator.CharacterData,
        UserProperties = Of(message.UserProperties),
    };

    public static ServerAnswer Of(MqttClientConnectResult result, MqttOptions options) => new()
    {
        SessionPresent = result.IsSessionPresent,
        AssignedClientId = result.AssignedClientIdentifier,
        KeepAliveSeconds = result.ServerKeepAlive > 0 ? result.ServerKeepAlive : options.KeepAliveSeconds,
        Window = Math.Min(options.Window, result.ReceiveMaximum ?? ushort.MaxValue),
        MaximumPacketBytes = result.MaximumPacketSize ?? uint.MaxValue,
        QosMax = (Qos)Math.Min((int)result.MaximumQoS, (int)Qos.AtLeastOnce),
        RetainAvailable = result.RetainAvailable,
        WildcardAvailable = result.WildcardSubscriptionAvailable,
        SharedAvailable = result.SharedSubscriptionAvailable,
        SubscriptionIdsAvailable = result.SubscriptionIdentifiersAvailable,
        SessionExpirySeconds = result.SessionExpiryInterval ?? options.SessionExpirySeconds,
        ResponseInformation = result.ResponseInformation,
        ReasonText = result.ReasonString,
        UserProperties = Of(result.UserProperties),
    };

    public static MqttTopicFilter Of(Subscription wanted) => new()
    {
        Topic = wanted.Filter,
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)wanted.QosMax,
        NoLocal = wanted.NoLocal,
        RetainAsPublished = wanted.RetainAsPublished,
        RetainHandling = (MqttRetainHandling)wanted.RetainHandling,
    };

    /// <summary>How a connection ended that MQTTnet says is over.</summary>
    public static LinkClosed Of(MqttClientDisconnectedEventArgs over) => over.Exception switch
    {
        MqttProtocolViolationException bad =>
            new LinkClosed(CloseCause.BadPacket, ReasonCode.ProtocolError, bad.Message),
        MqttCommunicationTimedOutException => new LinkClosed(CloseCause.KeepAliveTimeout, ReasonCode.KeepAliveTimeout),
        { } lost => new LinkClosed(CloseCause.Transport, ReasonCode.Success, lost.Message),
        null when over.Reason != MqttClientDisconnectReason.NormalDisconnection =>
            new LinkClosed(CloseCause.ServerDisconnect, (ReasonCode)(byte)over.Reason, over.ReasonString),
        null => new LinkClosed(CloseCause.Transport, ReasonCode.Success, "the broker closed the stream"),
    };

    /// <summary>No less than the bytes of the packet that carries a message: each part at its longest.</summary>
    public static long PacketBytesMax(MqttMessage message)
    {
        const int fixedParts = 64; // header, packet number, lengths, and the properties of one number each
        long bytes = fixedParts + (3L * message.Topic.Length) + message.Payload.Length
            + (3L * (message.ContentType?.Length ?? 0)) + (3L * (message.ResponseTopic?.Length ?? 0))
            + (message.CorrelationData?.Length ?? 0);
        foreach (UserProperty pair in message.UserProperties)
        {
            bytes += 5 + Encoding.UTF8.GetByteCount(pair.Name) + Encoding.UTF8.GetByteCount(pair.Value);
        }

        return bytes;
    }

    private static MqttPayloadFormatIndicator FormatOf(MqttMessage message) => message.PayloadIsUtf8
        ? MqttPayloadFormatIndicator.CharacterData
        : MqttPayloadFormatIndicator.Unspecified;

    private static List<MqttUserProperty> Of(IReadOnlyList<UserProperty> pairs)
    {
        List<MqttUserProperty> list = new(pairs.Count);
        foreach (UserProperty pair in pairs)
        {
            list.Add(new MqttUserProperty(pair.Name, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(pair.Value))));
        }

        return list;
    }

    private static List<UserProperty> Of(List<MqttUserProperty>? pairs)
    {
        List<UserProperty> list = new(pairs?.Count ?? 0);
        foreach (MqttUserProperty pair in pairs ?? [])
        {
            list.Add(new UserProperty(pair.Name, Encoding.UTF8.GetString(pair.ValueBuffer.Span)));
        }

        return list;
    }
}
