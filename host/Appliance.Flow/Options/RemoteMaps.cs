using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Gives the remote end of an inside packet the address that the outside leg shows, so that both legs and the records
/// name one remote: IPv4 addresses embedded in a NAT64's prefix (RFC 6052), and remotes that a twice NAT rewrites. An
/// ICMPv6 echo towards an embedded address becomes the ICMP echo that the NAT64 makes of it (RFC 7915 section 5.2).
/// </summary>
internal sealed class RemoteMaps
{
    private const byte Icmp4 = 1;
    private const byte Icmp6 = 58;
    private const byte EchoRequest6 = 128;
    private readonly Map[] v4;
    private readonly Map[] v6;

    public RemoteMaps(FlowOptions options)
    {
        List<Map> four = [];
        List<Map> six = [];
        foreach (IpPrefix prefix in options.Nat64Prefixes)
        {
            six.Add(new Map { From = new PrefixMask(prefix), EmbeddedAt = prefix.Length });
        }

        foreach (RemoteMapping mapping in options.RemoteMappings)
        {
            Map map = new()
            {
                From = new PrefixMask(mapping.Inside), To = new PrefixMask(mapping.Outside), EmbeddedAt = Map.Kept,
            };
            (mapping.Inside.Address.IsV4 ? four : six).Add(map);
        }

        v4 = [.. four];
        v6 = [.. six];
    }

    /// <summary>
    /// Maps one end of the packet; the other end then is the line. False, with nothing changed, where neither end or
    /// both lie in a mapped prefix.
    /// </summary>
    public bool TryMap(ref PacketView view, out LineEnd end)
    {
        end = LineEnd.Unknown;
        Map[] maps = view.Source.IsV4 ? v4 : v6;
        if (maps.Length == 0)
        {
            return false;
        }

        bool isDestination = TryMap(maps, view.Destination, out Ip destination);
        bool isSource = TryMap(maps, view.Source, out Ip source);
        if (isDestination == isSource)
        {
            return false;
        }

        end = isDestination ? LineEnd.Source : LineEnd.Destination;
        bool wasV4 = view.Source.IsV4;
        ref Ip mapped = ref isDestination ? ref view.Destination : ref view.Source;
        mapped = isDestination ? destination : source;
        if (mapped.IsV4 && !wasV4 && view.Protocol == Icmp6)
        {
            view.Protocol = Icmp4;
            view.IcmpType = view.IcmpType == EchoRequest6 ? (byte)8 : (byte)0;
        }

        return true;
    }

    private static bool TryMap(Map[] maps, in Ip address, out Ip mapped)
    {
        for (int i = 0; i < maps.Length; i++)
        {
            if (maps[i].From.Contains(address) && maps[i].TryApply(address, out mapped))
            {
                return true;
            }
        }

        mapped = default;
        return false;
    }

    /// <summary>One prefix: what it covers, and where the address goes.</summary>
    private struct Map
    {
        public const int Kept = -1;
        private const ulong WithoutUOctet = 0x00FF_FFFF_FFFF_FFFF;
        public PrefixMask From;
        public PrefixMask To;

        /// <summary>Length of the prefix before an embedded IPv4 address, or <see cref="Kept"/>.</summary>
        public int EmbeddedAt;

        public readonly bool TryApply(in Ip address, out Ip mapped)
        {
            if (EmbeddedAt == Kept)
            {
                mapped = To.Replace(address);
                return true;
            }

            // RFC 6052 section 2.2: the IPv4 address follows the prefix but leaves out bits 64 to 71, which are zero.
            ulong low = address.Low & WithoutUOctet;
            UInt128 packed = ((UInt128)address.High << 56) | low;
            mapped = Ip.FromV4(EmbeddedAt == 96 ? (uint)address.Low : (uint)(packed >> (88 - EmbeddedAt)));
            return EmbeddedAt == 96 || low == address.Low;
        }
    }
}
