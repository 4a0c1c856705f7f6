using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>
/// Ports of fragmented IPv4 datagrams (RFC 791 section 3.2), from the first fragment for those that follow it. Kept for
/// ever: an identification that comes again brings its ports anew.
/// </summary>
internal sealed class OracleFragments
{
    private readonly Dictionary<(Ip Source, Ip Target, byte Protocol, ushort Id), (ushort, ushort)> ports = [];

    public void Note(in OracleFrame first) =>
        ports[(first.Source, first.Target, first.Protocol, first.IpId)] = (first.SourcePort, first.TargetPort);

    /// <summary>Gives a later fragment its ports; false where the first was not seen.</summary>
    public bool TryFill(ref OracleFrame later)
    {
        bool isKnown = ports.TryGetValue(
            (later.Source, later.Target, later.Protocol, later.IpId), out (ushort Source, ushort Target) ends);
        (later.SourcePort, later.TargetPort) = ends;
        return isKnown;
    }
}
