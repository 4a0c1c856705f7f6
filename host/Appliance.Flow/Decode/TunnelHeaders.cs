using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Tunnels above IP: IP in IP, GRE, and those over UDP. A UDP tunnel is opened only where its header holds and what is
/// inside looks like what it says; else the packet stays the UDP flow that it also is.
/// </summary>
internal static class TunnelHeaders
{
    private const int UdpBytes = 8;
    private const uint TypeTransparentEthernet = 0x6558;

    /// <summary>IPv4 or IPv6 straight behind an IP header (RFC 2003, 4213, 2473).</summary>
    public static Layer IpInIp(ref Walk walk, DecodeState state, ref PacketView view)
    {
        Layer inner = walk.Type == 4 ? Layer.Ip4 : Layer.Ip6;
        return Enter(inner, OuterStep(view), 0, ref walk, state, ref view);
    }

    /// <summary>
    /// RFC 2784 and 2890. Flags: checksum 8000, routing 4000, key 2000, sequence 1000, version 0007. Version 1 (PPTP)
    /// and source routing are not opened.
    /// </summary>
    public static Layer Gre(ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (!walk.Has(4))
        {
            return walk.Short(4, ref view);
        }

        uint flags = walk.Word(0);
        uint type = walk.Word(2);
        int keyAt = (flags & 0x8000) != 0 ? 8 : 4;
        bool hasKey = (flags & 0x2000) != 0;
        bool hasSequence = (flags & 0x1000) != 0;
        int length = keyAt + (hasKey ? 4 : 0) + (hasSequence ? 4 : 0);
        if ((flags & 0x4007) != 0)
        {
            return Walk.Stop(Counter.UndecodedTransport, ref view);
        }

        // ERSPAN type II, a mirror over GRE: 8 bytes of its own before the frame (none in type I, which has no
        // sequence).
        length += type == 0x88BE && hasSequence ? 8 : 0;
        if (!walk.Has(length))
        {
            return walk.Short(length, ref view);
        }

        uint key = hasKey ? walk.Long(keyAt) : 0;
        walk.At += length;
        walk.Type = type;
        Layer inner = Inner(type);
        return inner == Layer.Done
            ? Walk.Stop(Counter.UndecodedTransport, ref view)
            : Enter(inner, RouteStep.Gre, key, ref walk, state, ref view);
    }

    /// <summary>
    /// Opens a tunnel over UDP; the walk stands at the UDP header. False, with nothing changed, where it is none.
    /// </summary>
    public static bool TryUdp(ref Walk walk, DecodeState state, ref PacketView view, out Layer next)
    {
        next = Layer.Done;
        ushort port = walk.Word(2);
        Walk before = walk;
        walk.At += UdpBytes;
        Layer inner = Layer.Done;
        RouteStep step = RouteStep.Vxlan;
        uint id = 0;
        if (port == 4789 && (state.Tunnels & Tunnels.Vxlan) != 0)
        {
            inner = Vxlan(ref walk, out id);
        }
        else if (port == 6081 && (state.Tunnels & Tunnels.Geneve) != 0)
        {
            step = RouteStep.Geneve;
            inner = Geneve(ref walk, out id);
        }
        else if (port == 2152 && (state.Tunnels & Tunnels.Gtp) != 0)
        {
            step = RouteStep.Gtp;
            inner = Gtp(ref walk, out id);
        }

        if (inner == Layer.Done)
        {
            walk = before;
            return false;
        }

        view.TunnelId = id;
        next = Enter(inner, step, step == RouteStep.Gtp ? 0 : id, ref walk, state, ref view);
        view.TunnelId = id;
        return true;
    }

    // RFC 7348 section 5: flags 08 and reserved bits zero, VNI in bits 32 to 55, then Ethernet.
    private static Layer Vxlan(ref Walk walk, out uint id)
    {
        id = 0;
        if (!walk.Has(8) || walk.Long(0) != 0x0800_0000 || (walk.Long(4) & 0xFF) != 0)
        {
            return Layer.Done;
        }

        id = walk.Long(4) >> 8;
        walk.At += 8;
        return LabelHeaders.LooksLikeEthernet(walk, 0) ? Layer.Ethernet : Layer.Done;
    }

    // RFC 8926 section 3.4: version 0, options in units of 4 bytes, ethertype, VNI.
    private static Layer Geneve(ref Walk walk, out uint id)
    {
        id = 0;
        if (!walk.Has(8) || walk.Frame[walk.At] >> 6 != 0 || (walk.Frame[walk.At + 1] & 0x3F) != 0
            || (walk.Long(4) & 0xFF) != 0)
        {
            return Layer.Done;
        }

        id = walk.Long(4) >> 8;
        uint type = walk.Word(2);
        walk.At += 8 + ((walk.Frame[walk.At] & 0x3F) * 4);
        walk.Type = type;
        Layer inner = Inner(type);
        bool looksRight = inner == Layer.Ethernet
            ? LabelHeaders.LooksLikeEthernet(walk, 0)
            : LabelHeaders.LooksLikeIp(walk);
        return looksRight ? inner : Layer.Done;
    }

    // 3GPP TS 29.281 section 5.1: version 1, protocol type 1, message 255 (G-PDU), a length that is exactly the rest.
    private static Layer Gtp(ref Walk walk, out uint id)
    {
        id = 0;
        if (!walk.Has(8) || (walk.Frame[walk.At] & 0xF8) != 0x30 || walk.Frame[walk.At + 1] != 255
            || walk.Word(2) != walk.End - walk.At - 8)
        {
            return Layer.Done;
        }

        id = walk.Long(4);
        int flags = walk.Frame[walk.At] & 7;
        walk.At += flags != 0 ? 12 : 8;
        if (flags != 0 && (!walk.Has(0) || !GtpExtensions(ref walk, (flags & 4) != 0)))
        {
            return Layer.Done;
        }

        return !LabelHeaders.LooksLikeIp(walk) ? Layer.Done : Layer.Ip;
    }

    // Each extension header: length in units of 4 bytes, content, type of the next (0: none).
    private static bool GtpExtensions(ref Walk walk, bool hasExtensions)
    {
        int next = hasExtensions ? walk.Frame[walk.At - 1] : 0;
        for (int i = 0; next != 0 && i < Limits.ExtensionHeadersMax; i++)
        {
            int length = walk.Has(4) ? walk.Frame[walk.At] * 4 : 0;
            if (length == 0 || !walk.Has(length))
            {
                return false;
            }

            walk.At += length;
            next = walk.Frame[walk.At - 1];
        }

        return next == 0;
    }

    private static Layer Inner(uint type) => type switch
    {
        LinkHeaders.TypeIp4 => Layer.Ip4,
        LinkHeaders.TypeIp6 => Layer.Ip6,
        TypeTransparentEthernet or 0x88BE => Layer.Ethernet,
        LinkHeaders.TypeMpls => Layer.Mpls,
        0x8100 or 0x88A8 => Layer.EtherType,
        _ => Layer.Done,
    };

    private static RouteStep OuterStep(in PacketView view) => view.Source.IsV4 ? RouteStep.Ip4 : RouteStep.Ip6;

    private static Layer Enter(
        Layer inner, RouteStep step, uint id, ref Walk walk, DecodeState state, ref PacketView view)
    {
        bool isSoftwire = step == RouteStep.Ip6 && inner == Layer.Ip4;
        view.SoftwireSource = isSoftwire ? view.Source : default;
        view.SoftwireDestination = isSoftwire ? view.Destination : default;
        view.TunnelId = id != 0 ? id : view.TunnelId;
        return state.Routes.Push(step, id) ? inner : Walk.Stop(Counter.UndecodedDepth, ref view);
    }
}
