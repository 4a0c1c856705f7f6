using Appliance.Flow;
using Appliance.Lab.Traffic;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation;

/// <summary>The packet path between families: nothing is allocated there either.</summary>
public sealed class FamilyPathTests
{
    [Theory]
    [InlineData(LineFamily.Native6)]
    [InlineData(LineFamily.Nat64)]
    [InlineData(LineFamily.DsLite)]
    [InlineData(LineFamily.Hairpin)]
    public void The_packet_path_allocates_nothing_in_any_family(LineFamily family)
    {
        TrafficPlan plan = new()
        {
            Seed = 11,
            Flows = 8000,
            FlowsPerSecond = 2000,
            DirectShare = 0.5,
            Family = new FamilyPlan { Family = family, Share = 1 },
        };
        using TwoLegTraffic traffic = new(plan, keepTruth: false);
        FlowOptions options = ScenarioNet.ForEngine(plan, traffic.Families) with { BackPressure = false };
        FlowEngine engine = new(options, new RecordQueue(1 << 16), new byte[32]);
        (PacketRef Packet, byte[] Bytes)[] frames =
            [.. Frames.All(traffic.Inside).Concat(Frames.All(traffic.Outside)).OrderBy(frame => frame.Packet.StampNs)];
        int half = frames.Length / 2;
        Feed(engine, frames.AsSpan(0, half));

        long before = GC.GetAllocatedBytesForCurrentThread();
        Feed(engine, frames.AsSpan(half));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        Assert.True(frames.Length - half >= 50_000, $"only {frames.Length} frames, seed {plan.Seed}");
        Assert.True(engine.Counters[(int)Counter.FlowsAttributed] > 4000, $"{family}, seed {plan.Seed}");
        Assert.Equal(0UL, engine.Counters[(int)Counter.FlowsRefused]);
    }

    private static void Feed(FlowEngine engine, ReadOnlySpan<(PacketRef Packet, byte[] Bytes)> frames)
    {
        foreach ((PacketRef packet, byte[] bytes) in frames)
        {
            PacketRef own = packet;
            own.Offset = 0;
            engine.Process(bytes, new ReadOnlySpan<PacketRef>(ref own));
        }
    }
}
