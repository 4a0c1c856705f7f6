using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.FrameBuilder;

namespace Appliance.Tests.Flow;

public sealed class DecoderTests
{
    private static readonly byte[] Data = Hex("DEADBEEF");
    private readonly DecodeState state = new();

    [Fact]
    public void Plain_tcp_over_ipv4_has_all_its_fields()
    {
        byte[] options = Hex("94040000");
        byte[] frame = Ethernet(0x0800, Ip4(6, Tcp(Data, options: "0101080A AABBCCDD 00000001"), 99, 0x4000, options));
        PacketView view = Decode(Join(frame, new byte[9]));

        Assert.Equal(PacketKind.Flow, view.Kind);
        Assert.Equal((Ip.FromV4(ClientV4), Ip.FromV4(ServerV4)), (view.Source, view.Destination));
        Assert.Equal((40000, 443, 6), (view.SourcePort, view.DestinationPort, view.Protocol));
        Assert.Equal((0x11223344u, 0x55667788u), (view.Sequence, view.Acknowledgment));
        Assert.Equal((0x18, 0x2000, 99, 0x40), (view.TcpFlags, view.Window, view.IpId, view.HopLimit));
        Assert.True(view.HasTimestamp);
        Assert.Equal(0xAABBCCDDu, view.TimestampValue);

        // The nine bytes behind the packet are padding of the link and belong to nobody.
        Assert.Equal((60, 14, 70, 4, 4),
            (view.IpLength, view.IpOffset, view.PayloadOffset, view.PayloadLength, view.PayloadCaptured));
        Assert.Equal((0u, 0, false, false), (view.Route, view.Vlan, view.IsFragment, view.IsSliced));
    }

    [Fact]
    public void Udp_over_ipv6_skips_extension_headers()
    {
        byte[] extensions = Hex("3C00 000000000000 1100 000000000000");
        PacketView view = Decode(Ethernet(0x86DD, Ip6(0, Join(extensions, Udp(Data)))));

        Assert.Equal((PacketKind.Flow, 17), (view.Kind, view.Protocol));
        Assert.Equal((40000, 53), (view.SourcePort, view.DestinationPort));
        Assert.Equal("2001:db8::1", view.Source.ToString());
        Assert.Equal((68, 4), (view.IpLength, view.PayloadLength));
    }

    [Theory]
    [InlineData("0800 0000 1234 0001", PacketKind.Flow, 0x1234)]
    [InlineData("0D00 0000 1234 0001", PacketKind.Flow, 0x1234)]
    [InlineData("0301 0000 0000 0000", PacketKind.IcmpError, 0)]
    public void Icmp_queries_are_flows_by_their_id_and_errors_are_not(string icmp, PacketKind kind, int id)
    {
        PacketView view = Decode(Ethernet(0x0800, Ip4(1, Hex(icmp))));

        Assert.Equal((kind, id, id), (view.Kind, view.SourcePort, view.DestinationPort));
    }

    [Fact]
    public void Neighbour_discovery_is_counted_as_a_transport_without_flows()
    {
        PacketView view = Decode(Ethernet(0x86DD, Ip6(58, Hex("8700 0000 0000 0000"))));

        Assert.Equal((PacketKind.Undecoded, Counter.UndecodedTransport), (view.Kind, view.Undecoded));
    }

    [Fact]
    public void A_sliced_packet_keeps_the_length_that_its_header_says()
    {
        byte[] whole = Ethernet(0x0800, Ip4(6, Tcp(new byte[1000])));
        PacketView view = Decode(whole[..64], length: whole.Length);

        Assert.True(view.IsSliced);
        Assert.Equal((1040, 1000, 10), (view.IpLength, view.PayloadLength, view.PayloadCaptured));
    }

    [Fact]
    public void An_ip_length_of_zero_takes_the_length_of_the_frame()
    {
        byte[] frame = Ethernet(0x0800, Ip4(6, Tcp(new byte[100])));
        frame[16] = frame[17] = 0;

        Assert.Equal(140, Decode(frame).IpLength);
    }

    [Theory]
    [InlineData(14, 0x65, Counter.UndecodedMalformed)]
    [InlineData(14, 0x44, Counter.UndecodedMalformed)]
    [InlineData(17, 0x13, Counter.UndecodedMalformed)]
    [InlineData(17, 0x1B, Counter.UndecodedMalformed)]
    [InlineData(23, 0x59, Counter.UndecodedTransport)]
    [InlineData(46, 0x40, Counter.UndecodedMalformed)]
    [InlineData(46, 0xF0, Counter.UndecodedMalformed)]
    [InlineData(12, 0x09, Counter.UndecodedNotIp)]
    public void A_header_that_contradicts_itself_is_counted(int at, byte value, Counter expected)
    {
        byte[] frame = Ethernet(0x0800, Ip4(6, Tcp(Data)));
        frame[at] = value;

        PacketView view = Decode(frame);
        Assert.Equal((PacketKind.Undecoded, expected), (view.Kind, view.Undecoded));
    }

    [Fact]
    public void A_frame_cut_before_the_ports_is_counted_as_truncated()
    {
        byte[] frame = Ethernet(0x0800, Ip4(6, Tcp(Data)));
        for (int length = 0; length < 54; length++)
        {
            PacketView view = Decode(frame[..length], length: frame.Length);
            Assert.Equal((PacketKind.Undecoded, Counter.UndecodedTruncated), (view.Kind, view.Undecoded));
        }
    }

    [Fact]
    public void Later_fragments_get_the_ports_of_their_first()
    {
        byte[] udp = Udp(new byte[100]);
        byte[] first = Ethernet(0x0800, Ip4(17, udp[..48], 5, 0x2000));
        byte[] later = Ethernet(0x0800, Ip4(17, udp[48..], 5, 6));
        byte[] stranger = Ethernet(0x0800, Ip4(17, udp[48..], 6, 6));

        Assert.Equal(Counter.UndecodedFragment, Decode(later).Undecoded);
        PacketView one = Decode(first);
        PacketView two = Decode(later, stampNs: 1_000);
        Assert.Equal((PacketKind.Flow, true, 53, 40),
            (one.Kind, one.IsFragment, one.DestinationPort, one.PayloadLength));
        Assert.Equal((PacketKind.Flow, true, 53, 48),
            (two.Kind, two.IsFragment, two.DestinationPort, two.FragmentOffset));
        Assert.Equal(Counter.UndecodedFragment, Decode(stranger).Undecoded);
        Assert.Equal(Counter.UndecodedFragment, Decode(later, stampNs: 31_000_000_000).Undecoded);
        Assert.Equal(Counter.UndecodedFragment, Decode(later, number: 1).Undecoded);
    }

    [Fact]
    public void A_first_fragment_that_comes_late_takes_along_what_came_before_it()
    {
        byte[] udp = Udp(new byte[100]);
        byte[] first = Ethernet(0x0800, Ip4(17, udp[..48], 5, 0x2000));
        byte[] later = Ethernet(0x0800, Ip4(17, udp[48..], 5, 6));

        Assert.Equal(Counter.UndecodedFragment, Decode(later).Undecoded);
        PacketView one = Decode(first, stampNs: 4_000_000);
        Assert.Equal((PacketKind.Flow, 1, 80, 60),
            (one.Kind, one.EarlyPackets, one.EarlyIpBytes, one.EarlyDataBytes));

        // The datagram is whole: nothing is left of it, half a second later, for another with its identification.
        Assert.Equal(PacketKind.Flow, Decode(later, stampNs: 5_000_000).Kind);
        Assert.Equal(Counter.UndecodedFragment, Decode(later, stampNs: 600_000_000).Undecoded);
        PacketView tooLate = Decode(first, stampNs: 1_200_000_000);
        Assert.Equal((PacketKind.Flow, 0), (tooLate.Kind, tooLate.EarlyPackets));
    }

    [Fact]
    public void Later_fragments_of_tcp_carry_on_the_sequence_of_their_first()
    {
        byte[] tcp = Tcp(new byte[100]);
        PacketView one = Decode(Ethernet(0x0800, Ip4(6, tcp[..64], 9, 0x2000)));
        PacketView two = Decode(Ethernet(0x0800, Ip4(6, tcp[64..], 9, 8)));

        Assert.Equal((PacketKind.Flow, PacketKind.Flow), (one.Kind, two.Kind));
        Assert.Equal(one.Sequence + (uint)one.PayloadLength, two.Sequence);
        Assert.Equal(100, one.PayloadLength + two.PayloadLength);
    }

    [Fact]
    public void Fragments_of_ipv6_are_told_apart_by_their_own_id()
    {
        byte[] udp = Udp(new byte[24]);
        PacketView first = Decode(Ethernet(0x86DD, Ip6(44, Join(Hex("1100 0001 00000009"), udp[..16]))));
        PacketView second = Decode(Ethernet(0x86DD, Ip6(44, Join(Hex("1100 0010 00000009"), udp[16..]))));
        PacketView other = Decode(Ethernet(0x86DD, Ip6(44, Join(Hex("1100 0010 0000000A"), udp[16..]))));

        Assert.Equal((53, true), (first.DestinationPort, first.IsFragment));
        Assert.Equal((53, 16), (second.DestinationPort, second.FragmentOffset));
        Assert.Equal(Counter.UndecodedFragment, other.Undecoded);
    }

    private PacketView Decode(byte[] frame, ushort linkType = 1, int length = 0, long stampNs = 0, ushort number = 0)
    {
        var packet = new PacketRef
        {
            Captured = frame.Length,
            Length = Math.Max(length, frame.Length),
            LinkType = linkType,
            StampNs = stampNs,
            Interface = number,
        };
        PacketView view = default;
        Decoder.Decode(frame, packet, state, ref view);
        return view;
    }
}
