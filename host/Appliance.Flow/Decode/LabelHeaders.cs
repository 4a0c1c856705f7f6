using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// The MPLS label stack (RFC 3032), and what stands behind it. A stack does not say what it carries: IP shows its
/// version and
/// lengths that hold; a pseudowire (RFC 4448) is Ethernet, with or without a control word.
/// </summary>
internal static class LabelHeaders
{
    private const int ControlWordBytes = 4;
    private const int EthernetBytes = 14;

    public static Layer Mpls(ref Walk walk, DecodeState state, ref PacketView view)
    {
        for (int i = 0; i < Limits.MplsLabelsMax; i++)
        {
            if (!walk.Has(4))
            {
                return walk.Short(4, ref view);
            }

            uint entry = walk.Long(0);
            view.Label = view.Label == 0 ? entry >> 12 : view.Label;
            walk.At += 4;
            if (!state.Routes.Push(RouteStep.Mpls, entry >> 12))
            {
                break;
            }

            if ((entry & 0x100) != 0)
            {
                return Inner(ref walk, state, ref view);
            }
        }

        return Walk.Stop(Counter.UndecodedDepth, ref view);
    }

    private static Layer Inner(ref Walk walk, DecodeState state, ref PacketView view)
    {
        if (!walk.Has(1))
        {
            return walk.Short(1, ref view);
        }

        int nibble = walk.Frame[walk.At] >> 4;
        if (nibble is 4 or 6 && (LooksLikeIp(walk) || !LooksLikeEthernet(walk, 0)))
        {
            return nibble == 4 ? Layer.Ip4 : Layer.Ip6;
        }

        int skip = nibble == 0 && LooksLikeEthernet(walk, ControlWordBytes) ? ControlWordBytes : 0;
        if (!LooksLikeEthernet(walk, skip))
        {
            return Walk.Stop(Counter.UndecodedNotIp, ref view);
        }

        walk.At += skip;
        return state.Routes.Push(RouteStep.Ethernet, 0)
            ? Layer.Ethernet
            : Walk.Stop(Counter.UndecodedDepth, ref view);
    }

    /// <summary>A version and lengths that fit into what is left.</summary>
    internal static bool LooksLikeIp(in Walk walk)
    {
        if (walk.Has(20) && walk.Frame[walk.At] >> 4 == 4)
        {
            int header = (walk.Frame[walk.At] & 0xF) * 4;
            int total = walk.Word(2);
            return header >= 20 && total >= header && total <= walk.End - walk.At;
        }

        return walk.Has(40) && walk.Frame[walk.At] >> 4 == 6 && 40 + walk.Word(4) <= walk.End - walk.At;
    }

    /// <summary>An ethertype that is decoded, or ARP, where a MAC header would have it.</summary>
    internal static bool LooksLikeEthernet(in Walk walk, int skip)
    {
        if (!walk.Has(skip + EthernetBytes))
        {
            return false;
        }

        uint type = BinaryPrimitives.ReadUInt16BigEndian(walk.Frame[(walk.At + skip + 12)..]);
        return type is 0x0800 or 0x86DD or 0x0806 or 0x8100 or 0x88A8 or 0x9100 or 0x8847 or 0x8863 or 0x8864 or 0x88CC
            or 0x8902;
    }
}
