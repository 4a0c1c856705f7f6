namespace Appliance.Flow;

/// <summary>What a NAT tells apart when it forgets bindings (RFC 4787, 5382, 5508).</summary>
public enum NatClass : byte
{
    /// <summary>UDP, and whatever else has ports and no state.</summary>
    Udp,

    /// <summary>TCP that was seen both ways and did not end.</summary>
    TcpEstablished,

    /// <summary>TCP after its end or a reset, and attempts without an answer.</summary>
    TcpTransitory,

    /// <summary>Echo and other queries.</summary>
    Icmp,
}

/// <summary>
/// How long public tuples stayed with their line after their last packet, in one realm. The NAT's timeout lies between
/// the two times. Written by the packet thread, read by any: each field is whole.
/// </summary>
public struct NatTimeoutReading
{
    /// <summary>Number of a leg rule of the realm.</summary>
    public ushort Rule;
    public NatClass Class;

    /// <summary>Longest silence after which a tuple still had its line, milliseconds; 0 for none.</summary>
    public uint KeptMs;

    /// <summary>Shortest silence, longer than that, after which it had another, milliseconds; 0 for none.</summary>
    public uint ChangedMs;

    /// <summary>Silences after which the line was the same; a port that the NAT preserves says nothing.</summary>
    public ulong Kept;

    /// <summary>Silences after which it was another.</summary>
    public ulong Changed;

    /// <summary>Of all these: contradict the two times (a lost packet, a timeout that was changed).</summary>
    public uint Against;
}
