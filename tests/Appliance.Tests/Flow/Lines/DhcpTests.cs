using Appliance.Flow.Lines;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Lines;

/// <summary>Leases and delegated prefixes, and the operator's file.</summary>
public sealed class DhcpTests
{
    private const string A = "100.64.0.1";
    private readonly LineTally tally = new();
    private readonly LineEvent heard = new();
    private readonly LineWorld world = new();

    [Fact]
    public void A_lease_is_a_session_of_the_circuit_that_the_relay_names()
    {
        world.Hear(0, Message(5, A, lease: 600, "eth0/1"));
        world.Hear(300, Message(5, A, lease: 600, ""));
        world.Hear(700, Message(7, A, lease: 0, ""));

        Assert.Equal([$"remote-7/eth0/1 {A} 0-", $"remote-7/eth0/1 {A} 0-700"], world.Records());
        Assert.Equal(("02:00:00:00:00:07", "dhcp"), (world.All()[0].Equipment, world.All()[0].Source));
    }

    [Fact]
    public void A_lease_that_nobody_renews_ends_when_it_runs_out()
    {
        world.Hear(0, Message(5, A, lease: 600, "eth0/1"));
        world.Table.AdvanceTo(LineWorld.At(700));

        Assert.Equal([$"remote-7/eth0/1 {A} 0-", $"remote-7/eth0/1 {A} 0-600"], world.Records());
    }

    [Fact]
    public void Offers_and_answers_without_an_address_are_no_events()
    {
        Assert.False(new Dhcp4Decoder(tally).TryDecode(Message(2, A, 600, "x"), default, 1, heard));
        Assert.False(new Dhcp4Decoder(tally).TryDecode(Message(5, "0.0.0.0", 600, "x"), default, 1, heard));

        Assert.Equal((2UL, 0UL), (tally.Other, tally.Malformed));
    }

    [Fact]
    public void A_delegated_prefix_is_read_through_two_relays()
    {
        byte[] reply = Reply(valid: 3600);

        Assert.True(new Dhcp6Decoder(tally).TryDecode(Relayed(Relayed(reply, "far"), "near"), 1, heard));

        Assert.Equal(LineEventKind.Interim, heard.Kind);
        Assert.Equal(
            ["2001:db8:5::1/128", "2001:db8:100::/56"],
            heard.Addresses.Select(prefix => $"{prefix.Address}/{prefix.Length}"));
        Assert.Equal(("far", "line-9", 3600u), (heard.CircuitId, heard.RemoteId, heard.LeaseSeconds));
    }

    [Fact]
    public void A_binding_that_is_taken_away_is_not_held()
    {
        Assert.False(new Dhcp6Decoder(tally).TryDecode(Reply(valid: 0), 1, heard));

        Assert.Equal(1UL, tally.Other);
    }

    [Fact]
    public void Cut_and_bent_messages_are_counted_and_never_thrown()
    {
        const int Seed = 7;
        Random random = new(Seed);
        byte[][] whole = [Message(5, A, 600, "eth0/1"), Relayed(Reply(3600), "far")];
        ulong calls = 0;
        for (int round = 0; round < 20_000; round++, calls += 2)
        {
            foreach (byte[] message in whole)
            {
                byte[] bent = message[..random.Next(message.Length + 1)];
                for (int i = 0; i < 3 && bent.Length > 0; i++)
                {
                    bent[random.Next(bent.Length)] = (byte)random.Next(256);
                }

                _ = message == whole[0]
                    ? new Dhcp4Decoder(tally).TryDecode(bent, default, 1, heard)
                    : new Dhcp6Decoder(tally).TryDecode(bent, 1, heard);
            }
        }

        Assert.True(calls == tally.Taken + tally.Malformed + tally.Other, $"seed {Seed}");
    }

    [SharedFact("arkime")]
    public void Captured_exchanges_of_both_families_give_their_leases()
    {
        string folder = Path.Combine(Checkout.Data("arkime")!, "tests", "pcap");
        Assert.NotEmpty(Events(Path.Combine(folder, "wireshark-dhcp.pcap")));
        Assert.Equal(0UL, tally.Malformed);
        string six = string.Join(' ', Events(Path.Combine(folder, "wireshark-dhcpv6.pcap")));
        Assert.Contains("2001:0:0:fe00::/64", six);
        Assert.Equal(0UL, tally.Malformed);
    }

    [Fact]
    public void Prefixes_of_the_operators_file_are_held_by_their_lines()
    {
        const string Text = "# leased lines\n192.0.2.8/29, leased-17\n\n2001:db8:77::/48,leased-18,vpn\n";

        Assert.True(StaticLines.TryParse(Text, out IReadOnlyList<StaticLine> lines, out string problem), problem);
        world.Table.Take(lines, LineWorld.At(5));

        Assert.Equal(["leased-17 192.0.2.8/29 5-", "vpn:leased-18 2001:db8:77::/48 5-"], world.Records());
        Assert.All(world.All(), record => Assert.Equal("static", record.Source));
    }

    [Theory]
    [InlineData("192.0.2.8/29")]
    [InlineData("192.0.2.8/33,x")]
    [InlineData("0.0.0.0/0,x")]
    [InlineData("192.0.2.8/29,")]
    [InlineData("192.0.2.8/29,x\n192.0.2.9/29,y")]
    public void A_wrong_line_of_the_file_is_named(string text)
    {
        Assert.False(StaticLines.TryParse($"# one\n{text}\n", out _, out string problem));

        Assert.Matches("^line [23]: ", problem);
    }

    private List<string> Events(string path)
    {
        LineFrames frames = new(tally);
        List<string> events = [];
        Corpus.Walk(File.ReadAllBytes(path), 4096, (ReadOnlySpan<byte> frame, in Appliance.Flow.PacketRef packet) =>
        {
            if (frames.TryDecode(frame, packet, default, heard))
            {
                events.AddRange(heard.Addresses.Select(prefix => $"{prefix.Address}/{prefix.Length}"));
            }
        }, out _);
        return events;
    }

    private static byte[] Message(byte kind, string address, uint lease, string circuit)
    {
        Assert.True(Ip.TryParse(address, out Ip ip));
        byte[] fixedPart = new byte[236];
        (fixedPart[0], fixedPart[1], fixedPart[2]) = ((byte)(kind == 7 ? 1 : 2), 1, 6);
        ip.Write(fixedPart.AsSpan(kind == 7 ? 12 : 16));
        (fixedPart[28], fixedPart[33]) = (2, 7);
        byte[] options = [0x63, 0x82, 0x53, 0x63, 53, 1, kind, 54, 4, 10, 0, 0, 67];
        if (lease > 0)
        {
            options = [.. options, 51, 4, 0, 0, (byte)(lease >> 8), (byte)lease];
        }

        if (circuit.Length > 0)
        {
            byte[] one = System.Text.Encoding.ASCII.GetBytes(circuit);
            byte[] relay = [1, (byte)one.Length, .. one, 2, 8, .. "remote-7"u8];
            options = [.. options, 0, 82, (byte)relay.Length, .. relay];
        }

        return [.. fixedPart, .. options, 255];
    }

    private static byte[] Reply(uint valid)
    {
        byte[] time = [0, 0, (byte)(valid >> 8), (byte)valid];
        byte[] address = Option(5, [.. Convert.FromHexString("20010db8000500000000000000000001"), .. time, .. time]);
        byte[] delegated = Convert.FromHexString("20010db8010000000000000000000000");
        byte[] prefix = Option(26, [.. time, .. time, 56, .. delegated]);
        return
        [
            7, 1, 2, 3, .. Option(1, [0, 3, 0, 1, 2, 0, 0, 0, 0, 9]), .. Option(2, [0, 3, 0, 1, 2, 0, 0, 0, 0, 1]),
            .. Option(3, [.. new byte[12], .. address]), .. Option(25, [.. new byte[12], .. prefix]),
        ];
    }

    private static byte[] Relayed(byte[] message, string circuit) =>
    [
        13, 0, .. new byte[32], .. Option(18, System.Text.Encoding.ASCII.GetBytes(circuit)),
        .. Option(37, [0, 0, 0, 9, .. "line-9"u8]), .. Option(9, message),
    ];

    private static byte[] Option(int code, byte[] value) =>
        [(byte)(code >> 8), (byte)code, (byte)(value.Length >> 8), (byte)value.Length, .. value];
}
