using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>Which side of the NAT a frame was mirrored on.</summary>
public enum Leg : byte
{
    /// <summary>Customer side: line addresses.</summary>
    Inside,

    /// <summary>Internet side: public addresses.</summary>
    Outside,
}

/// <summary>
/// One line of the rules table: what a frame must show, and which leg and realm it then belongs to. A property that
/// is null asks nothing.
/// </summary>
public sealed record LegRule
{
    /// <summary>Interface number in the order of configuration.</summary>
    public int? Interface { get; init; }

    /// <summary>Outermost VLAN id.</summary>
    public int? Vlan { get; init; }

    /// <summary>Outermost MPLS label.</summary>
    public uint? Label { get; init; }

    /// <summary>Source or destination lies in this prefix.</summary>
    public IpPrefix? Address { get; init; }

    public required Leg Leg { get; init; }

    /// <summary>Address space of the line or public addresses: VRF, tenant.</summary>
    public string Realm { get; init; } = "default";

    /// <summary>What records call this leg.</summary>
    public required string Name { get; init; }
}
