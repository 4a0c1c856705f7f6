using System.Text;
using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using Limits = Appliance.Flow.Limits;
using static Appliance.Tests.Flow.FrameBuilder;

namespace Appliance.Tests.Flow;

public sealed class NameTests
{
    private const uint Start = 0xFFFF_FF00;

    [Theory]
    [InlineData(16384, 100000)]
    [InlineData(16384, 1)]
    [InlineData(16384, 500)]
    [InlineData(20, 7)]
    [InlineData(200, 1400)]
    public void A_hello_is_read_through_any_records_and_segments(int recordBytes, int segmentBytes)
    {
        byte[] stream = Hellos.Records(Hellos.Message("WWW.Example.com", isEncrypted: true), recordBytes);
        segmentBytes = Math.Max(segmentBytes, stream.Length / (Limits.NamePacketsMax - 1));
        var flow = new SniffedFlow();
        flow.Syn(Start);
        NameOutcome outcome = NameOutcome.More;
        for (int at = 0; at < stream.Length && outcome == NameOutcome.More; at += segmentBytes)
        {
            int end = Math.Min(stream.Length, at + segmentBytes);
            outcome = flow.Tcp(stream[at..end], Start + 1 + (uint)at);
        }

        Assert.Equal((NameOutcome.Found, "www.example.com"), (outcome, flow.Name));
        Assert.Equal((ServiceSource.Tls, true), (flow.Sniffer.Source, flow.Sniffer.IsEncrypted));
        Assert.Equal(4, flow.Sniffer.FreeBuffers);
    }

    [Fact]
    public void Segments_of_a_large_hello_may_come_in_any_order_and_twice()
    {
        byte[] stream = Hellos.Records(Hellos.Message("pq.example", 9000));
        var random = new Random(8446);
        for (int turn = 0; turn < 50; turn++)
        {
            int[] parts = [0, 1, 2, 3, 4, 5, 6, 2, 4];
            random.Shuffle(parts);
            var flow = new SniffedFlow();
            flow.Syn(Start);
            NameOutcome outcome = NameOutcome.More;
            foreach (int part in parts)
            {
                int at = part * 1400;
                byte[] segment = stream[at..Math.Min(stream.Length, at + 1400)];
                outcome = outcome == NameOutcome.More ? flow.Tcp(segment, Start + 1 + (uint)at) : outcome;
            }

            Assert.True(outcome == NameOutcome.Found, $"turn {turn}: {string.Join(",", parts)}");
            Assert.Equal("pq.example", flow.Name);
        }
    }

    [Fact]
    public void A_hello_behind_starttls_and_one_without_syn_are_found()
    {
        byte[] hello = Hellos.Records(Hellos.Message("mail.example"));
        var flow = new SniffedFlow(clientPort: 40001);
        flow.Syn(9);
        Assert.Equal(NameOutcome.More, flow.Tcp("EHLO me\r\n"u8.ToArray(), 10, 25));
        Assert.Equal(NameOutcome.More, flow.Tcp("STARTTLS\r\n"u8.ToArray(), 19, 25));
        Assert.Equal(NameOutcome.Found, flow.Tcp(hello, 29, 25));
        Assert.Equal(NameOutcome.Found, new SniffedFlow().Tcp(hello, 77));
    }

    [Fact]
    public void A_hello_that_never_ends_shows_its_name_at_the_close()
    {
        byte[] message = Hellos.Message("late.example");
        byte[] stream = Hellos.Records(message)[..^3];
        var flow = new SniffedFlow();
        flow.Syn(9);
        Assert.Equal(NameOutcome.More, flow.Tcp(stream, 10));
        Assert.Equal((NameOutcome.Found, "late.example"), (flow.Close(), flow.Name));
        Assert.Equal(NameOutcome.None, flow.Close());
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a b.example")]
    [InlineData("[2001:db8::1]")]
    [InlineData("")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123.example")]
    public void What_is_no_host_name_is_not_taken_for_one(string name)
    {
        Assert.Equal(NameOutcome.None, new SniffedFlow().Tcp(Hellos.Records(Hellos.Message(name)), 1));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nUser-Agent: x\r\nhost:  Www.Example.com:8080 \r\n", "www.example.com")]
    [InlineData("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", "a.example")]
    [InlineData("GET / HTTP/1.0\r\n\r\nHost: body.example\r\n", "")]
    [InlineData("GET / HTTP/1.1\r\nHost: 192.0.2.7\r\n\r\n", "")]
    public void An_http_request_shows_its_host(string request, string expected)
    {
        var flow = new SniffedFlow();
        flow.Syn(9);
        NameOutcome outcome = flow.Tcp(Encoding.ASCII.GetBytes(request), 10, 80);

        Assert.Equal(expected.Length > 0 ? NameOutcome.Found : NameOutcome.None, outcome);
        Assert.Equal(expected, flow.Name);
    }

    [Fact]
    public void A_dns_question_is_the_name_of_its_flow_over_udp_and_tcp()
    {
        byte[] query = Join(Hex("1234 0100 0001 0000 0000 0001 03"), "wWw"u8.ToArray(), Hex("07"),
            "example"u8.ToArray(), Hex("00 0001 0001"));
        var udp = new SniffedFlow();
        Assert.Equal(NameOutcome.Found, udp.Udp(query, 53));
        Assert.Equal(("www.example", ServiceSource.Dns), (udp.Name, udp.Sniffer.Source));
        var tcp = new SniffedFlow();
        tcp.Syn(9);
        byte[] stream = Join(Big16(query.Length), query);
        Assert.Equal(NameOutcome.More, tcp.Tcp(stream[..1], 10, 53));
        Assert.Equal(NameOutcome.Found, tcp.Tcp(stream[1..], 11, 53));

        query[2] = 0x28;
        Assert.Equal(NameOutcome.More, new SniffedFlow().Udp(query, 53));
    }

    [Fact]
    public void When_every_buffer_is_taken_the_name_is_skipped_and_counted_until_one_is_old()
    {
        byte[] stream = Hellos.Records(Hellos.Message("full.example"));
        var sniffer = new NameSniffer(2);
        SniffedFlow[] flows = [.. Enumerable.Range(1, 4).Select(i => new SniffedFlow(sniffer, i))];
        Assert.Equal(NameOutcome.More, flows[0].Tcp(stream[..50], 1));
        Assert.Equal(NameOutcome.More, flows[1].Tcp(stream[..50], 1));
        Assert.Equal((NameOutcome.None, 1UL), (flows[2].Tcp(stream[..50], 1), sniffer.Skipped));
        Assert.Equal(NameOutcome.More, flows[3].Tcp(stream[..50], 1, stampNs: Limits.NameBufferLifeNs + 1));
        Assert.Equal(NameOutcome.Found, flows[3].Tcp(stream[50..], 51));

        // One of the first two has lost its buffer and never gets a name out of another's bytes.
        NameOutcome[] rest = [flows[0].Tcp(stream[50..], 51), flows[1].Tcp(stream[50..], 51)];
        Assert.Equal([NameOutcome.Found, NameOutcome.None], rest.Order());
        Assert.Equal((2UL, 2), (sniffer.Skipped, sniffer.FreeBuffers));
    }

    [Fact]
    public void A_flow_without_a_name_is_given_up()
    {
        var flow = new SniffedFlow();
        flow.Syn(9);
        NameOutcome outcome = NameOutcome.More;
        int packets = 0;
        for (; outcome == NameOutcome.More; packets++)
        {
            outcome = flow.Tcp("SSH-2.0-x\r\n"u8.ToArray(), 10 + (uint)(packets * 11), 22);
        }

        Assert.Equal((NameOutcome.None, Limits.NamePacketsMax), (outcome, packets));
    }
}
