using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Remotes that lines address by one prefix and the internet knows by another: twice NAT, as its configuration says
/// it. Both prefixes are of one family and length; the rest of the address is kept.
/// </summary>
public sealed record RemoteMapping
{
    /// <summary>As the inside leg shows it.</summary>
    public required IpPrefix Inside { get; init; }

    /// <summary>As the outside leg shows it; records carry this one.</summary>
    public required IpPrefix Outside { get; init; }
}
