using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using Limits = Appliance.Flow.Limits;
using Decoder = Appliance.Flow.Decoder;
using static Appliance.Tests.Flow.FrameBuilder;

namespace Appliance.Tests.Flow;

public sealed class TunnelTests
{
    private static readonly byte[] Inner = Ip4(6, Tcp(Hex("C0FFEE")));
    private static readonly byte[] InnerFrame = Ethernet(0x0800, Inner);
    private readonly DecodeState state = new();

    public static TheoryData<int, byte[], string> Cases => new()
    {
        { 1, Ethernet(0x8100, Tag(100, 0x0800, Inner)), "vlan 100" },
        { 1, Ethernet(0x88A8, Tag(0x2064, 0x8100, Tag(7, 0x0800, Inner))), "vlan 100/vlan 7" },
        { 1, Ethernet(0x8847, Hex("0001 0000 0001 1140"), Inner), "mpls 16/mpls 17" },
        { 1, Ethernet(0x8847, Hex("0001 1140 00000000"), InnerFrame), "mpls 17/ethernet" },
        { 1, Ethernet(0x8847, Hex("0001 1140"), InnerFrame), "mpls 17/ethernet" },
        { 1, Ethernet(0x8864, Hex("1100 0042 002D 0021"), Inner), "pppoe" },
        { 1, Ethernet(0x0800, Ip4(4, Inner)), "ip4" },
        { 1, Ethernet(0x86DD, Ip6(4, Inner)), "ip6" },
        { 1, Ethernet(0x0800, Ip4(47, Join(Hex("0000 0800"), Inner))), "gre" },
        { 1, Ethernet(0x0800, Ip4(47, Join(Hex("B000 6558 00000000 00000009 00000001"), InnerFrame))), "gre 9" },
        { 1, Ethernet(0x0800, Ip4(17, Udp(Join(Hex("08000000 00000500"), InnerFrame), 5, 4789))), "vxlan 5" },
        { 1, Ethernet(0x0800, Ip4(17, Udp(Join(Hex("010065580000060001020304"), InnerFrame), 5, 6081))), "geneve 6" },
        { 1, Ethernet(0x0800, Ip4(17, Udp(Join(Hex("30FF 002B 00000777"), Inner), 5, 2152))), "gtp" },
        { 1, Ethernet(0x0800, Ip4(17, Udp(Join(Hex("34FF 0033 00000777 00000085 01000000"), Inner), 5, 2152))), "gtp" },
        { 1, Ethernet(47, Hex("AAAA03000000 0800"), Inner), "" },
        { 101, Inner, "" },
        { 12, Inner, "" },
        { 228, Inner, "" },
        { 0, Join(Hex("02000000"), Inner), "" },
        { 108, Join(Hex("00000002"), Inner), "" },
        { 9, Join(Hex("FF03 0021"), Inner), "" },
        { 9, Join(Hex("21"), Inner), "" },
        { 51, Join(Hex("1100 0042 002D 0021"), Inner), "pppoe" },
        { 113, Join(Hex("0000 0001 0006 000000000000 0000 0800"), Inner), "" },
        { 276, Join(Hex("0800 0000 00000002 0001 00 06 0000000000000000"), Inner), "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_outer_header_is_peeled_off_down_to_the_same_packet(int linkType, byte[] frame, string route)
    {
        PacketView view = Decode(frame, linkType);

        Assert.True(view.Kind == PacketKind.Flow, $"{route}: {view.Undecoded}");
        Assert.Equal((Ip.FromV4(ClientV4), 40000, 443), (view.Source, view.SourcePort, view.DestinationPort));
        Assert.Equal((43, 3), (view.IpLength, view.PayloadLength));
        Assert.Equal(0xC0, frame[view.PayloadOffset]);
        Assert.Equal(route, state.Routes.Text(view.Route));
        Assert.Equal(view.Route, Decode(frame, linkType).Route);
    }

    [Fact]
    public void Outermost_tag_label_and_tunnel_are_told_apart()
    {
        byte[] frame = Ethernet(0x8100, Tag(100, 0x8847, Hex("0001 1140"), Ip6(4, Inner)));
        PacketView view = Decode(frame, 1);

        Assert.Equal("vlan 100/mpls 17/ip6", state.Routes.Text(view.Route));
        Assert.Equal((100, 17u, "2001:db8::1"), (view.Vlan, view.Label, view.SoftwireSource.ToString()));
        Assert.Equal(0x777u, Decode(Ethernet(0x0800, Ip4(17, Udp(
            Join(Hex("30FF 002B 00000777"), Inner), 5, 2152))), 1).TunnelId);
        Assert.Equal((0x42u, true), (Decode(Ethernet(0x8864, Hex("1100 0042 002D 0021"), Inner), 1).TunnelId,
            Decode(InnerFrame, 1).SoftwireSource.IsNone));
    }

    [Theory]
    [InlineData(4789, "08000001 00000500")]
    [InlineData(6081, "4100 6558 00000600")]
    [InlineData(2152, "30FF 002C 00000777")]
    public void A_udp_tunnel_whose_header_does_not_hold_stays_the_udp_flow_that_it_is(int port, string header)
    {
        PacketView view = Decode(Ethernet(0x0800, Ip4(17, Udp(Join(Hex(header), InnerFrame), 5, port))), 1);

        Assert.Equal((PacketKind.Flow, 17, port, 0u), (view.Kind, view.Protocol, view.DestinationPort, view.Route));
    }

    [Fact]
    public void Tunnels_that_are_switched_off_stay_closed()
    {
        state.Tunnels = Tunnels.None;

        Assert.Equal(Counter.UndecodedTransport, Decode(Ethernet(0x0800, Ip4(4, Inner)), 1).Undecoded);
        byte[] vxlan = Ethernet(0x0800, Ip4(17, Udp(Join(Hex("08000000 00000500"), InnerFrame), 5, 4789)));
        Assert.Equal(4789, Decode(vxlan, 1).DestinationPort);
    }

    [Fact]
    public void Nesting_without_end_is_counted_as_too_deep()
    {
        byte[] packet = Inner;
        for (int i = 0; i < 40; i++)
        {
            packet = Ip4(4, packet);
        }

        Assert.Equal(Counter.UndecodedDepth, Decode(Ethernet(0x0800, packet), 1).Undecoded);
    }

    [Fact]
    public void A_card_that_took_the_tag_out_and_a_link_type_nobody_knows()
    {
        var packet = new PacketRef { Captured = 57, Length = 57, LinkType = 1, StrippedVlan = 0x6064 };
        PacketView view = default;
        Decoder.Decode(InnerFrame, packet, state, ref view);

        Assert.Equal((100, "vlan 100"), (view.Vlan, state.Routes.Text(view.Route)));
        Assert.Equal(Counter.UndecodedLink, Decode(InnerFrame, 147).Undecoded);
    }

    [Fact]
    public void A_full_route_table_shares_one_route_and_counts()
    {
        for (int i = 0; i <= Limits.RoutesMax; i++)
        {
            Decode(Ethernet(0x88A8, Tag(i & 0xFFF, 0x8100, Tag(1 + (i >> 12), 0x0800, Inner))), 1);
        }

        PacketView view = Decode(Ethernet(0x8100, Tag(9, 0x0800, Inner)), 1);
        Assert.Equal((RouteTable.Other, "other"), (view.Route, state.Routes.Text(view.Route)));
        Assert.Equal(2u, state.Routes.Overflowed);
    }

    private PacketView Decode(byte[] frame, int linkType)
    {
        var packet = new PacketRef { Captured = frame.Length, Length = frame.Length, LinkType = (ushort)linkType };
        PacketView view = default;
        Decoder.Decode(frame, packet, state, ref view);
        return view;
    }
}
