namespace Appliance.Flow;

/// <summary>Tunnels that are opened; a closed one is a flow of its own (UDP) or an undecoded transport.</summary>
[Flags]
public enum Tunnels : byte
{
    None = 0,
    IpInIp = 1,
    Gre = 2,
    Vxlan = 4,
    Geneve = 8,
    Gtp = 16,
    All = IpInIp | Gre | Vxlan | Geneve | Gtp,
}

/// <summary>
/// What decoding remembers between frames: ports of fragmented datagrams and the routes seen. One for the packet
/// thread; all memory is taken here, at start.
/// </summary>
public sealed class DecodeState
{
    /// <summary>
    /// Tunnels to open. Customers can send tunnels too: a mirror whose network uses none should say so, else a
    /// crafted inner packet counts as a flow of its inner addresses.
    /// </summary>
    public Tunnels Tunnels { get; set; } = Tunnels.All;

    /// <summary>Routes seen, as numbers and as text.</summary>
    public RouteTable Routes { get; } = new();

    internal FragmentTable Fragments { get; } = new();
}
