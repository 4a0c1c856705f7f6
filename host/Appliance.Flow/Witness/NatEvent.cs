using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>What a NAT says has happened.</summary>
public enum NatAction : byte
{
    None = 0,

    /// <summary>A session, binding or block begins.</summary>
    Create,

    /// <summary>It ends.</summary>
    Delete,

    /// <summary>It is there: a reminder, or a line written for a packet in the middle of a flow.</summary>
    Alive,

    /// <summary>A message came, whatever it said: nothing before it is still on its way.</summary>
    Heard,

    /// <summary>No address or port was left for somebody.</summary>
    Exhausted,

    /// <summary>A limit was reached.</summary>
    Quota,

    /// <summary>A threshold was crossed.</summary>
    Threshold,

    /// <summary>
    /// Messages of the source were lost before this point: what it said earlier is no longer certain.
    /// </summary>
    Gap,
}

/// <summary>How a log reaches the box, which decides what its silence means.</summary>
public enum LogCourse : byte
{
    /// <summary>Datagrams without numbers: a loss is not noticed.</summary>
    Unnumbered = 0,

    /// <summary>
    /// Numbered messages, or a stream or file that is whole: a loss comes as <see cref="NatAction.Gap"/>.
    /// </summary>
    Whole = 1,
}

/// <summary>
/// One thing that a log says about the NAT. What it does not say is zero: a block has no inside port, an event without
/// destination speaks for every remote, protocol 0 for every protocol.
/// </summary>
public struct NatEvent
{
    public NatAction Action;

    /// <summary>Nel for IPFIX and NetFlow, Syslog for text.</summary>
    public Witnesses Witness;
    public LogCourse Course;

    /// <summary>IP protocol; 0 for all.</summary>
    public byte Protocol;
    public ushort InsidePort;

    /// <summary>The public port, or the first of a block; 0 where the log does not say it.</summary>
    public ushort PublicPort;

    /// <summary>The last port of a block; equal to <see cref="PublicPort"/> otherwise.</summary>
    public ushort PublicPortLast;
    public ushort RemotePort;

    /// <summary>Stream that the event came in; gaps are of one stream.</summary>
    public ushort Source;

    /// <summary>VRF or service on the inside as the exporter numbers it; 0 where it does not say.</summary>
    public uint Vrf;
    public Ip InsideAddress;
    public Ip PublicAddress;

    /// <summary>The remote as the line addresses it.</summary>
    public Ip RemoteAddress;

    /// <summary>The remote as the internet knows it; another only where the NAT changes that side too.</summary>
    public Ip PublicRemote;

    /// <summary>
    /// When the NAT says it happened, nanoseconds since 1970 by its own clock; 0 where it does not say.
    /// </summary>
    public long StampNs;

    /// <summary>Step of that stamp: the event lies between the stamp and so much later.</summary>
    public long StampStepNs;

    /// <summary>When the message reached the box, raw time; 0 for a file without arrival times.</summary>
    public long ArrivalNs;

    /// <summary>A range of ports that belongs to one line.</summary>
    public readonly bool IsBlock => PublicPortLast != PublicPort;
}
