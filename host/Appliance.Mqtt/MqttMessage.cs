namespace Appliance.Mqtt;

/// <summary>
/// Quality of service. Exactly-once (QoS 2) is not used: receivers recognise a batch that comes again.
/// </summary>
public enum Qos : byte
{
    AtMostOnce = 0,
    AtLeastOnce = 1,
}

/// <summary>A name and a value of the program's own (MQTT 5, 2.2.2.2).</summary>
public readonly record struct UserProperty(string Name, string Value);

/// <summary>
/// A message to publish, or one received. The payload is not copied: after a publish it must stay unchanged until the
/// ticket has an outcome.
/// </summary>
public sealed record MqttMessage
{
    /// <summary>Topic name, without wildcards.</summary>
    public required string Topic { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }

    public Qos Qos { get; init; } = Qos.AtLeastOnce;

    public bool Retain { get; init; }

    /// <summary>Content type, for instance application/cose.</summary>
    public string? ContentType { get; init; }

    public string? ResponseTopic { get; init; }

    public byte[]? CorrelationData { get; init; }

    /// <summary>Seconds after which the broker drops the message; null for never.</summary>
    public uint? ExpirySeconds { get; init; }

    /// <summary>True when the payload is UTF-8 text.</summary>
    public bool PayloadIsUtf8 { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Value of the first user property of that name, or null.</summary>
    public string? UserProperty(string name)
    {
        foreach (UserProperty pair in UserProperties)
        {
            if (pair.Name == name)
            {
                return pair.Value;
            }
        }

        return null;
    }
}

/// <summary>
/// A message from the broker. <paramref name="PacketId"/> is 0 for QoS 0; any other must be accepted, once, when the
/// message is safe: only then is it acknowledged.
/// </summary>
public sealed record InboundMessage(ushort PacketId, bool IsDuplicate, MqttMessage Message);

/// <summary>How retained messages are sent when a subscription is made (MQTT 5, 3.8.3.1).</summary>
public enum RetainHandling : byte
{
    Send = 0,
    SendIfNew = 1,
    DoNotSend = 2,
}

/// <summary>
/// One topic filter and its options. A filter <c>$share/GROUP/FILTER</c> shares the messages in the group.
/// </summary>
public sealed record Subscription(string Filter)
{
    public Qos QosMax { get; init; } = Qos.AtLeastOnce;

    /// <summary>Do not send back what this connection publishes; not allowed on a shared subscription.</summary>
    public bool NoLocal { get; init; }

    public bool RetainAsPublished { get; init; }

    public RetainHandling RetainHandling { get; init; }
}
