namespace Appliance.Mqtt;

/// <summary>What one connection asks of the broker, and its own bounds.</summary>
public sealed record MqttOptions
{
    /// <summary>Client identifier; a second connection with the same one ends the first.</summary>
    public required string ClientId { get; init; }

    /// <summary>User name; null where the broker takes it from the client certificate.</summary>
    public string? UserName { get; init; }

    public byte[]? Password { get; init; }

    /// <summary>
    /// Forget what the broker kept for this client. False asks it to go on with the kept subscriptions.
    /// </summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>Seconds for which the broker keeps subscriptions and messages after the connection ends.</summary>
    public uint SessionExpirySeconds { get; init; }

    /// <summary>Keep-alive, s, at least 1: a dead path is noticed within one and a half of it.</summary>
    public ushort KeepAliveSeconds { get; init; } = Limits.KeepAliveSecondsDefault;

    /// <summary>Received messages that may be unaccepted at once; the broker holds back more.</summary>
    public ushort ReceiveMaximum { get; init; } = Limits.ReceiveMaximumDefault;

    /// <summary>Largest packet that is taken, bytes.</summary>
    public int MaximumPacketBytes { get; init; } = Limits.PacketBytesMax;

    /// <summary>Publishes in flight at once; the broker's receive maximum may make it fewer.</summary>
    public int Window { get; init; } = Limits.WindowDefault;

    /// <summary>Message that the broker publishes when this connection ends without a normal disconnect.</summary>
    public MqttMessage? Will { get; init; }

    /// <summary>Seconds between the end of the connection and the will.</summary>
    public uint WillDelaySeconds { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Time from CONNECT to CONNACK, ms.</summary>
    public int ConnectTimeoutMs { get; init; } = Limits.ConnectTimeoutMsDefault;

    /// <summary>Null, or what is wrong with these options in one line.</summary>
    public string? Problem() =>
        !Utf8Text.IsSendable(ClientId) ? "the client identifier has control characters or is too long"
        : UserName is not null && !Utf8Text.IsSendable(UserName) ? "the user name has control characters or is too long"
        : Password?.Length > Limits.FieldBytesMax ? "the password is longer than 65,535 bytes"
        : KeepAliveSeconds == 0 ? "the keep-alive must be at least 1 s, or a dead path would never be noticed"
        : ReceiveMaximum is 0 or > Limits.ReceiveMaximumMax
            ? $"the receive maximum must be 1 to {Limits.ReceiveMaximumMax}"
        : Window is < 1 or > Limits.WindowMax ? $"the window must be 1 to {Limits.WindowMax}"
        : MaximumPacketBytes is < 1024 or > Limits.PacketBytesMax
            ? $"the maximum packet must be 1,024 to {Limits.PacketBytesMax} bytes"
        : ConnectTimeoutMs < 1 ? "the connect timeout must be at least 1 ms"
        : Will is not null && MessageRules.Check(Will) != ReasonCode.Success ? "the will message may not be published"
        : Will?.Payload.Length > Limits.FieldBytesMax ? "the will's payload is longer than 65,535 bytes"
        : !MessageRules.AreSendable(UserProperties) ? "a user property has control characters or is too long"
        : null;
}
