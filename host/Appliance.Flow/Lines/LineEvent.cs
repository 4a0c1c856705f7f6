using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>What happened to a session.</summary>
public enum LineEventKind : byte
{
    Start,

    /// <summary>It goes on; whatever is named is held.</summary>
    Interim,
    Stop,

    /// <summary>The access server begins or ends its accounting: it has no session that began before.</summary>
    ServerReset,
}

/// <summary>Who said so; the name stands in records.</summary>
public enum LineSource : byte
{
    /// <summary>RADIUS accounting whose authenticator fits the shared secret.</summary>
    Radius,

    /// <summary>Mirrored RADIUS accounting, without a secret to check it by.</summary>
    RadiusUnchecked,
    Dhcp,

    /// <summary>The operator's file of prefixes.</summary>
    Static,
}

/// <summary>Public ports given to an inside address.</summary>
/// <param name="Public">Public address.</param>
/// <param name="First">First port.</param>
/// <param name="Last">Last port, not before the first.</param>
public readonly record struct PortRange(Ip Public, ushort First, ushort Last);

/// <summary>
/// One message about a session, whatever protocol it came by. A decoder clears and fills it; it is used again for the
/// next message. Texts that were not given are empty.
/// </summary>
public sealed class LineEvent
{
    public LineEventKind Kind { get; set; }

    public LineSource Source { get; set; }

    /// <summary>When the message was heard: raw time.</summary>
    public long HeardNs { get; set; }

    /// <summary>How long the sender has tried to deliver it (Acct-Delay-Time), seconds.</summary>
    public uint DelaySeconds { get; set; }

    /// <summary>When it happened by the sender's own clock, UTC seconds since 1970; 0 where it does not say.</summary>
    public uint SenderSeconds { get; set; }

    /// <summary>Age of the session (Acct-Session-Time), or null.</summary>
    public uint? SessionSeconds { get; set; }

    /// <summary>Time that the addresses are given for (DHCP lease), seconds; 0 where there is no limit.</summary>
    public uint LeaseSeconds { get; set; }

    /// <summary>
    /// Bytes from and to the line so far, gigawords included: they tell which of two interims is newer.
    /// </summary>
    public ulong Octets { get; set; }

    /// <summary>Access server: its identifier, else its address.</summary>
    public string Server { get; set; } = "";

    /// <summary>Name of the session, unique at its server.</summary>
    public string Session { get; set; } = "";

    public string CircuitId { get; set; } = "";

    public string RemoteId { get; set; } = "";

    /// <summary>The operator's own name of the subscriber's line (Alc-Subsc-ID-Str, DHCP subscriber id).</summary>
    public string LineName { get; set; } = "";

    /// <summary>Port of the access server.</summary>
    public string Port { get; set; } = "";

    public string User { get; set; } = "";

    public string Imsi { get; set; } = "";

    public string Imei { get; set; } = "";

    /// <summary>MAC address of the customer's equipment.</summary>
    public string Mac { get; set; } = "";

    public string Msisdn { get; set; } = "";

    /// <summary>Access point name or access point.</summary>
    public string Called { get; set; } = "";

    /// <summary>Radio cell or area, as text.</summary>
    public string Location { get; set; } = "";

    /// <summary>Realm of the addresses where it was said; empty: the rules tell.</summary>
    public string Realm { get; set; } = "";

    /// <summary>Number of the routing instance of the inside addresses, or null.</summary>
    public uint? Instance { get; set; }

    /// <summary>The message gives its port ranges back instead of naming held ones.</summary>
    public bool IsRelease { get; set; }

    /// <summary>Written by a NAT about itself: it names no line, and its inside address is no session.</summary>
    public bool IsOfNat { get; set; }

    /// <summary>Addresses and prefixes that the session holds.</summary>
    public List<IpPrefix> Addresses { get; } = [];

    /// <summary>Port ranges that its first address holds.</summary>
    public List<PortRange> Ranges { get; } = [];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Kind = default;
        Source = default;
        (HeardNs, DelaySeconds, SenderSeconds, SessionSeconds, LeaseSeconds, Octets) = (0, 0, 0, null, 0, 0);
        Server = Session = CircuitId = RemoteId = LineName = Port = User = "";
        Imsi = Imei = Mac = Msisdn = Called = Location = Realm = "";
        Instance = null;
        IsRelease = IsOfNat = false;
        Addresses.Clear();
        Ranges.Clear();
    }

    /// <summary>Adds an address or prefix once; false where there are as many as one session may have.</summary>
    internal bool Add(IpPrefix prefix)
    {
        if (Addresses.Contains(prefix))
        {
            return true;
        }

        if (Addresses.Count >= Limits.SessionAddressesMax)
        {
            return false;
        }

        Addresses.Add(prefix);
        return true;
    }
}
