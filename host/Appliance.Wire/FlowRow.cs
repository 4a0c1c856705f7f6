namespace Appliance.Wire;

/// <summary>Why a flow record was written (CONTRACTS, column kind).</summary>
public enum FlowKind : byte
{
    /// <summary>The flow was 5 s old and still busy.</summary>
    Open = 0,

    /// <summary>The flow was 5 s old and quiet for 4 s: final unless another record follows.</summary>
    Quiet = 1,

    /// <summary>At 60 s of age and every 300 s after, if packets came.</summary>
    Interim = 2,

    /// <summary>The flow was closed.</summary>
    End = 3,
}

/// <summary>What the NAT did to the flow (DESIGN section 2).</summary>
public enum Translation : byte
{
    Unknown = 0,
    Nat44 = 1,
    Nat64 = 2,
    DsLite = 3,
    Map = 4,
    Npt = 5,
    Direct = 6,
    OnNet = 7,
    Hairpin = 8,
    Unsolicited = 9,
}

/// <summary>How it is known which line a flow belongs to (CONTRACTS, column attribution).</summary>
public enum Attribution : byte
{
    None = 0,
    Mirror = 1,
    Nel = 2,
    Syslog = 3,
    Deterministic = 4,
    Radius = 5,
    Ambiguous = 6,
}

/// <summary>Where the service name was read.</summary>
public enum ServiceSource : byte
{
    None = 0,
    Tls = 1,
    Quic = 2,
    Http = 3,
    Dns = 4,
}

/// <summary>Why a flow was closed; <see cref="None"/> while it is open.</summary>
public enum EndReason : byte
{
    None = 0,

    /// <summary>FIN in both directions.</summary>
    Fin = 1,
    Reset = 2,
    Idle = 3,

    /// <summary>The same public tuple, or the same inside tuple with a new handshake, was taken again.</summary>
    Reused = 4,

    /// <summary>Closed early to stay within the flow limit.</summary>
    Evicted = 5,

    /// <summary>The program stopped or the capture ended.</summary>
    Stopped = 6,
}

/// <summary>State of the clock that stands behind a time (reference: IEC 62439 words, time.md section 12).</summary>
public enum ClockState : byte
{
    /// <summary>Never set: times order events, nothing more.</summary>
    Unset = 0,
    Acquiring = 1,
    Locked = 2,
    Holdover = 3,
    FreeRunning = 4,
    Fault = 5,

    /// <summary>A capture file's stamps; the bound is what the operator declared.</summary>
    Declared = 6,

    /// <summary>The kernel's own clock state, disciplined over the network.</summary>
    Network = 7,
}

/// <summary>Witnesses that named the inside of a flow.</summary>
[Flags]
public enum Witnesses : byte
{
    None = 0,
    Mirror = 1,
    Nel = 2,
    Syslog = 4,
    Deterministic = 8,
    Radius = 16,
}

/// <summary>Position of a record: epoch number of the device, batch in the epoch, row in the batch.</summary>
public readonly record struct FlowId(uint Epoch, uint Sequence, uint Row)
{
    public override string ToString() => $"{Epoch}-{Sequence}-{Row}";
}

/// <summary>
/// One flow record as it stands in a batch. Counters are totals of the flow so far, of the inside leg (the outside
/// leg where there is no inside), duplicates excluded, bytes from the IP header on. Times are microseconds of TAI.
/// Names are numbers into the batch's <see cref="StringPool"/>; 0 is the empty string.
/// </summary>
public struct FlowRow
{
    /// <summary>Position of the flow's first record, or the default where this row is the first.</summary>
    public FlowId First;
    public FlowKind Kind;

    /// <summary>IP protocol number (RFC 790 registry): 6 TCP, 17 UDP, 1 and 58 ICMP.</summary>
    public byte Protocol;
    public Translation Translation;
    public Attribution Attribution;
    public ServiceSource ServiceSource;
    public EndReason EndReason;
    public ClockState ClockState;
    public Witnesses Witnesses;
    public bool Conflict;

    /// <summary>1 when attributed, 0 when nobody fits, else how many fit.</summary>
    public ushort Candidates;

    /// <summary>Independent bits that agree, at most 65535.</summary>
    public ushort EvidenceBits;
    public ushort SubscriberPort;
    public ushort PublicPort;
    public ushort RemotePort;

    /// <summary>Half width of the interval that holds the true time, rounded up; uint.MaxValue: none.</summary>
    public uint BoundUs;

    /// <summary>Rows of one ambiguous set share it; 0 otherwise. Unique in the epoch.</summary>
    public uint Group;
    public int Realm;
    public int Subscriber;
    public int Service;

    /// <summary>Which leg saw it: interface, VLAN or label, as the rules table names it.</summary>
    public int Leg;

    /// <summary>Outer headers that were peeled off, in order, as text; empty for plain frames.</summary>
    public int Route;
    public Ip SubscriberAddress;
    public Ip PublicAddress;
    public Ip RemoteAddress;
    public TaiTime Start;
    public TaiTime Last;

    /// <summary>When the flow was closed; default while it is open.</summary>
    public TaiTime End;
    public ulong PacketsUp;
    public ulong PacketsDown;
    public ulong BytesUp;
    public ulong BytesDown;
}
