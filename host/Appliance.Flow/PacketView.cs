using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>What one frame turned out to be.</summary>
public enum PacketKind : byte
{
    /// <summary>A packet of a flow: addresses, ports and lengths are set.</summary>
    Flow,

    /// <summary>An ICMP error about another flow: counted, never a flow.</summary>
    IcmpError,

    /// <summary>Not decoded; <see cref="PacketView.Undecoded"/> says why.</summary>
    Undecoded,
}

/// <summary>
/// The decoded headers of one frame, innermost addresses first. Offsets count from the first byte of the frame.
/// Filled in place and used again for the next frame, so nothing is allocated.
/// </summary>
public struct PacketView
{
    public PacketKind Kind;

    /// <summary>The counter that an undecoded frame belongs to.</summary>
    public Counter Undecoded;

    /// <summary>IP protocol number of the innermost packet.</summary>
    public byte Protocol;

    /// <summary>TCP flags byte (RFC 9293 section 3.1: FIN 1, SYN 2, RST 4, PSH 8, ACK 16); 0 otherwise.</summary>
    public byte TcpFlags;

    /// <summary>ICMP type and code; 0 otherwise.</summary>
    public byte IcmpType;
    public byte IcmpCode;

    /// <summary>Set on every fragment; a later one has the ports of its first where that was seen.</summary>
    public bool IsFragment;

    /// <summary>The capture holds fewer bytes than the IP length says.</summary>
    public bool IsSliced;
    public bool HasTimestamp;

    /// <summary>
    /// Where a fragment's bytes begin in its datagram; 0 for a first fragment and for a whole packet.
    /// </summary>
    public ushort FragmentOffset;

    /// <summary>
    /// Of a first fragment: how many others of its datagram came before it, their bytes with and without IP headers.
    /// </summary>
    public ushort EarlyPackets;
    public int EarlyIpBytes;
    public int EarlyDataBytes;

    /// <summary>TTL or hop limit.</summary>
    public byte HopLimit;
    public Ip Source;
    public Ip Destination;

    /// <summary>UDP or TCP source port; the query id for ICMP echo, in both port fields.</summary>
    public ushort SourcePort;
    public ushort DestinationPort;

    /// <summary>IPv4 identification; 0 for IPv6.</summary>
    public ushort IpId;
    public ushort Window;

    /// <summary>TCP sequence number of the first byte, in later fragments too; the echo's number for ICMP.</summary>
    public uint Sequence;
    public uint Acknowledgment;

    /// <summary>TSval of the TCP timestamp option (RFC 7323) where <see cref="HasTimestamp"/>.</summary>
    public uint TimestampValue;

    /// <summary>Bytes of the innermost IP packet, header included, as its length field says.</summary>
    public int IpLength;

    /// <summary>Where the innermost IP header begins in the frame.</summary>
    public int IpOffset;

    /// <summary>Where the payload of UDP, TCP or ICMP begins.</summary>
    public int PayloadOffset;

    /// <summary>Payload bytes by the headers' lengths.</summary>
    public int PayloadLength;

    /// <summary>Payload bytes that the capture holds.</summary>
    public int PayloadCaptured;

    /// <summary>Outermost VLAN id; 0 without a tag.</summary>
    public ushort Vlan;

    /// <summary>Outermost MPLS label; 0 without one.</summary>
    public uint Label;

    /// <summary>
    /// Which outer headers were peeled off: a number of the <see cref="RouteTable"/>; 0 for a plain frame.
    /// </summary>
    public uint Route;

    /// <summary>
    /// Id of the innermost tunnel: PPPoE session, GRE key, VXLAN or Geneve VNI, GTP TEID; 0 without one.
    /// </summary>
    public uint TunnelId;

    /// <summary>
    /// Addresses of an IPv6 header straight around the innermost IPv4 header: the ends of a softwire (RFC 6333); else
    /// none.
    /// </summary>
    public Ip SoftwireSource;
    public Ip SoftwireDestination;
}
