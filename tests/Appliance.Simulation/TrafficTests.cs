using System.Buffers.Binary;
using System.Security.Cryptography;
using Appliance.Flow;
using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;
using Xunit;
using QuicKeys = Appliance.Lab.Traffic.QuicKeys;

namespace Appliance.Simulation;

/// <summary>The generator alone: what it shows is well-formed, repeatable and what its truth says.</summary>
public sealed class TrafficTests
{
    private static readonly TrafficPlan Mixed = new()
    {
        Seed = 99,
        Flows = 3000,
        LossInside = 0.02,
        LossOutside = 0.02,
        Duplication = 0.01,
        Reordering = 0.01,
        ProbePairShare = 0.01,
        Ports = PortMode.Overloaded,
    };

    [Fact]
    public void Equal_plans_give_equal_bytes_and_another_seed_gives_others()
    {
        Assert.Equal(Digest(Mixed), Digest(Mixed with { }));
        Assert.NotEqual(Digest(Mixed), Digest(Mixed with { Seed = 100 }));
    }

    [Fact]
    public void Stamps_never_step_back_and_frames_lie_within_their_block()
    {
        using TwoLegTraffic traffic = new(Mixed, keepTruth: false);
        foreach (IPacketSource leg in new[] { traffic.Inside, traffic.Outside })
        {
            long last = 0;
            foreach ((PacketRef packet, byte[] bytes) in Frames.All(leg))
            {
                Assert.True(packet.StampNs >= last, $"seed {Mixed.Seed}: a stamp steps back");
                Assert.Equal(packet.Length, bytes.Length);
                last = packet.StampNs;
            }
        }
    }

    [Fact]
    public void Every_checksum_of_both_legs_is_right()
    {
        using TwoLegTraffic traffic = new(Mixed, keepTruth: false);
        int checkedFrames = 0;
        foreach ((PacketRef _, byte[] frame) in Frames.All(traffic.Inside).Concat(Frames.All(traffic.Outside)))
        {
            ReadOnlySpan<byte> ip = frame.AsSpan(14);
            Assert.Equal(0xFFFF, Fold(Sum(ip[..20])));
            uint pseudo = ip[9] == 1 ? 0 : Sum(ip[12..20]) + ip[9] + (uint)(ip.Length - 20);
            Assert.Equal(0xFFFF, Fold(pseudo + Sum(ip[20..])));
            checkedFrames++;
        }

        Assert.True(checkedFrames > 50_000, $"only {checkedFrames} frames");
    }

    [Fact]
    public void The_truth_counts_what_the_legs_show_without_copies()
    {
        List<TruthFlow> truth = Frames.Truth(Mixed);
        using TwoLegTraffic traffic = new(Mixed, keepTruth: false);
        Assert.Equal(Count(traffic.Inside), Total(truth, flow => flow.Inside));
        Assert.Equal(Count(traffic.Outside), Total(truth, flow => flow.Outside));
    }

    [Fact]
    public void Overloading_lends_one_public_port_to_two_lines_at_once_towards_different_remotes()
    {
        List<TruthFlow> truth = Frames.Truth(Mixed with { OverloadShare = 0.9 });
        var shared = truth.Where(flow => flow.Spec.Reach == FlowReach.Nat44 && flow.Outside.Seen)
            .GroupBy(flow => (flow.Spec.Protocol, flow.Spec.PublicAddress, flow.Spec.PublicPort))
            .Count(port => port.Any(a => port.Any(b =>
                a.Spec.SubscriberAddress != b.Spec.SubscriberAddress
                && a.Outside.FirstNs < b.Outside.LastNs && b.Outside.FirstNs < a.Outside.LastNs)));
        Assert.True(shared > 100, $"only {shared} ports were shared, seed {Mixed.Seed}");
    }

    [Fact]
    public void Initial_keys_are_those_of_RFC_9001_appendix_A()
    {
        // Client Initial of appendix A.2: 1162 bytes of frames, packet number 2 in four bytes.
        byte[] packet = new byte[1200];
        Convert.FromHexString("c300000001088394c8f03e5157080000449e00000002").CopyTo(packet, 0);
        Convert.FromHexString(
            "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c"
            + "00000413011302010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006"
            + "001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa4"
            + "7fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306"
            + "03020308040805080600"
            + "2d00020101001c00024001003900320408ffffffffffffffff05048000ffff07048000ffff0801100104"
            + "8000753009011"
            + "00f088394c8f03e51570806048000ffff").CopyTo(packet, 22);
        using QuicKeys keys = new(Convert.FromHexString("8394c8f03e515708"), client: true);
        keys.Seal(packet, numberAt: 18, numberLength: 4, number: 2);
        Assert.Equal("c000000001088394c8f03e5157080000449e7b9aec34", Convert.ToHexStringLower(packet.AsSpan(0, 22)));
        Assert.Equal("e221af44860018ab0856972e194cd934", Convert.ToHexStringLower(packet.AsSpan(1184)));
    }

    private static string Digest(TrafficPlan plan)
    {
        using TwoLegTraffic traffic = new(plan, keepTruth: false);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> stamp = stackalloc byte[8];
        foreach (IPacketSource leg in new[] { traffic.Inside, traffic.Outside })
        {
            foreach ((PacketRef packet, byte[] bytes) in Frames.All(leg))
            {
                BinaryPrimitives.WriteInt64BigEndian(stamp, packet.StampNs);
                hash.AppendData(stamp);
                hash.AppendData(bytes);
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static (long Packets, long Bytes) Count(IPacketSource leg)
    {
        HashSet<(UInt128, ushort, ushort)> seen = [];
        long packets = 0;
        long ipBytes = 0;
        foreach ((PacketRef packet, byte[] bytes) in Frames.All(leg))
        {
            Assert.True(OracleFrame.TryParse(bytes, out OracleFrame frame));
            UInt128 whole = BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(bytes));
            if (seen.Add((whole, frame.IpId, 0)))
            {
                packets++;
                ipBytes += packet.Length - 14;
            }
        }

        return (packets, ipBytes);
    }

    private static (long Packets, long Bytes) Total(List<TruthFlow> truth, Func<TruthFlow, LegView> leg) =>
        (truth.Sum(flow => (long)leg(flow).PacketsUp + leg(flow).PacketsDown),
         truth.Sum(flow => (long)(leg(flow).BytesUp + leg(flow).BytesDown)));

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
