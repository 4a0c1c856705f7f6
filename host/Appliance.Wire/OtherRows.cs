namespace Appliance.Wire;

/// <summary>The four kinds of record; the number stands in every leaf.</summary>
public enum RecordKind : byte
{
    Flow = 1,
    Session = 2,
    Block = 3,
    Gap = 4,
}

/// <summary>A subscriber reference holds an address or prefix for a time. Names are pool numbers, times TAI.</summary>
public struct SessionRow
{
    public int Subscriber;

    /// <summary>What kind of reference it is, as the notice allows: line, imsi, msisdn, user.</summary>
    public int SubscriberType;
    public int Realm;
    public Ip Address;

    /// <summary>Prefix length in bits of the address's own family: 0 to 32 or 0 to 128.</summary>
    public byte PrefixLength;
    public TaiTime Start;
    public TaiTime End;

    /// <summary>radius, dhcp, static.</summary>
    public int Source;
    public int Equipment;
    public int Access;
}

/// <summary>A range of public ports held by an inside address.</summary>
public struct BlockRow
{
    public int Realm;
    public Ip InsideAddress;
    public Ip PublicAddress;
    public ushort PortFirst;
    public ushort PortLast;
    public TaiTime Start;
    public TaiTime End;
    public int Source;
}

/// <summary>A stretch of time in which something was not seen, and how much of it is known.</summary>
public struct GapRow
{
    public TaiTime From;
    public TaiTime To;
    public int Leg;

    /// <summary>restart, ring, kernel, flash-full, estimate.</summary>
    public int Cause;

    /// <summary>Packets not seen; ulong.MaxValue where it is not known.</summary>
    public ulong Estimate;
}
