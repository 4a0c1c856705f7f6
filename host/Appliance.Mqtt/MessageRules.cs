namespace Appliance.Mqtt;

/// <summary>
/// What may be sent at all, checked before it is encoded: the broker would close the connection for it.
/// </summary>
internal static class MessageRules
{
    /// <summary>Success, or the reason why this message may never be published.</summary>
    public static ReasonCode Check(MqttMessage message)
    {
        if (!IsTopicName(message.Topic) || (message.ResponseTopic is { } response && !IsTopicName(response)))
        {
            return ReasonCode.TopicNameInvalid;
        }

        if (message.Qos > Qos.AtLeastOnce)
        {
            return ReasonCode.QosNotSupported;
        }

        bool fits = (message.ContentType is null || Utf8Text.IsSendable(message.ContentType))
            && (message.CorrelationData?.Length ?? 0) <= Limits.FieldBytesMax;
        return fits && AreSendable(message.UserProperties) ? ReasonCode.Success : ReasonCode.PayloadFormatInvalid;
    }

    /// <summary>Success, or the reason why this subscription may never be asked for.</summary>
    public static ReasonCode Check(Subscription subscription) =>
        !IsTopicFilter(subscription.Filter) || subscription.RetainHandling > RetainHandling.DoNotSend
            ? ReasonCode.TopicFilterInvalid
            : subscription.QosMax > Qos.AtLeastOnce ? ReasonCode.QosNotSupported
            : subscription.NoLocal && IsShared(subscription.Filter) ? ReasonCode.ProtocolError
            : ReasonCode.Success;

    public static bool AreSendable(IReadOnlyList<UserProperty> pairs)
    {
        foreach (UserProperty pair in pairs)
        {
            if (!Utf8Text.IsSendable(pair.Name) || !Utf8Text.IsSendable(pair.Value))
            {
                return false;
            }
        }

        return pairs.Count <= Limits.UserPropertiesMax;
    }

    /// <summary>A topic name: at least one character, no wildcards (MQTT 5, 4.7).</summary>
    public static bool IsTopicName(string topic) =>
        topic.Length > 0 && topic.AsSpan().IndexOfAny('+', '#') < 0 && Utf8Text.IsSendable(topic);

    public static bool IsShared(string filter) => filter.StartsWith("$share/", StringComparison.Ordinal);

    /// <summary>
    /// A topic filter: wildcards fill whole levels, <c>#</c> only the last (4.7.1); a share has a name and a filter
    /// (4.8.2).
    /// </summary>
    public static bool IsTopicFilter(string filter)
    {
        if (filter.Length == 0 || !Utf8Text.IsSendable(filter))
        {
            return false;
        }

        ReadOnlySpan<char> rest = filter;
        if (IsShared(filter))
        {
            rest = rest["$share/".Length..];
            int slash = rest.IndexOf('/');
            if (slash < 1 || slash == rest.Length - 1 || rest[..slash].IndexOfAny('+', '#') >= 0)
            {
                return false;
            }

            rest = rest[(slash + 1)..];
        }

        return HasWholeLevels(rest);
    }

    private static bool HasWholeLevels(ReadOnlySpan<char> filter)
    {
        while (true)
        {
            int slash = filter.IndexOf('/');
            ReadOnlySpan<char> level = slash < 0 ? filter : filter[..slash];
            bool isHash = level is "#";
            if ((isHash && slash >= 0) || (level.Length > 1 && level.IndexOfAny('+', '#') >= 0))
            {
                return false;
            }

            if (slash < 0)
            {
                return true;
            }

            filter = filter[(slash + 1)..];
        }
    }
}
