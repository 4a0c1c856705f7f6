using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Witness.ExportBuilder;
using Limits = Appliance.Flow.Limits;

namespace Appliance.Tests.Flow.Witness;

public sealed class ExportTests
{
    private static readonly (uint, ushort)[] Session =
        [(323, 8), (230, 1), (8, 4), (225, 4), (4, 1), (7, 2), (227, 2), (12, 4), (11, 2)];

    private static readonly (uint, ushort)[] Block = [(323, 8), (230, 1), (8, 4), (225, 4), (361, 2), (362, 2)];

    private static readonly (uint, ushort)[] Binding = [(323, 8), (230, 1), (8, 4), (225, 4)];

    private static readonly (uint, ushort)[] Ports = [(323, 8), (230, 1), (225, 4), (4, 1)];

    [Theory]
    [InlineData(1, NatAction.Create)]
    [InlineData(2, NatAction.Delete)]
    [InlineData(4, NatAction.Create)]
    [InlineData(5, NatAction.Delete)]
    [InlineData(6, NatAction.Create)]
    [InlineData(7, NatAction.Delete)]
    [InlineData(8, NatAction.Create)]
    [InlineData(9, NatAction.Delete)]
    public void A_session_or_binding_begins_and_ends_alike_in_RFC_8158_and_in_the_draft(byte number, NatAction action)
    {
        NatEvent only = Assert.Single(new ExportProbe().Take(
            Ipfix().Template(256, Session).Set(256, SessionRecord(number)).Build()));
        Assert.Equal(action, only.Action);
        Assert.Equal("10.0.0.1", only.InsideAddress.ToString());
        Assert.Equal("198.51.100.1", only.PublicAddress.ToString());
        Assert.Equal((1111, 2222, 443), (only.InsidePort, only.PublicPort, only.RemotePort));
        Assert.Equal(6, only.Protocol);
        Assert.Equal("203.0.113.9", only.RemoteAddress.ToString());
        Assert.Equal(only.RemoteAddress, only.PublicRemote);
        Assert.False(only.IsBlock);
        Assert.Equal(1_700_000_000_123_000_000, only.StampNs);
        Assert.Equal(LogCourse.Whole, only.Course);
    }

    [Theory]
    [InlineData(14, NatAction.Create)]
    [InlineData(15, NatAction.Delete)]
    [InlineData(16, NatAction.Create)]
    [InlineData(17, NatAction.Delete)]
    public void A_port_block_is_told_by_its_shape_in_both_numberings(byte number, NatAction action)
    {
        byte[] record =
            [.. Stamp(), number, .. Address("10.0.0.1"), .. Address("198.51.100.1"), .. U16(2048), .. U16(3071)];
        NatEvent only = Assert.Single(new ExportProbe().Take(Ipfix().Template(256, Block).Set(256, record).Build()));
        Assert.Equal(action, only.Action);
        Assert.True(only.IsBlock);
        Assert.Equal((2048, 3071), (only.PublicPort, only.PublicPortLast));
    }

    [Theory]
    [InlineData(12, NatAction.Create)]
    [InlineData(13, NatAction.Delete)]
    [InlineData(14, NatAction.Create)]
    [InlineData(15, NatAction.Delete)]
    public void An_address_binding_holds_every_port(byte number, NatAction action)
    {
        byte[] record = [.. Stamp(), number, .. Address("10.0.0.1"), .. Address("198.51.100.1")];
        NatEvent only = Assert.Single(new ExportProbe().Take(Ipfix().Template(256, Binding).Set(256, record).Build()));
        Assert.Equal((action, (ushort)0, ushort.MaxValue), (only.Action, only.PublicPort, only.PublicPortLast));
    }

    [Theory]
    [InlineData(3, NatAction.Exhausted)]
    [InlineData(10, NatAction.Exhausted)]
    [InlineData(12, NatAction.Exhausted)]
    [InlineData(11, NatAction.Quota)]
    [InlineData(13, NatAction.Quota)]
    [InlineData(18, NatAction.Threshold)]
    public void Without_an_inside_address_the_same_numbers_tell_of_exhaustion_and_limits(byte number, NatAction action)
    {
        byte[] record = [.. Stamp(), number, .. Address("198.51.100.1"), 6];
        NatEvent only = Assert.Single(new ExportProbe().Take(Ipfix().Template(256, Ports).Set(256, record).Build()));
        Assert.Equal(action, only.Action);
    }

    [Fact]
    public void A_NAT64_session_names_the_remote_of_both_families()
    {
        byte[] record =
        [
            .. Stamp(), 6, .. Address("2001:db8::5"), .. Address("198.51.100.1"), 17, .. U16(1111), .. U16(2222),
            .. Address("64:ff9b::203.0.113.9"), .. Address("203.0.113.9"), .. U16(53),
        ];
        NatEvent only = Assert.Single(new ExportProbe().Take(Ipfix()
            .Template(
                256, (323, 8), (230, 1), (27, 16), (225, 4), (4, 1), (7, 2), (227, 2), (28, 16), (226, 4), (11, 2))
            .Set(256, record).Build()));
        Assert.Equal("2001:db8::5", only.InsideAddress.ToString());
        Assert.Equal(IpOf("64:ff9b::203.0.113.9"), only.RemoteAddress);
        Assert.Equal("203.0.113.9", only.PublicRemote.ToString());
    }

    [Theory]
    [InlineData(1, NatAction.Create)]
    [InlineData(2, NatAction.Delete)]
    [InlineData(5, NatAction.Alive)]
    public void Cisco_NSEL_of_an_inbound_connection_has_the_line_where_the_destination_was_changed(
        byte number, NatAction action)
    {
        byte[] record =
        [
            number, .. Address("203.0.113.9"), .. U16(50_000), .. Address("198.51.100.1"), .. U16(443), 6,
            .. Address("203.0.113.9"), .. Address("10.0.0.1"), .. U16(50_000), .. U16(8443),
        ];
        NatEvent only = Assert.Single(new ExportProbe().Take(NetFlow9()
            .Template(263, (233, 1), (8, 4), (7, 2), (12, 4), (11, 2), (4, 1), (225, 4), (226, 4), (227, 2), (228, 2))
            .Set(263, record).Build()));
        Assert.Equal((action, "10.0.0.1", (ushort)8443), (only.Action, only.InsideAddress.ToString(), only.InsidePort));
        Assert.Equal(("198.51.100.1", (ushort)443), (only.PublicAddress.ToString(), only.PublicPort));
        Assert.Equal(("203.0.113.9", (ushort)50_000), (only.RemoteAddress.ToString(), only.RemotePort));
    }

    [Fact]
    public void Nokias_second_format_ends_a_session_by_its_end_time()
    {
        byte[] text = "LSN-Host@10.0.0.1"u8.ToArray();
        byte[] record =
        [
            .. Address("198.51.100.1"), .. U16(1111), .. U16(2222), .. U64(1_700_000_000_123), 6,
            (byte)text.Length, .. text,
        ];
        NatEvent only = Assert.Single(new ExportProbe().Take(Ipfix()
            .Template(257, (225, 4), (7, 2), (227, 2), (153, 8), (4, 1), ((637 << 16) | 93, 65535))
            .Set(257, record).Build()));
        Assert.Equal((NatAction.Delete, "10.0.0.1"), (only.Action, only.InsideAddress.ToString()));
        Assert.Equal((1111, 2222), (only.InsidePort, only.PublicPort));
        Assert.Equal(1_700_000_000_123_000_000, only.StampNs);
    }

    [Fact]
    public void Data_before_its_template_waits_for_it_and_keeps_its_arrival()
    {
        ExportProbe probe = new();
        NatEvent[] first = probe.TakeAll(Ipfix(0).Set(256, SessionRecord(4)).Build());
        Assert.Equal([NatAction.Gap, NatAction.Heard], first.Select(item => item.Action));
        NatEvent late = Assert.Single(probe.Take(Ipfix(1).Template(256, Session).Build(), ArrivalNs + 5_000_000_000));
        Assert.Equal(ArrivalNs, late.ArrivalNs);
        Assert.Equal((1, 1, 0), (probe.Tally.SetsHeld, probe.Tally.SetsReleased, probe.Tally.SetsLost));
    }

    [Fact]
    public void Sets_whose_template_never_comes_are_counted_lost_and_take_no_more_than_their_room()
    {
        ExportProbe probe = new();
        for (uint i = 0; i < Limits.HeldSetsMax + 10; i++)
        {
            probe.TakeAll(Ipfix(i).Set(300, SessionRecord(4)).Build());
        }

        Assert.Equal(10, probe.Tally.SetsLost);
        probe.TakeAll(Ipfix(400).Build(), ArrivalNs + Limits.HeldSetLifeNs + 1);
        Assert.Equal(Limits.HeldSetsMax + 10, probe.Tally.SetsLost);
    }

    [Fact]
    public void A_template_number_that_is_used_again_reads_by_the_new_template()
    {
        ExportProbe probe = new();
        probe.Take(Ipfix().Template(256, Session).Build());
        byte[] block = [.. Stamp(), 16, .. Address("10.0.0.1"), .. Address("198.51.100.1"), .. U16(2048), .. U16(3071)];
        Assert.True(Assert.Single(probe.Take(Ipfix().Template(256, Block).Set(256, block).Build())).IsBlock);
        Assert.Equal((2, 1), (probe.Tally.Templates, probe.Tally.TemplatesChanged));
    }

    [Fact]
    public void A_withdrawn_template_reads_nothing_any_more()
    {
        ExportProbe probe = new();
        probe.Take(Ipfix().Template(256, Session).Template(257, Block).Build());
        Assert.Empty(probe.Take(Ipfix(0).Template(256).Set(256, SessionRecord(4)).Build()));
        Assert.Equal((1, 1), (probe.Tally.TemplatesWithdrawn, probe.Tally.SetsHeld));
        probe.Take(Ipfix(1).Template(2).Build());
        Assert.Equal(2, probe.Tally.TemplatesWithdrawn);
    }

    [Fact]
    public void A_gap_counts_data_records_in_IPFIX_and_messages_in_NetFlow()
    {
        ExportProbe ipfix = new();
        ipfix.Take(Ipfix(10).Template(256, Session).Set(256, [.. SessionRecord(4), .. SessionRecord(4)]).Build());
        Assert.Equal(0, ipfix.Tally.Gaps);
        Assert.Equal(NatAction.Gap, ipfix.TakeAll(Ipfix(17).Set(256, SessionRecord(4)).Build())[0].Action);
        Assert.Equal((1, 5), (ipfix.Tally.Gaps, ipfix.Tally.Missing));
        ipfix.Take(Ipfix(12).Set(256, SessionRecord(4)).Build());
        Assert.Equal((1, 1), (ipfix.Tally.Gaps, ipfix.Tally.OutOfOrder));
        ipfix.Take(Ipfix(18).Set(256, SessionRecord(4)).Build());
        Assert.Equal(1, ipfix.Tally.Gaps);

        ExportProbe v9 = new();
        v9.Take(NetFlow9(10).Template(256, Session).Set(256, [.. SessionRecord(1), .. SessionRecord(1)]).Build());
        v9.Take(NetFlow9(11).Set(256, SessionRecord(1)).Build());
        Assert.Equal(0, v9.Tally.Gaps);
        v9.Take(NetFlow9(14).Set(256, SessionRecord(1)).Build());
        Assert.Equal((1, 2), (v9.Tally.Gaps, v9.Tally.Missing));
    }

    [Fact]
    public void A_NetFlow_exporter_that_starts_anew_takes_its_templates_with_it()
    {
        ExportProbe probe = new();
        probe.Take(NetFlow9(500).Template(256, Session).Set(256, SessionRecord(1)).Build());
        ExportBuilder started = NetFlow9(1);
        started.UptimeMs = 10;
        Assert.Empty(probe.Take(started.Set(256, SessionRecord(1)).Build()));
        Assert.Equal((1, 1, 1), (probe.Tally.Restarts, probe.Tally.TemplatesWithdrawn, probe.Tally.SetsHeld));
    }

    [Fact]
    public void A_template_whose_records_would_have_no_length_is_refused()
    {
        ExportProbe probe = new();
        probe.Take(Ipfix().Template(256, (8, 0), (225, 0)).Set(256, [1, 2, 3, 4]).Build());
        Assert.Equal((1, 1), (probe.Tally.TemplatesRefused, probe.Tally.SetsHeld));
    }

    [Fact]
    public void Streams_and_templates_beyond_their_limits_are_refused_and_counted()
    {
        ExportDecoder decoder = new();
        NatEvents events = new();
        byte[] message = Ipfix().Template(256, Session).Set(256, SessionRecord(4)).Build();
        for (ushort port = 1; port <= Limits.LogSourcesMax + 3; port++)
        {
            decoder.Decode(message, IpOf("192.0.2.1"), port, ArrivalNs, events);
        }

        Assert.Equal(3, decoder.Tally.SourcesRefused);
        Assert.Equal(Limits.LogSourcesMax, decoder.Tally.Events);
    }

    [Fact]
    public void Decoding_allocates_nothing_once_it_is_warm()
    {
        ExportDecoder decoder = new();
        NatEvents events = new();
        Ip exporter = IpOf("192.0.2.1");
        byte[] message = NetFlow9().Template(256, Session)
            .Set(256, [.. Enumerable.Repeat(SessionRecord(1), 20).SelectMany(record => record)]).Build();
        Repeat(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(5_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(20 * 5_100, decoder.Tally.Events);

        void Repeat(int times)
        {
            for (int i = 0; i < times; i++)
            {
                events.Clear();
                decoder.Decode(message, exporter, 1, ArrivalNs, events);
            }
        }
    }

    private static byte[] Stamp() => U64(1_700_000_000_123);

    private static byte[] SessionRecord(byte number) =>
    [
        .. Stamp(), number, .. Address("10.0.0.1"), .. Address("198.51.100.1"), 6, .. U16(1111), .. U16(2222),
        .. Address("203.0.113.9"), .. U16(443),
    ];
}
