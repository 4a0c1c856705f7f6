using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>In which order a deterministic NAT gives out its blocks (RFC 7422 section 2.2).</summary>
public enum RuleOrder : byte
{
    /// <summary>All blocks of the first public address, then those of the next: "sequential".</summary>
    AddressFull,

    /// <summary>The first block of every public address, then the second of every one: "staggered".</summary>
    AddressInTurn,
}

/// <summary>
/// One rule of a deterministic NAT (RFC 7422): which block of which public address each line has, for a time.
/// <code>
/// line number n = inside address - first inside address          A public addresses, B blocks on each
/// AddressFull:    public address n / B, block n mod B
/// AddressInTurn:  public address n mod A, block n / A
/// block b:        ports FirstPort + b * PortsPerLine, so many
/// </code>
/// Ports below the first and above the last block are given out some other way: the rule says nothing of them.
/// </summary>
public sealed record RuleNat
{
    private const int PortsAll = 65_536;

    /// <summary>Lines, in their order.</summary>
    public required AddressRange Inside { get; init; }

    /// <summary>Public addresses, in their order.</summary>
    public required AddressRange Public { get; init; }

    /// <summary>First port that is given out; those below are reserved.</summary>
    public int FirstPort { get; init; } = 1024;

    /// <summary>Last port that is given out by the rule; those above are for lines that need more.</summary>
    public int LastPort { get; init; } = ushort.MaxValue;

    public required int PortsPerLine { get; init; }

    public RuleOrder Order { get; init; } = RuleOrder.AddressFull;

    /// <summary>Inside realm of the lines.</summary>
    public string Realm { get; init; } = "default";

    /// <summary>Raw time from which the rule was in force.</summary>
    public long FromNs { get; init; } = long.MinValue;

    /// <summary>Raw time from which it was no longer.</summary>
    public long ToNs { get; init; } = long.MaxValue;

    /// <summary>Blocks of one public address.</summary>
    public int BlocksPerAddress => (LastPort - FirstPort + 1) / PortsPerLine;

    /// <summary>What is wrong with the rule, one sentence; empty where all is well.</summary>
    public string Fault()
    {
        if (FirstPort < 0 || LastPort >= PortsAll || FirstPort > LastPort
            || PortsPerLine < 1 || PortsPerLine > LastPort - FirstPort + 1)
        {
            return "the ports of a line do not fit between the first and the last port";
        }

        if (ToNs <= FromNs)
        {
            return "the rule ends before it begins";
        }

        long room = BlocksPerAddress * Public.Count;
        return Inside.Count > room
            ? $"there are {Inside.Count} lines and only {room} blocks of ports for them"
            : "";
    }

    /// <summary>The line that a public port belongs to at a time; false where the rule does not say.</summary>
    public bool TryInside(Ip address, ushort port, long ns, out Ip line)
    {
        line = default;
        if (!IsInForce(ns) || !Public.TryPlace(address, out long place) || port < FirstPort)
        {
            return false;
        }

        long block = (port - FirstPort) / PortsPerLine;
        if (block >= BlocksPerAddress)
        {
            return false;
        }

        long number = Order == RuleOrder.AddressFull
            ? (place * BlocksPerAddress) + block
            : (block * Public.Count) + place;
        line = number < Inside.Count ? Inside.At(number) : default;
        return number < Inside.Count;
    }

    /// <summary>The public address that a line has at a time; false where the rule does not say.</summary>
    public bool TryPublic(Ip line, long ns, out Ip address)
    {
        address = default;
        if (!IsInForce(ns) || !Inside.TryPlace(line, out long number))
        {
            return false;
        }

        address = Public.At(Order == RuleOrder.AddressFull ? number / BlocksPerAddress : number % Public.Count);
        return true;
    }

    private bool IsInForce(long ns) => ns >= FromNs && ns < ToNs;
}
