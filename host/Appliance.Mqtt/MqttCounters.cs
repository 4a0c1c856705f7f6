namespace Appliance.Mqtt;

/// <summary>Counts of one connection, cumulative.</summary>
public sealed class MqttCounters
{
    public long BytesReceived { get; internal set; }

    public long BytesSent { get; internal set; }

    public long PacketsReceived { get; internal set; }

    public long PublishesSent { get; internal set; }

    public long MessagesReceived { get; internal set; }

    /// <summary>Messages beyond the receive maximum, borne within <see cref="Limits.UnacceptedMax"/>.</summary>
    public long ReceiveMaximumExceeded { get; internal set; }

    /// <summary>QoS 0 messages that found the consumer's queue full.</summary>
    public long QosZeroDropped { get; internal set; }

    /// <summary>Acknowledgements of nothing that was in flight.</summary>
    public long PubacksUnknown { get; internal set; }

    /// <summary>Packets that ended the connection; at most 1.</summary>
    public long BadPackets { get; internal set; }
}
