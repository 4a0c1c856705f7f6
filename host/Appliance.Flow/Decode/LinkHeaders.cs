using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>Headers below IP: link types of captures, Ethernet, VLAN tags, PPP and PPPoE.</summary>
internal static class LinkHeaders
{
    public const uint TypeIp4 = 0x0800;
    public const uint TypeIp6 = 0x86DD;
    public const uint TypeMpls = 0x8847;
    public const uint TypeMplsMulticast = 0x8848;
    private const uint TypePppoE = 0x8864;
    private const uint TypeJumboLlc = 0x8870;

    /// <summary>Begins a walk by the capture's link type (numbers of tcpdump.org/linktypes).</summary>
    public static Layer First(ushort linkType, ref Walk walk, ref PacketView view)
    {
        switch (linkType)
        {
            case 1:
                return Layer.Ethernet;
            case 0:
            case 108:
                return Family(ref walk, ref view);
            case 9:
            case 50:
                return Layer.Ppp;
            case 51:
                return Layer.PppoE;
            case 12 or 14 or 101:
                return Layer.Ip;
            case 228:
                return Layer.Ip4;
            case 229:
                return Layer.Ip6;
            case 104:
                return Typed(4, 2, ref walk, ref view);
            case 113:
                return Typed(16, 14, ref walk, ref view);
            case 276:
                return Typed(20, 0, ref walk, ref view);
            default:
                return Walk.Stop(Counter.UndecodedLink, ref view);
        }
    }

    public static Layer Ethernet(ref Walk walk, ref PacketView view)
    {
        if (!walk.Has(14))
        {
            return walk.Short(14, ref view);
        }

        walk.Type = BinaryPrimitives.ReadUInt16BigEndian(walk.Take(14)[12..]);
        walk.At += 14;
        return Layer.EtherType;
    }

    public static Layer EtherType(ref Walk walk, DecodeState state, ref PacketView view)
    {
        switch (walk.Type)
        {
            case TypeIp4:
                return Layer.Ip4;
            case TypeIp6:
                return Layer.Ip6;
            case 0x8100 or 0x88A8 or 0x9100:
                return Vlan(ref walk, state, ref view);
            case TypeMpls or TypeMplsMulticast:
                return Layer.Mpls;
            case TypePppoE:
                return Layer.PppoE;
            case <= 1500 or TypeJumboLlc:
                return Snap(ref walk, ref view);
            default:
                return Walk.Stop(Counter.UndecodedNotIp, ref view);
        }
    }

    public static Layer PppoE(ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (!walk.Has(6))
        {
            return walk.Short(6, ref view);
        }

        // RFC 2516 section 4: version and type 1, code 0 in a session, length of what follows.
        int length = walk.Word(4);
        if (walk.Frame[walk.At] != 0x11 || walk.Frame[walk.At + 1] != 0)
        {
            return Walk.Stop(Counter.UndecodedMalformed, ref view);
        }

        view.TunnelId = walk.Word(2);
        walk.At += 6;
        walk.End = Math.Min(walk.End, walk.At + length);
        return state.Routes.Push(RouteStep.PppoE, 0) ? Layer.Ppp : Walk.Stop(Counter.UndecodedDepth, ref view);
    }

    public static Layer Ppp(ref Walk walk, ref PacketView view)
    {
        // RFC 1661 and 1662: address and control (FF 03) may be left out, a protocol below 0x100 may be one byte.
        if (walk.Has(2) && walk.Word(0) == 0xFF03)
        {
            walk.At += 2;
        }

        if (!walk.Has(2))
        {
            return walk.Short(2, ref view);
        }

        bool isShort = (walk.Frame[walk.At] & 1) != 0;
        uint protocol = isShort ? walk.Frame[walk.At] : walk.Word(0);
        walk.At += isShort ? 1 : 2;
        return protocol switch
        {
            0x21 => Layer.Ip4,
            0x57 => Layer.Ip6,
            0x281 => Layer.Mpls,
            _ => Walk.Stop(Counter.UndecodedNotIp, ref view),
        };
    }

    // Linux cooked captures and Cisco HDLC: a header of fixed length with the ethertype in it.
    private static Layer Typed(int length, int typeAt, ref Walk walk, ref PacketView view)
    {
        if (!walk.Has(length))
        {
            return walk.Short(length, ref view);
        }

        walk.Type = walk.Word(typeAt);
        walk.At += length;
        return walk.Type < 1536 ? Walk.Stop(Counter.UndecodedNotIp, ref view) : Layer.EtherType;
    }

    // BSD loopback: the address family, in the byte order of the machine that captured it (108: network order).
    private static Layer Family(ref Walk walk, ref PacketView view)
    {
        if (!walk.Has(4))
        {
            return walk.Short(4, ref view);
        }

        uint family = walk.Long(0);
        family = family > 0xFFFF ? BinaryPrimitives.ReverseEndianness(family) : family;
        walk.At += 4;
        return family switch
        {
            2 => Layer.Ip4,
            10 or 24 or 28 or 30 => Layer.Ip6,
            _ => Walk.Stop(Counter.UndecodedNotIp, ref view),
        };
    }

    private static Layer Vlan(ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (!walk.Has(4))
        {
            return walk.Short(4, ref view);
        }

        uint id = walk.Word(0) & 0xFFFu;
        view.Vlan = view.Vlan == 0 ? (ushort)id : view.Vlan;
        walk.Type = walk.Word(2);
        walk.At += 4;
        return state.Routes.Push(RouteStep.Vlan, id)
            ? Layer.EtherType
            : Walk.Stop(Counter.UndecodedDepth, ref view);
    }

    // IEEE 802.2 SNAP with an organisation of zero carries an ethertype (RFC 1042); other LLC carries no IP.
    private static Layer Snap(ref Walk walk, ref PacketView view)
    {
        if (walk.Has(8) && walk.Long(0) == 0xAAAA_0300 && walk.Word(4) == 0 && walk.Word(6) > 1500)
        {
            walk.Type = walk.Word(6);
            walk.At += 8;
            return Layer.EtherType;
        }

        return Walk.Stop(Counter.UndecodedNotIp, ref view);
    }
}
