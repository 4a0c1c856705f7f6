namespace Appliance.Flow.Lines;

/// <summary>What became of the messages about sessions; cumulative since the start.</summary>
public sealed class LineTally
{
    /// <summary>Messages taken.</summary>
    public ulong Taken { get; set; }

    /// <summary>Not a message of its protocol: too short, a length that does not fit.</summary>
    public ulong Malformed { get; set; }

    /// <summary>Of the protocol, but about no session: other codes, tunnel links, offers.</summary>
    public ulong Other { get; set; }

    /// <summary>The authenticator does not fit the secret, or the sender has none.</summary>
    public ulong Unauthentic { get; set; }

    /// <summary>Attributes that contradict their own form; the rest of the message was taken.</summary>
    public ulong BadAttributes { get; set; }

    /// <summary>Sent again, or overtaken by what was already known.</summary>
    public ulong Repeated { get; set; }

    /// <summary>Messages without a session's name or without anything to record.</summary>
    public ulong Empty { get; set; }

    /// <summary>Sessions whose start was not heard: begun at what their age says.</summary>
    public ulong StartsMissed { get; set; }

    /// <summary>Sessions ended because another took their address.</summary>
    public ulong Replaced { get; set; }

    /// <summary>Sessions ended because their server began anew.</summary>
    public ulong EndedByServer { get; set; }

    /// <summary>Sessions ended because nothing was heard of them any more.</summary>
    public ulong TimedOut { get; set; }

    /// <summary>
    /// Two sessions that hold one address at once: two address spaces that the rules do not tell apart.
    /// </summary>
    public ulong Conflicts { get; set; }

    /// <summary>Sessions and blocks that found the table full.</summary>
    public ulong Refused { get; set; }

    /// <summary>Records made.</summary>
    public ulong Records { get; set; }
}
