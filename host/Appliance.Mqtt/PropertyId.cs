namespace Appliance.Mqtt;

/// <summary>Property identifiers (MQTT 5, 2.2.2.2, table 2-4).</summary>
internal enum PropertyId : byte
{
    PayloadFormat = 0x01,
    MessageExpiry = 0x02,
    ContentType = 0x03,
    ResponseTopic = 0x08,
    CorrelationData = 0x09,
    SubscriptionIdentifier = 0x0B,
    SessionExpiry = 0x11,
    AssignedClientId = 0x12,
    ServerKeepAlive = 0x13,
    AuthenticationMethod = 0x15,
    AuthenticationData = 0x16,
    RequestProblemInformation = 0x17,
    WillDelay = 0x18,
    RequestResponseInformation = 0x19,
    ResponseInformation = 0x1A,
    ServerReference = 0x1C,
    ReasonString = 0x1F,
    ReceiveMaximum = 0x21,
    TopicAliasMaximum = 0x22,
    TopicAlias = 0x23,
    MaximumQos = 0x24,
    RetainAvailable = 0x25,
    UserProperty = 0x26,
    MaximumPacketSize = 0x27,
    WildcardAvailable = 0x28,
    SubscriptionIdAvailable = 0x29,
    SharedAvailable = 0x2A,
}

/// <summary>How a property's value lies on the wire.</summary>
internal enum PropertyKind : byte
{
    Unknown,

    /// <summary>One byte that is 0 or 1.</summary>
    Flag,
    UInt16,
    UInt32,
    Variable,
    Text,
    Binary,
    Pair,
}

/// <summary>The property table: the kind of each identifier, and the set each packet may carry.</summary>
internal static class PropertyTable
{
    /// <summary>One more than the largest identifier.</summary>
    public const int Count = 0x2B;

    public const ulong None = 0;

    public const ulong Will = 1UL << (int)PropertyId.PayloadFormat | 1UL << (int)PropertyId.MessageExpiry
        | 1UL << (int)PropertyId.ContentType | 1UL << (int)PropertyId.ResponseTopic
        | 1UL << (int)PropertyId.CorrelationData | 1UL << (int)PropertyId.WillDelay
        | 1UL << (int)PropertyId.UserProperty;

    public const ulong Publish = Will & ~(1UL << (int)PropertyId.WillDelay)
        | 1UL << (int)PropertyId.SubscriptionIdentifier | 1UL << (int)PropertyId.TopicAlias;

    /// <summary>PUBACK, SUBACK and UNSUBACK.</summary>
    public const ulong Answer = 1UL << (int)PropertyId.ReasonString | 1UL << (int)PropertyId.UserProperty;

    /// <summary>DISCONNECT from the server: it may name another server, but not change the session's expiry.</summary>
    public const ulong Disconnect = Answer | 1UL << (int)PropertyId.ServerReference;

    public const ulong Connack = Disconnect | 1UL << (int)PropertyId.SessionExpiry
        | 1UL << (int)PropertyId.AssignedClientId | 1UL << (int)PropertyId.ServerKeepAlive
        | 1UL << (int)PropertyId.AuthenticationMethod | 1UL << (int)PropertyId.AuthenticationData
        | 1UL << (int)PropertyId.ResponseInformation | 1UL << (int)PropertyId.ReceiveMaximum
        | 1UL << (int)PropertyId.TopicAliasMaximum | 1UL << (int)PropertyId.MaximumQos
        | 1UL << (int)PropertyId.RetainAvailable | 1UL << (int)PropertyId.MaximumPacketSize
        | 1UL << (int)PropertyId.WildcardAvailable | 1UL << (int)PropertyId.SubscriptionIdAvailable
        | 1UL << (int)PropertyId.SharedAvailable;

    /// <summary>
    /// The kind of a property; <see cref="PropertyKind.Unknown"/> for an identifier that MQTT 5 does not have.
    /// </summary>
    public static PropertyKind Kind(uint id) => (PropertyId)id switch
    {
        _ when id >= Count => PropertyKind.Unknown,
        PropertyId.PayloadFormat or PropertyId.RequestProblemInformation or PropertyId.RequestResponseInformation
            or PropertyId.MaximumQos or PropertyId.RetainAvailable or PropertyId.WildcardAvailable
            or PropertyId.SubscriptionIdAvailable or PropertyId.SharedAvailable => PropertyKind.Flag,
        PropertyId.ServerKeepAlive or PropertyId.ReceiveMaximum or PropertyId.TopicAliasMaximum
            or PropertyId.TopicAlias => PropertyKind.UInt16,
        PropertyId.MessageExpiry or PropertyId.SessionExpiry or PropertyId.WillDelay
            or PropertyId.MaximumPacketSize => PropertyKind.UInt32,
        PropertyId.SubscriptionIdentifier => PropertyKind.Variable,
        PropertyId.ContentType or PropertyId.ResponseTopic or PropertyId.AssignedClientId
            or PropertyId.AuthenticationMethod or PropertyId.ResponseInformation or PropertyId.ServerReference
            or PropertyId.ReasonString => PropertyKind.Text,
        PropertyId.CorrelationData or PropertyId.AuthenticationData => PropertyKind.Binary,
        PropertyId.UserProperty => PropertyKind.Pair,
        _ => PropertyKind.Unknown,
    };
}
