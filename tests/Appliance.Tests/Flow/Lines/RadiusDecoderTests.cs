using Appliance.Flow.Lines;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Lines;

/// <summary>What an Accounting-Request says, and what it must not be able to do.</summary>
public sealed class RadiusDecoderTests
{
    private const long Now = 1_700_000_000_000_000_000;
    private static readonly byte[] Secret = "testing123"u8.ToArray();
    private readonly LineTally tally = new();
    private readonly LineEvent heard = new();

    [Fact]
    public void A_start_of_a_fixed_line_gives_its_addresses_its_line_and_its_server()
    {
        byte[] packet = RadiusMessage.Start("abc", "100.64.1.2")
            .Prefix(97, "2001:db8:0:1::", 64).Prefix(123, "2001:db8:100::", 56).Address(168, "2001:db8:0:1::7")
            .Text(1, "someone@isp").Text(87, "1/1/4:501.1001").Text(31, "00-14-22-E9-54-5E")
            .Vendor(3561, 1, "dslam1 eth 2/1:100").Vendor(3561, 2, "remote-9").Bytes();

        Assert.True(Decode(packet, Secret));

        Assert.Equal((LineEventKind.Start, LineSource.Radius), (heard.Kind, heard.Source));
        Assert.Equal(["100.64.1.2/32", "2001:db8:0:1::/64", "2001:db8:100::/56", "2001:db8:0:1::7/128"], Addresses());
        Assert.Equal(("bras1", "abc", "1/1/4:501.1001"), (heard.Server, heard.Session, heard.Port));
        Assert.Equal(("dslam1 eth 2/1:100", "remote-9"), (heard.CircuitId, heard.RemoteId));
        Assert.Equal(("00:14:22:e9:54:5e", ""), (heard.Mac, heard.Msisdn));
        Assert.Equal(new LineReference("dslam1 eth 2/1:100", "line"), LineReference.Of(heard, LineNaming.Line));
        Assert.Equal(new LineReference("someone@isp", "user"), LineReference.Of(heard, LineNaming.User));
        Assert.Equal(1UL, tally.Taken);
        Assert.Equal(0UL, tally.BadAttributes);
    }

    [Fact]
    public void A_mobile_session_gives_imsi_msisdn_imei_and_cell_and_names_none_of_them_unless_asked()
    {
        byte[] packet = RadiusMessage.Start("m1", "10.9.8.7").Text(30, "internet.example").Text(31, "447700900123")
            .Vendor(10415, 1, "234150999999999").Vendor(10415, 20, "3534900698733190")
            .Vendor(10415, 22, 0x82, 0x32, 0xF4, 0x51, 0x12, 0x34, 0x32, 0xF4, 0x51, 0x01, 0xA2, 0xB3, 0xC4).Bytes();

        Assert.True(Decode(packet, default));

        Assert.Equal(LineSource.RadiusUnchecked, heard.Source);
        Assert.Equal(("234150999999999", "447700900123"), (heard.Imsi, heard.Msisdn));
        Assert.Equal("3534900698733190", heard.Imei);
        Assert.Equal("tai 234-15-4660 ecgi 234-15-1a2b3c4", heard.Location);
        Assert.Equal(new LineReference("bras1/m1", "session"), LineReference.Of(heard, LineNaming.Line));
        Assert.Equal(new LineReference("234150999999999", "imsi"), LineReference.Of(heard, LineNaming.Imsi));
        Assert.Equal(new LineReference("447700900123", "msisdn"), LineReference.Of(heard, LineNaming.Msisdn));
        Assert.Equal(new LineReference("bras1/m1", "session"), LineReference.Of(heard, LineNaming.User));
    }

    [Fact]
    public void Gigawords_age_and_delay_are_read()
    {
        byte[] packet = RadiusMessage.Interim().Number(42, 5).Number(52, 2).Number(43, 7).Number(53, 1)
            .Number(46, 3600).Number(41, 12).Number(55, 1_700_000_000).Bytes();

        Assert.True(Decode(packet, Secret));

        Assert.Equal((3UL << 32) + 12, heard.Octets);
        Assert.Equal((3600u, 12u, 1_700_000_000u), (heard.SessionSeconds, heard.DelaySeconds, heard.SenderSeconds));
    }

    [Fact]
    public void Port_ranges_of_three_vendors_and_of_the_rfc_are_read()
    {
        byte[] packet = RadiusMessage.Start("n1", "192.168.0.1")
            .Vendor(6527, 121, "180.0.1.248 37674-37723,38507-38556 router base").Vendor(6527, 11, "LSN44@192.168.0.1")
            .Vendor(2011, 161, 203, 0, 113, 9).Vendor(2011, 162, 0, 0, 8, 0).Vendor(2011, 163, 0, 0, 11, 255)
            .Raw(241, 6, 3, 6, 198, 51, 100, 1, 9, 6, 0, 0, 4, 0, 10, 6, 0, 0, 7, 255, 8, 6, 0, 0, 0, 1).Bytes();

        Assert.True(Decode(packet, Secret));

        Assert.Equal(
            ["180.0.1.248 37674-37723", "180.0.1.248 38507-38556", "198.51.100.1 1024-2047", "203.0.113.9 2048-3071"],
            heard.Ranges.Select(range => $"{range.Public} {range.First}-{range.Last}"));
        Assert.True(heard.IsOfNat);
        Assert.False(heard.IsRelease);
        Assert.Equal(0UL, tally.BadAttributes);
    }

    [Fact]
    public void A_range_given_back_is_told_from_one_that_is_held()
    {
        Assert.True(Decode(
            RadiusMessage.Interim("n1", "192.168.0.1").Number(49, 14).Vendor(6527, 121, "180.0.1.248 1-9 router base")
                .Bytes(), Secret));

        Assert.True(heard.IsRelease);
    }

    [Theory]
    [InlineData("255.255.255.254")]
    [InlineData("255.255.255.255")]
    [InlineData("0.0.0.0")]
    public void Addresses_that_stand_for_choose_one_are_held_by_nobody(string address)
    {
        Assert.True(Decode(RadiusMessage.Start("s", address).Bytes(), Secret));

        Assert.Empty(heard.Addresses);
    }

    [Fact]
    public void A_prefix_that_would_hold_everybody_is_not_taken()
    {
        byte[] packet = RadiusMessage.Start("s", "100.64.0.1").Prefix(97, "::", 0).Prefix(123, "2001:db8::", 32)
            .Text(22, "0.0.0.0/0 0.0.0.0 1").Text(22, "192.0.2.8/29 0.0.0.0 0 pref 0").Bytes();

        Assert.True(Decode(packet, Secret));

        Assert.Equal(["100.64.0.1/32", "192.0.2.8/29"], Addresses());
        Assert.Equal(3UL, tally.BadAttributes);
    }

    [Fact]
    public void A_packet_made_without_the_secret_is_refused_and_so_is_one_that_was_altered()
    {
        byte[] packet = RadiusMessage.Start("s", "100.64.0.1").Bytes("other");
        Assert.False(Decode(packet, Secret));
        packet = RadiusMessage.Start("s", "100.64.0.1").Bytes();
        packet[^1] ^= 1;
        Assert.False(Decode(packet, Secret));

        Assert.Equal((2UL, 0UL), (tally.Unauthentic, tally.Taken));
    }

    [Fact]
    public void A_message_authenticator_that_does_not_fit_is_refused()
    {
        byte[] packet = RadiusMessage.Start("s", "100.64.0.1").Raw(80, new byte[16]).Bytes();

        Assert.False(Decode(packet, Secret));

        Assert.Equal(1UL, tally.Unauthentic);
    }

    [Fact]
    public void The_response_carries_the_identifier_the_proxies_and_the_right_authenticator()
    {
        byte[] packet = RadiusMessage.Start("s", "100.64.0.1").Raw(33, 1, 2).Raw(33, 3).Bytes();
        byte[] response = new byte[packet.Length];

        int length = RadiusSecret.Respond(packet, Secret, response);

        Assert.Equal(27, length);
        Assert.Equal([5, 77, 0, 27], response[..4]);
        Assert.Equal([33, 4, 1, 2, 33, 3, 3], response[20..27]);
#pragma warning disable CA5351 // RFC 2866 section 3 prescribes it.
        byte[] expected = System.Security.Cryptography.MD5.HashData(
            [.. response[..4], .. packet[4..20], .. response[20..27], .. Secret]);
#pragma warning restore CA5351
        Assert.Equal(expected, response[4..20]);
    }

    [Fact]
    public void A_proxy_that_asks_whether_the_box_is_there_is_believed_by_its_message_authenticator()
    {
        byte[] bare = new RadiusMessage(1, code: 12).Bytes();
        Assert.False(RadiusSecret.IsAuthentic(bare, Secret));

        byte[] packet = new RadiusMessage(1, code: 12).Raw(80, new byte[16]).Bytes();
#pragma warning disable CA5351 // RFC 2869 section 5.14 prescribes it.
        System.Security.Cryptography.HMACMD5.HashData(Secret, packet).CopyTo(packet, packet.Length - 16);
#pragma warning restore CA5351
        Assert.True(RadiusSecret.IsAuthentic(packet, Secret) && RadiusSecret.IsStatus(packet));
        Assert.False(RadiusSecret.IsAuthentic(packet, "other"u8));
        byte[] response = new byte[packet.Length];
        Assert.Equal((20, 5), (RadiusSecret.Respond(packet, Secret, response), response[0]));
    }

    [Fact]
    public void Every_cut_and_every_flipped_byte_of_a_packet_is_counted_and_never_thrown()
    {
        byte[] whole = RadiusMessage.Start("s", "100.64.0.1").Vendor(6527, 121, "180.0.1.248 1-9 router base")
            .Vendor(10415, 22, 0x82, 0x32, 0xF4, 0x51, 0x12, 0x34).Raw(241, 6, 3, 6, 1, 2, 3, 4)
            .Prefix(97, "fd00::", 64).Bytes();
        ulong calls = 0;
        for (int length = 0; length <= whole.Length; length++, calls++)
        {
            Decode(whole[..length], default);
        }

        for (int at = 0; at < whole.Length; at++)
        {
            for (int value = 0; value < 256; value += 5, calls++)
            {
                byte[] bent = [.. whole];
                bent[at] = (byte)value;
                Decode(bent, default);
            }
        }

        Assert.Equal(calls, tally.Taken + tally.Malformed + tally.Other + tally.Unauthentic);
    }

    [Fact]
    public void Random_bytes_behind_a_right_header_are_counted_and_never_thrown()
    {
        const int Seed = 20_241;
        Random random = new(Seed);
        SessionTable table = new(new LineOptions { SessionLimit = 1024 }, tally);
        for (ulong round = 1; round <= 20_000; round++)
        {
            byte[] packet = new byte[random.Next(0, 200)];
            random.NextBytes(packet);
            if (packet.Length > 26)
            {
                (packet[0], packet[2], packet[3]) = (4, 0, (byte)packet.Length);
                new byte[] { 40, 6, 0, 0, 0, (byte)random.Next(1, 4) }.CopyTo(packet, 20);
            }

            if (Decode(packet, default))
            {
                table.Take(heard);
            }

            Assert.True(round == tally.Taken + tally.Malformed + tally.Other, $"seed {Seed}, round {round}");
        }

        Assert.InRange(table.Count, 0, 1024);
    }

    [SharedFact("freeradius")]
    public void The_vectors_of_FreeRADIUS_decode_to_the_fields_that_it_names()
    {
        int compared = FreeRadiusVectors.Compare();

        Assert.InRange(compared, 40, int.MaxValue);
    }

    private bool Decode(byte[] packet, ReadOnlySpan<byte> secret) =>
        new RadiusDecoder(tally).TryDecode(packet, secret, Ip.FromV4(0x0A000001), Now, heard);

    private IEnumerable<string> Addresses() =>
        heard.Addresses.Select(prefix => $"{prefix.Address}/{prefix.Length}");
}
