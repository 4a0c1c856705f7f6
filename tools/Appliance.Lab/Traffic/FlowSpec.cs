namespace Appliance.Lab.Traffic;

/// <summary>What kind of conversation a generated flow is.</summary>
public enum FlowClass : byte
{
    Tls,
    Quic,
    Dns,
    Udp,
    Ping,
    LoneSyn,

    /// <summary>A packet from the internet that nobody asked for.</summary>
    Scan,

    /// <summary>One of a pair of lines that send the same bytes to the same remote.</summary>
    Probe,

    /// <summary>An FTP control connection: a gateway in the NAT changes some commands, and their length.</summary>
    Ftp,

    /// <summary>SIP over UDP: a gateway in the NAT changes every message.</summary>
    Sip,
}

/// <summary>Which way a generated flow takes.</summary>
public enum FlowReach : byte
{
    /// <summary>Translated: the legs show different subscriber-side addresses.</summary>
    Nat44,

    /// <summary>A customer with a public address: both legs show the same addresses.</summary>
    Direct,

    /// <summary>Stays within the provider's network: inside leg only.</summary>
    OnNet,

    /// <summary>From the internet, not translated: outside leg only.</summary>
    Unsolicited,

    /// <summary>The NAT had no port left: inside leg only, no answer.</summary>
    Refused,
}

/// <summary>One planned flow: all that both legs need to walk it through, and what is true about it.</summary>
public struct FlowSpec
{
    /// <summary>Number of the flow in order of its start, from 0.</summary>
    public int Index;
    public FlowClass Class;
    public FlowReach Reach;

    /// <summary>IP protocol number.</summary>
    public byte Protocol;

    /// <summary>The line sends TCP timestamps.</summary>
    public bool Timestamps;

    /// <summary>Its packets hold two bytes each.</summary>
    public bool IsShort;

    /// <summary>Packets of the flow, before anything is lost.</summary>
    public int Packets;

    /// <summary>Stream of random numbers of the flow's content.</summary>
    public ulong Seed;

    /// <summary>IPv4 addresses as numbers; 0 where there is none.</summary>
    public uint SubscriberAddress;
    public uint PublicAddress;
    public uint RemoteAddress;
    public ushort SubscriberPort;
    public ushort PublicPort;
    public ushort RemotePort;

    /// <summary>Number of the name in the plan's names, -1 for none.</summary>
    public int Name;
    public long StartNs;

    /// <summary>Mean time between packets.</summary>
    public long GapNs;
}
