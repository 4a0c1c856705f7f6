using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>
/// Ports of fragmented IPv4 datagrams (RFC 791 section 3.2), from the first fragment for those that follow it or came
/// up to half a second before. Kept for ever: an identification that comes again brings its ports anew.
/// </summary>
internal sealed class OracleFragments
{
    private const long EarlyNs = 500_000_000;
    private readonly Dictionary<(Ip Source, Ip Target, byte Protocol, ushort Id), (ushort, ushort)> ports = [];
    private readonly Dictionary<(Ip, Ip, byte, ushort), List<(byte[] Frame, long StampNs)>> early = [];

    /// <summary>Notes a first fragment; returns the frames of those that came before it.</summary>
    public IEnumerable<(byte[] Frame, long StampNs)> Note(in OracleFrame first, long stampNs)
    {
        ports[KeyOf(first)] = (first.SourcePort, first.TargetPort);
        return early.Remove(KeyOf(first), out List<(byte[] Frame, long StampNs)>? held)
            ? held.Where(fragment => stampNs - fragment.StampNs <= EarlyNs)
            : [];
    }

    /// <summary>Gives a later fragment its ports; where the first was not seen it is kept: false.</summary>
    public bool TryFill(ref OracleFrame later, ReadOnlySpan<byte> frame, long stampNs)
    {
        if (ports.TryGetValue(KeyOf(later), out (ushort Source, ushort Target) ends))
        {
            (later.SourcePort, later.TargetPort) = ends;
            return true;
        }

        if (!early.TryGetValue(KeyOf(later), out List<(byte[] Frame, long StampNs)>? held))
        {
            early[KeyOf(later)] = held = [];
        }

        held.Add((frame.ToArray(), stampNs));
        return false;
    }

    private static (Ip, Ip, byte, ushort) KeyOf(in OracleFrame frame) =>
        (frame.Source, frame.Target, frame.Protocol, frame.IpId);
}
