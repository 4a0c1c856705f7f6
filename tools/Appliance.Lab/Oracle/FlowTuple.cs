using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>
/// A flow as one leg names it; ICMP echo has its query id as local port and remote port 0. Where the local end lies
/// behind a softwire, that is part of its name.
/// </summary>
public readonly record struct FlowTuple(
    byte Protocol, Ip Local, ushort LocalPort, Ip Remote, ushort RemotePort, Ip Softwire = default)
{
    public override string ToString()
    {
        string softwire = Softwire.IsNone ? "" : $"{Softwire}/";
        return $"{Protocol} {softwire}{Local}:{LocalPort} > {Remote}:{RemotePort}";
    }
}
