namespace Appliance.Mqtt;

/// <summary>
/// What the broker said when it took the connection (CONNACK), with the defaults of MQTT 5 filled in.
/// </summary>
public sealed record ServerAnswer
{
    /// <summary>True when the broker kept subscriptions from an earlier connection.</summary>
    public bool SessionPresent { get; init; }

    public string? AssignedClientId { get; init; }

    /// <summary>Keep-alive in force, s: the broker's if it gave a shorter one than asked for.</summary>
    public ushort KeepAliveSeconds { get; init; }

    /// <summary>
    /// Publishes that may be in flight: the smaller of the own window and the broker's receive maximum.
    /// </summary>
    public int Window { get; init; }

    /// <summary>Largest packet that the broker takes, bytes; <see cref="uint.MaxValue"/> when it did not say.</summary>
    public uint MaximumPacketBytes { get; init; }

    public Qos QosMax { get; init; }

    public bool RetainAvailable { get; init; }

    public bool WildcardAvailable { get; init; }

    public bool SharedAvailable { get; init; }

    public bool SubscriptionIdsAvailable { get; init; }

    /// <summary>Seconds for which the broker will keep the session.</summary>
    public uint SessionExpirySeconds { get; init; }

    public string? ResponseInformation { get; init; }

    public string? ReasonText { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];
}

/// <summary>How a publish ended.</summary>
public enum PublishState
{
    /// <summary>The broker has it (QoS 1), or it was handed to the transport (QoS 0).</summary>
    Acknowledged,

    /// <summary>
    /// It will not be taken, by the broker or by our own check of what the broker allows; sending it again is no use.
    /// (A QoS 0 message with the reason quota exceeded found the output full and was dropped, as QoS 0 allows.)
    /// </summary>
    Refused,

    /// <summary>The connection ended first: the broker may have it or not. Send it again on a new connection.</summary>
    Unknown,
}

/// <summary>The outcome of a publish with the broker's reason.</summary>
public readonly record struct PublishOutcome(PublishState State, ReasonCode Reason, string? Text);

/// <summary>
/// The outcome of a subscribe or unsubscribe: a reason for each filter, in order; <see cref="IsKnown"/> is false when
/// the connection ended before the answer.
/// </summary>
public sealed record RequestOutcome(bool IsKnown, IReadOnlyList<ReasonCode> Reasons)
{
    /// <summary>True when the broker granted every filter.</summary>
    public bool IsGranted
    {
        get
        {
            bool granted = IsKnown;
            foreach (ReasonCode reason in Reasons)
            {
                granted &= reason < ReasonCode.UnspecifiedError;
            }

            return granted;
        }
    }
}

/// <summary>Why a connection ended.</summary>
public enum CloseCause
{
    /// <summary>We said goodbye.</summary>
    Local,

    /// <summary>The broker did not take the connection (CONNACK with a failure).</summary>
    Refused,

    /// <summary>The broker sent DISCONNECT.</summary>
    ServerDisconnect,

    /// <summary>The stream ended or failed.</summary>
    Transport,

    /// <summary>No CONNACK in time.</summary>
    ConnectTimeout,

    /// <summary>A ping had no answer: the path is dead although nothing says so.</summary>
    KeepAliveTimeout,

    /// <summary>The broker sent something that MQTT 5 or our limits forbid; the reason was sent to it.</summary>
    BadPacket,
}

/// <summary>
/// The end of a connection. <paramref name="ServerReference"/> names another server to use, if the broker gave one.
/// </summary>
public sealed record LinkClosed(
    CloseCause Cause, ReasonCode Reason, string? Text = null, string? ServerReference = null);

/// <summary>What happened on a session, in order.</summary>
public abstract record MqttEvent
{
    private MqttEvent()
    {
    }

    /// <summary>The broker took the connection.</summary>
    public sealed record Connected(ServerAnswer Server) : MqttEvent;

    /// <summary>A publish has its outcome.</summary>
    public sealed record PublishEnded(long Ticket, PublishOutcome Outcome) : MqttEvent;

    /// <summary>A subscribe or unsubscribe has its outcome.</summary>
    public sealed record RequestEnded(long Ticket, RequestOutcome Outcome) : MqttEvent;

    /// <summary>A message came.</summary>
    public sealed record Received(InboundMessage Inbound) : MqttEvent;

    /// <summary>The connection is over; nothing follows.</summary>
    public sealed record Closed(LinkClosed End) : MqttEvent;
}
