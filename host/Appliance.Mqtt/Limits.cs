namespace Appliance.Mqtt;

/// <summary>Every bound of this project, each with its reason.</summary>
public static class Limits
{
    /// <summary>
    /// Largest packet taken or sent, bytes. A batch is at most 1 MiB; twice that leaves room for growth.
    /// </summary>
    public const int PacketBytesMax = 2 * 1024 * 1024;

    /// <summary>Largest own in-flight window, publishes. 64 batches of 256 KiB fill 200 ms at 640 Mbit/s.</summary>
    public const int WindowMax = 64;

    /// <summary>Publishes in flight unless the options say otherwise.</summary>
    public const int WindowDefault = 16;

    /// <summary>
    /// Largest receive maximum announced; with <see cref="PacketBytesMax"/> it bounds the memory to 128 MiB.
    /// </summary>
    public const int ReceiveMaximumMax = 64;

    /// <summary>
    /// Unaccepted messages that are borne from a broker that exceeds the receive maximum: mosquitto 2.0 sends two for
    /// each acknowledgement while it has a backlog (its issue 2301), and a backlog is no reason to lose the connection.
    /// </summary>
    public const int UnacceptedMax = 1_024;

    /// <summary>
    /// Their payloads together, bytes: as much as the receive maximum would allow with the largest packets.
    /// </summary>
    public const long UnacceptedBytesMax = (long)ReceiveMaximumMax * PacketBytesMax;

    /// <summary>Receive maximum announced unless the options say otherwise.</summary>
    public const int ReceiveMaximumDefault = 16;

    /// <summary>QoS 0 messages that may wait for the consumer; more are dropped and counted, as QoS 0 allows.</summary>
    public const int QosZeroWaitingMax = 64;

    /// <summary>
    /// Packets that may wait to be written, beyond the window: bounds QoS 0 publishes on a slow link.
    /// </summary>
    public const int OutputPacketsMax = 256;

    /// <summary>Subscribe and unsubscribe requests without an answer; a program has a handful of topics.</summary>
    public const int RequestsMax = 16;

    /// <summary>Topic filters in one request; the reason codes of the answer are as many.</summary>
    public const int FiltersMax = 64;

    /// <summary>User properties in one packet; ours have two.</summary>
    public const int UserPropertiesMax = 32;

    /// <summary>Subscription identifiers on one message: overlapping filters that matched.</summary>
    public const int SubscriptionIdsMax = 64;

    /// <summary>Largest UTF-8 string or binary field, bytes (MQTT 5, 1.5.4: two length bytes).</summary>
    public const int FieldBytesMax = 65_535;

    /// <summary>Largest variable byte integer (MQTT 5, 1.5.5: four bytes of seven bits).</summary>
    public const uint VariableIntegerMax = 268_435_455;

    /// <summary>Keep-alive unless the options say otherwise, s: a dead path is noticed within 45 s.</summary>
    public const ushort KeepAliveSecondsDefault = 30;

    /// <summary>Time for name, TCP and TLS together, ms: several round trips over a satellite path.</summary>
    public const int DialTimeoutMs = 20_000;

    /// <summary>Time from CONNECT to CONNACK, ms: several round trips over a satellite path.</summary>
    public const int ConnectTimeoutMsDefault = 20_000;

    /// <summary>Time for a last DISCONNECT to leave, ms; after it the stream is closed in any case.</summary>
    public const int CloseFlushMs = 2_000;

    /// <summary>Bytes read from the stream at once: a TLS record is 16 KiB, four of them save system calls.</summary>
    public const int ReadBytes = 64 * 1024;

    /// <summary>Small packets gathered into one write; larger payloads are written from where they lie.</summary>
    public const int GatherBytes = 16 * 1024;

    /// <summary>Reconnect delay at first, ms.</summary>
    public const int BackoffMsMin = 1_000;

    /// <summary>Reconnect delay at most, ms: a broker's return is noticed within a minute.</summary>
    public const int BackoffMsMax = 60_000;
}
