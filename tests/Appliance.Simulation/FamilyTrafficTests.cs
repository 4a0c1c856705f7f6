using System.Buffers.Binary;
using Appliance.Flow;
using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation;

/// <summary>
/// The generator's families alone: frames are well-formed, and addresses are what the RFCs make of them.
/// </summary>
public sealed class FamilyTrafficTests
{
    public static TheoryData<LineFamily> Families => [.. Enum.GetValues<LineFamily>()];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_checksum_of_both_legs_is_right_in_every_family(LineFamily family)
    {
        TrafficPlan plan = new()
        {
            Seed = 7,
            Flows = 800,
            DirectShare = 0.4,
            Family = new FamilyPlan { Family = family, ExtensionShare = 0.3, Nat64Prefix = "2001:db8:64::/40" },
        };
        using TwoLegTraffic traffic = new(plan, keepTruth: false);
        int sixes = 0;
        foreach ((PacketRef _, byte[] frame) in Frames.All(traffic.Inside).Concat(Frames.All(traffic.Outside)))
        {
            Assert.True(OracleFrame.TryParse(frame, out OracleFrame parsed), $"{family}, seed {plan.Seed}");
            int l4 = TransportAt(frame);
            bool isV4Echo = parsed.Protocol == 1;
            uint pseudo = isV4Echo ? 0 : Sum(parsed.Source) + Sum(parsed.Target) + parsed.Protocol
                + (uint)(frame.Length - l4);
            Assert.Equal(0xFFFF, Fold(pseudo + Sum(frame.AsSpan(l4))));
            sixes += frame[14] >> 4 == 6 ? 1 : 0;
        }

        Assert.Equal(family is not (LineFamily.Nat44 or LineFamily.TwiceNat or LineFamily.Hairpin), sixes > 1000);
    }

    // RFC 6296 section 3.1: the example of a /48 whose subnet takes up the difference.
    [Fact]
    public void A_prefix_is_exchanged_as_RFC_6296_has_it()
    {
        Assert.True(Ip.TryParse("FD01:0203:0405:0001::1234", out Ip inside));
        Assert.True(Ip.TryParse("2001:0DB8:0001:D550::1234", out Ip outside));
        Ip privatePrefix = new(0xFD01_0203_0405_0000, 0);
        Ip publicPrefix = new(0x2001_0DB8_0001_0000, 0);
        Assert.Equal(outside, Embedding.Exchange(inside, privatePrefix, publicPrefix));
        Assert.Equal(inside, Embedding.Exchange(outside, publicPrefix, privatePrefix));
    }

    // RFC 6052 section 2.4.
    [Theory]
    [InlineData("2001:db8::/32", "2001:db8:c000:221::")]
    [InlineData("2001:db8:100::/40", "2001:db8:1c0:2:21::")]
    [InlineData("2001:db8:122::/48", "2001:db8:122:c000:2:2100::")]
    [InlineData("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::")]
    [InlineData("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::")]
    [InlineData("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33")]
    public void An_address_is_embedded_as_RFC_6052_has_it(string prefix, string embedded)
    {
        Assert.True(IpPrefix.TryParse(prefix, out IpPrefix range));
        Assert.True(Ip.TryParse(embedded, out Ip expected));
        Assert.Equal(expected, Embedding.Embed(range, 0xC000_0221));
        OracleNet net = new() { IsInside = _ => true, IsPublic = _ => true, Nat64 = range };
        Assert.True(net.TryOutside(expected, out Ip outside));
        Assert.Equal(Ip.FromV4(0xC000_0221), outside);
    }

    private static int TransportAt(byte[] frame)
    {
        int at = 14;
        int next = 0;
        if (frame[at] >> 4 == 6)
        {
            next = frame[at + 6];
            at += 40;
            while (next is 0 or 44 or 60)
            {
                (next, at) = (frame[at], at + 8);
            }
        }

        return frame[14] >> 4 == 4 || next == 4 ? at + ((frame[at] & 15) * 4) : at;
    }

    private static uint Sum(Ip address)
    {
        byte[] bytes = new byte[16];
        return Sum(bytes.AsSpan(0, address.Write(bytes)));
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            sum += (uint)bytes[at] << ((at & 1) == 0 ? 8 : 0);
        }

        return sum;
    }

    private static int Fold(uint sum)
    {
        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (int)sum;
    }
}
