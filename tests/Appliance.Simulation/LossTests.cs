using System.Globalization;
using Appliance.Flow;
using Appliance.Lab.Traffic;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation;

/// <summary>
/// What the mirror lost before the box is estimated from acknowledgments. The truth is the same plan without loss:
/// packets that were under way less packets that were shown, per leg.
/// </summary>
public sealed class LossTests(ITestOutputHelper output)
{
    private const double Share = 0.2;
    private const double NothingLost = 0.0002;

    // Mostly TCP, so that a short run holds enough acknowledged data for a share of 0.1 %.
    private static readonly TrafficPlan Plain = new()
    {
        Seed = 301,
        Flows = 12_000,
        Subscribers = 1000,
        FlowsPerSecond = 600,
        PacketsMean = 40,
        SecondsMean = 2,
        QuicShare = 0.05,
        DnsShare = 0.05,
        UdpShare = 0.01,
    };

    private static readonly Dictionary<string, TrafficPlan> Plans = new()
    {
        ["nothing inside, 0.1 % outside"] = Plain with { LossOutside = 0.001 },
        ["1 % inside, 5 % outside"] = Plain with { LossInside = 0.01, LossOutside = 0.05 },
        ["nothing inside, 1 % outside, 2 % late by 4 ms, 2 % twice"] = Plain with
        {
            LossOutside = 0.01, Reordering = 0.02, Duplication = 0.02,
        },
        ["0.1 % inside, nothing outside, jitter of 5 ms"] = Plain with { LossInside = 0.001, JitterMs = 5 },
        ["1 % inside, nothing outside, 5 % sent again"] = Plain with { LossInside = 0.01, RetransmitShare = 0.05 },
        ["5 % inside, 0.1 % outside, cut at 96 bytes"] = Plain with
        {
            LossInside = 0.05, LossOutside = 0.001, SnapLength = 96,
        },
        ["1 % inside, 1 % outside, more flows than are followed"] = Plain with
        {
            Flows = 40_000, FlowsPerSecond = 8000, PacketsMean = 12, LossInside = 0.01, LossOutside = 0.01,
        },
    };

    public static TheoryData<string> Names => [.. Plans.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_estimate_is_within_a_fifth_of_the_truth_on_each_leg(string name)
    {
        TrafficPlan plan = Plans[name];
        ulong[] shown = Run(plan);
        TrafficPlan all = plan with { LossInside = 0, LossOutside = 0, Duplication = 0 };
        using TwoLegTraffic whole = new(all, keepTruth: false);
        output.WriteLine("leg      under way     shown  truth ppm  estimate ppm  ratio  hidden packets  last interval");
        Judge(name, LegCounters.Inside, shown, Frames.Drain(whole.Inside), plan.LossInside);
        Judge(name, LegCounters.Outside, shown, Frames.Drain(whole.Outside), plan.LossOutside);
    }

    private void Judge(string name, LegCounters leg, ulong[] counters, long underWay, double loss)
    {
        ulong shown = counters[(int)leg.Packets] - counters[(int)leg.Copies];
        double truth = 1 - ((double)shown / underWay);
        double hidden = counters[(int)leg.Hidden];
        double estimate = hidden / (hidden + counters[(int)leg.Shown]);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{leg.Name,-8} {underWay,9:N0} {shown,10:N0} {truth * 1e6,10:F0} {estimate * 1e6,13:F0} "
            + $"{estimate / truth,6:F3} {counters[(int)leg.HiddenPackets],15:N0} {counters[(int)leg.Ppm],14:N0}"));
        string where = $"{name}, seed {Plans[name].Seed}, {leg.Name}";
        Assert.True(counters[(int)leg.Shown] > 10 * counters[(int)leg.OneWay], $"{where}: too little was followed");
        bool isRight = loss == 0 ? estimate < NothingLost : Math.Abs(estimate - truth) <= Share * truth;
        Assert.True(isRight, $"{where}: {estimate * 1e6:F0} ppm for {truth * 1e6:F0}");
    }

    private static ulong[] Run(TrafficPlan plan)
    {
        using TwoLegTraffic traffic = new(plan, keepTruth: false);
        FlowOptions options = new()
        {
            Rules =
            [
                new LegRule { Interface = 0, Leg = Leg.Inside, Name = "inside" },
                new LegRule { Interface = 1, Leg = Leg.Outside, Name = "outside" },
            ],
            BackPressure = false,
        };
        RecordQueue queue = new(1 << 20);
        FlowEngine engine = new(options, queue, new byte[32]);
        LegMerge merge = new(engine, traffic.Inside, traffic.Outside);
        while (merge.Step() != MergeStep.End)
        {
            queue.Release(queue.Peek().Length);
        }

        engine.CloseAll(EndReason.Stopped);
        return engine.Counters.ToArray();
    }

    private sealed record LegCounters(
        string Name, Counter Packets, Counter Copies, Counter Shown, Counter Hidden, Counter OneWay,
        Counter HiddenPackets, Counter Ppm)
    {
        public static LegCounters Inside { get; } = new(
            "inside", Counter.PacketsInside, Counter.DuplicatesInside, Counter.TcpShownInside, Counter.TcpHiddenInside,
            Counter.TcpOneWayInside, Counter.HiddenPacketsInside, Counter.LossInsidePpm);

        public static LegCounters Outside { get; } = new(
            "outside", Counter.PacketsOutside, Counter.DuplicatesOutside, Counter.TcpShownOutside,
            Counter.TcpHiddenOutside, Counter.TcpOneWayOutside, Counter.HiddenPacketsOutside, Counter.LossOutsidePpm);
    }
}
