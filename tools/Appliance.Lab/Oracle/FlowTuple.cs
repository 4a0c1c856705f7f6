using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>A flow as one leg names it; ICMP echo has its query id as local port and remote port 0.</summary>
public readonly record struct FlowTuple(byte Protocol, uint Local, ushort LocalPort, uint Remote, ushort RemotePort)
{
    public override string ToString() =>
        $"{Protocol} {Ip.FromV4(Local)}:{LocalPort} > {Ip.FromV4(Remote)}:{RemotePort}";
}
