namespace Appliance.Mqtt;

/// <summary>What the broker did, as a sentence with a hint, for logs and status of whoever uses a link.</summary>
public static class LinkWords
{
    /// <summary>How a connection ended.</summary>
    public static string Of(LinkClosed end) => end.Cause switch
    {
        CloseCause.Local => "the connection was closed from here",
        CloseCause.Refused when end.Reason is ReasonCode.NotAuthorized or ReasonCode.BadUserNameOrPassword =>
            "the broker does not know this client; is its certificate of the broker's authority?",
        CloseCause.Refused => $"the broker refused the connection ({Detail(end)})",
        CloseCause.ServerDisconnect when end.Reason == ReasonCode.SessionTakenOver =>
            "another client took this one's name; is there a second with the same certificate?",
        CloseCause.ServerDisconnect => $"the broker ended the connection ({Detail(end)})",
        CloseCause.Transport => $"the connection was lost ({Detail(end)}); "
            + "if that is at once each time, the broker does not accept this client's certificate",
        CloseCause.ConnectTimeout => "the broker took the connection but did not answer; is it overloaded?",
        CloseCause.KeepAliveTimeout => "the path to the broker is dead: nothing comes back; check the line",
        _ => $"what the broker sent is not MQTT 5 as it should be ({Detail(end)})",
    };

    /// <summary>Why the broker did not take a message.</summary>
    public static string Refused(string topic, PublishOutcome outcome) => outcome.Reason == ReasonCode.NotAuthorized
        ? $"the broker does not let this client write {topic}; check its access list"
        : $"the broker refused a message on {topic} ({outcome.Reason})";

    private static string Detail(LinkClosed end) => end.Text is { Length: > 0 } text
        ? $"{end.Reason}: {text.ReplaceLineEndings(" ")}"
        : end.Reason.ToString();
}
