using System.Text;
using Appliance.Flow;
using Xunit;
using Limits = Appliance.Flow.Limits;

namespace Appliance.Tests.Flow.Witness;

public sealed class LineTests
{
    private const long NearNs = 1_735_700_000_000_000_000; // 2025-01-01T02:53:20Z

    public static TheoryData<string, string> Lines => new()
    {
        {
            "<166>Jun 15 14:23:05 fw01 %ASA-6-305011: Built dynamic TCP translation from inside:10.0.0.8/51000 "
            + "to outside:203.0.113.8/32000",
            "Cisco Create 6 10.0.0.8:51000 203.0.113.8:32000 :0"
        },
        {
            "%ASA-6-305012: Teardown dynamic UDP translation from Inside:10.0.0.8/51000 "
            + "to Outside(rule):203.0.113.8/32000 duration 0:00:30",
            "Cisco Delete 17 10.0.0.8:51000 203.0.113.8:32000 :0"
        },
        {
            "%ASA-6-302013: Built outbound TCP connection 42 for outside:198.51.100.20/443 (198.51.100.20/443) "
            + "to inside:10.0.0.8/51000 (203.0.113.8/32000)",
            "Cisco Create 6 10.0.0.8:51000 203.0.113.8:32000 198.51.100.20:443"
        },
        {
            "12:17:12.503: %IPNAT-6-NAT_CREATED: Created tcp 10.0.0.1:43800 10.17.3.32:1024 "
            + "192.168.0.1:80 10.17.3.2:80",
            "Cisco Create 6 10.0.0.1:43800 10.17.3.32:1024 192.168.0.1:80"
        },
        {
            "<14>1: HOST: May 21 12:00:01.123 gmt: %IOSXE-6-PLATFORM: F0: cpp_cp: %NAT-6-LOG_TRANSLATION: "
            + "Deleted Translation UDP 10.0.0.1:1111 203.0.113.8:2222 192.0.2.1:53 192.0.2.1:53 0",
            "Cisco Delete 17 10.0.0.1:1111 203.0.113.8:2222 192.0.2.1:53"
        },
        {
            "1 2011 May 31 10:30:45 192.168.2.3 - - NAT44 - "
            + "[UserbasedA - 10.0.0.1 Broadband - 100.1.1.1 - 2048 3071 - -]"
            + "[UserbasedW - 10.0.0.2 Broadband - 100.1.1.1 - 4096 5119 - -]",
            "Cisco Create 0 10.0.0.1:0 100.1.1.1:2048-3071 :0|Delete 0 10.0.0.2:0 100.1.1.1:4096-5119 :0"
        },
        {
            "firewall,info forward: in:bridge1 out:ether2, connection-state:new, proto TCP (SYN), "
            + "192.168.1.100:45231->8.8.8.8:443, NAT (192.168.1.100:45231->203.0.113.5:1024)->8.8.8.8:443, len 60",
            "MikroTik Create 6 192.168.1.100:45231 203.0.113.5:1024 8.8.8.8:443"
        },
        {
            "<134>Oct  1 12:00:00 gw firewall,info forward: in:bridge out:ether1, proto UDP, "
            + "192.168.88.7:40000->129.6.15.28:123, "
            + "NAT (192.168.88.7:40000->203.0.113.5:40000)->129.6.15.28:123, len 76",
            "MikroTik Alive 17 192.168.88.7:40000 203.0.113.5:40000 129.6.15.28:123"
        },
        { "[Portblockrunout - 10.0.0.1 V - - - - - - -] NAT44 - [", "Cisco Exhausted 0 :0 :0 :0" },
        { "%ASA-6-302014: Teardown TCP connection 9 for outside:10.1.2.1/22 to inside:10.1.1.2/5 duration", "Cisco " },
        { "%ASA-4-106023: Deny tcp src outside:1.2.3.4/5 dst inside:5.6.7.8/9", "Cisco ?" },
        { "CEF:0|A10|CFW|6|CGN 100|Nat Port Allocated|5|proto=TCP src=10.0.0.1", "A10 ?" },
        { "RT_NAT - RT_SRC_NAT_PBA_ALLOC [internal-ip=\"10.0.0.256\" block-port-low=\"1\"", "Juniper ?" },
        { "kernel: eth0: link up", "?" },
    };

    public static TheoryData<string, string> NetfilterLines => new()
    {
        {
            "<13>1 2026-11-22T00:57:21.388395+00:00 gw root - - [timeQuality tzKnown=\"1\" isSynced=\"0\"] "
            + "[1795309041.366834]     [NEW] tcp      6 120 SYN_SENT src=100.64.0.10 dst=198.51.100.1 sport=46724 "
            + "dport=80 [UNREPLIED] src=198.51.100.1 dst=203.0.113.1 sport=80 dport=5733",
            "Netfilter Create 6 100.64.0.10:46724 203.0.113.1:5733 198.51.100.1:80"
        },
        {
            "[1795285001.012937]\t[DESTROY] ipv4     2 icmp     1 29 src=100.64.0.10 dst=198.51.100.1 type=8 code=0 "
            + "id=77 packets=2 bytes=168 src=198.51.100.1 dst=203.0.113.1 type=0 code=0 id=54124 packets=3 bytes=169",
            "Netfilter Delete 1 100.64.0.10:77 203.0.113.1:54124 198.51.100.1:0"
        },
        {
            "<13>Nov 22 00:57:21 gw ulogd: Nov 22 00:57:21 gw [NEW] ORIG: SRC=100.64.0.10 DST=198.51.100.1 PROTO=UDP "
            + "SPT=46724 DPT=53 PKTS=0 BYTES=0 , REPLY: SRC=198.51.100.1 DST=203.0.113.1 PROTO=UDP SPT=53 DPT=5733 ",
            "Netfilter Create 17 100.64.0.10:46724 203.0.113.1:5733 198.51.100.1:53"
        },
        {
            // A packet from outside to a public port that the NAT gives to a line: the source is no line.
            "    [NEW] tcp      6 120 SYN_SENT src=198.51.100.1 dst=203.0.113.1 sport=4000 dport=80 [UNREPLIED] "
            + "src=100.64.0.10 dst=198.51.100.1 sport=80 dport=4000",
            "Netfilter "
        },
        { "gw kernel: nat IN= OUT=wan SRC=100.64.0.10 DST=198.51.100.1 LEN=60 TTL=64 PROTO=TCP SPT=1 ", "Netfilter " },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    [MemberData(nameof(NetfilterLines))]
    public void A_line_is_read_as_its_vendor_means_it_or_counted_as_not_understood(string line, string expected) =>
        Assert.Equal(expected, Read(line));

    [Theory]
    [InlineData("<34>1 2003-10-11T22:14:15.003Z host app - - - x", 1065910455003)]
    [InlineData("<34>1 2003-08-24T05:14:15.000003-07:00 host", 1061727255000)]
    [InlineData("2025-05-02T11:34:56.87+00:00 10.0.0.1", 1746185696870)]
    [InlineData("2026-04-20 10:15:32 firewall", 1776680132000)]
    [InlineData("<13>Dec 31 23:59:59 host", 1735689599000)]
    [InlineData("<13>Jan  1 00:00:01 host", 1735689601000)]
    [InlineData("Oct 10 2018 12:34:56 localhost", 1539174896000)]
    [InlineData("<13>Feb 30 23:59:59 host", 0)]
    [InlineData("nothing", 0)]
    public void The_time_of_a_line_is_read_in_each_form(string line, long expectedMs)
    {
        long ns = LogHeader.TimeOf(Encoding.ASCII.GetBytes(line), 0, NearNs, out _);
        Assert.Equal(expectedMs, ns / 1_000_000);
    }

    [Fact]
    public void A_time_without_zone_is_read_in_the_configured_one_and_one_with_it_is_not()
    {
        const long hourNs = 3_600_000_000_000;
        Assert.Equal(
            1_735_689_599_000_000_000 - hourNs, LogHeader.TimeOf("<13>Dec 31 23:59:59 h"u8, hourNs, NearNs, out _));
        Assert.Equal(1_065_910_455_003_000_000, LogHeader.TimeOf("2003-10-11T22:14:15.003Z"u8, hourNs, NearNs, out _));
    }

    [Fact]
    public void A_stream_is_cut_by_counts_and_by_line_ends_even_mixed()
    {
        byte[] stream = "11 <34>1 hello<34>line one\n12 <34>1 a\nb c\n<34>x"u8.ToArray();
        List<string> messages = [];
        int at = 0;
        for (int used; (used = LogFrames.Next(stream.AsSpan(at), out ReadOnlySpan<byte> message)) > 0; at += used)
        {
            messages.Add(Encoding.ASCII.GetString(message));
        }

        Assert.Equal(["<34>1 hello", "<34>line one", "<34>1 a\nb c\n"], messages);
        Assert.Equal("<34>x", Encoding.ASCII.GetString(stream[at..]));
        Assert.Equal(0, LogFrames.Next("11 <34>1 hell"u8, out _));
        Assert.Equal(-1, LogFrames.Next("99999 <34>1 hell"u8, out _));
        Assert.Equal(-1, LogFrames.Next(new byte[Limits.LogLineBytesMax + 1].Select(_ => (byte)'x').ToArray(), out _));
    }

    [Theory]
    [InlineData("create X {inside}", "line 1: the first line must name the vendor")]
    [InlineData("vendor A\nmake X {inside}", "line 2: 'make' is unknown; ")]
    [InlineData("vendor A\ncreate X {insid}", "line 2: '{insid}' is no field")]
    [InlineData("vendor A\ncreate {inside} X", "line 2: a pattern begins with a text")]
    [InlineData("vendor A\ncreate X *{inside}", "line 2: '*' must stand before a text")]
    public void A_wrong_template_is_told_with_its_line(string text, string problem)
    {
        Assert.False(new LogTemplates().TryAdd(text, out string told));
        Assert.StartsWith(problem, told);
    }

    [Fact]
    public void No_cut_or_change_of_a_line_is_an_exception_and_each_is_counted_once()
    {
        Random random = new(5);
        LogLineDecoder decoder = new(LogTemplates.BuiltIn);
        NatEvents events = new();
        string[] lines = [.. Lines.Concat(NetfilterLines).Select(row => (string)row[0])];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] line = Encoding.ASCII.GetBytes(lines[random.Next(lines.Length)]);
            line = line[..random.Next(1, line.Length + 1)];
            for (int i = random.Next(4); i > 0; i--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }

            decoder.Decode(line, default, 0, LogCourse.Unnumbered, events);
            events.Clear();
        }

        long counted = decoder.NotUnderstood(LogTemplates.BuiltIn.Vendors.Count);
        for (int i = 0; i < LogTemplates.BuiltIn.Vendors.Count; i++)
        {
            counted += decoder.Understood(i) + decoder.NotUnderstood(i);
        }

        Assert.True(decoder.Lines == counted, $"seed 5: {decoder.Lines} lines, {counted} counted");
        Assert.True(decoder.Lines > 19_000);
    }

    [Fact]
    public void Reading_lines_allocates_nothing_once_it_is_warm()
    {
        LogLineDecoder decoder = new(LogTemplates.BuiltIn);
        NatEvents events = new();
        byte[][] lines = [.. Lines.Select(row => Encoding.ASCII.GetBytes((string)row[0]))];
        Repeat(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(2_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(decoder.Events > 10_000);

        void Repeat(int times)
        {
            for (int i = 0; i < times; i++)
            {
                events.Clear();
                foreach (byte[] line in lines)
                {
                    decoder.Decode(line, default, NearNs, LogCourse.Unnumbered, events);
                }
            }
        }
    }

    private static string Read(string line)
    {
        LogLineDecoder decoder = new(LogTemplates.BuiltIn, nearNs: NearNs);
        NatEvents events = new();
        decoder.Decode(Encoding.ASCII.GetBytes(line), default, 0, LogCourse.Unnumbered, events);
        string said = string.Join('|', events.Items.ToArray().Select(Text));
        for (int i = 0; i < LogTemplates.BuiltIn.Vendors.Count; i++)
        {
            if (decoder.Understood(i) + decoder.NotUnderstood(i) > 0)
            {
                return $"{LogTemplates.BuiltIn.Vendors[i]} {(decoder.NotUnderstood(i) > 0 ? "?" : said)}";
            }
        }

        return "?";
    }

    private static string Text(NatEvent e)
    {
        string ports = e.IsBlock ? $"{e.PublicPort}-{e.PublicPortLast}" : $"{e.PublicPort}";
        return $"{e.Action} {e.Protocol} {e.InsideAddress}:{e.InsidePort} {e.PublicAddress}:{ports} "
            + $"{e.RemoteAddress}:{e.RemotePort}";
    }
}
