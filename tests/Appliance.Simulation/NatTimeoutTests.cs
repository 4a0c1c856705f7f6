using System.Globalization;
using Appliance.Flow;
using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation;

/// <summary>
/// How long the NAT keeps a binding, learned from what becomes of public tuples after silences; and what a known
/// binding is worth to the join.
/// </summary>
public sealed class NatTimeoutTests(ITestOutputHelper output)
{
    // The simulated NAT keeps a port from the latest possible end of its flow, which is up to three seconds after the
    // last packet; learned silences stand in classes of a fifth.
    private const double LeastShare = 0.8;
    private const double MostShare = 1.25;

    private static readonly Dictionary<string, TrafficPlan> Plans = new()
    {
        ["120 s"] = Scenario.Returns(301),
        ["90 s"] = Scenario.Returns(302) with { UdpHoldSeconds = 90 },
        ["180 s, ports in blocks"] = Scenario.Returns(303) with { UdpHoldSeconds = 180, Ports = PortMode.Block },
        ["120 s, 5 % lost on both legs"] = Scenario.Returns(304) with { LossInside = 0.05, LossOutside = 0.05 },
    };

    public static TheoryData<string> Names => [.. Plans.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_timeout_lies_between_the_longest_kept_and_the_shortest_changed_silence(string name)
    {
        TrafficPlan plan = Plans[name];
        (NatTimeoutReading udp, ulong[] counters) = Run(plan);
        string repeat = string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, seed {plan.Seed}: kept {udp.Kept} times, to {udp.KeptMs} ms; changed {udp.Changed} times, from "
            + $"{udp.ChangedMs} ms; {udp.Against} against");
        output.WriteLine(repeat);
        double holdMs = plan.UdpHoldSeconds * 1000.0;
        Assert.True(udp.Kept >= 500, repeat);
        Assert.True(udp.Changed >= 20, repeat);
        Assert.InRange(udp.KeptMs, LeastShare * holdMs, MostShare * holdMs);
        Assert.InRange(udp.ChangedMs, LeastShare * holdMs, MostShare * holdMs);
        Assert.True(udp.Against * 50 <= udp.Kept + udp.Changed, repeat);
        Assert.True(counters[(int)Counter.TuplesKept] >= udp.Kept, repeat);
    }

    [Fact]
    public void A_nat_that_preserves_ports_teaches_nothing()
    {
        (NatTimeoutReading udp, _) = Run(Scenario.Returns(305) with { Ports = PortMode.Preserving, Flows = 5000 });
        Assert.True(udp.Kept < 20, $"{udp.Kept}");
    }

    [Theory]
    [InlineData(311, 0, 0)]
    [InlineData(312, 0.05, 0)]
    [InlineData(313, 0, 0.3)]
    public void Little_content_is_enough_where_the_binding_is_known_and_never_for_the_wrong_line(
        ulong seed, double loss, double imitated)
    {
        Scenario scenario = new("short returns", Scenario.Returns(seed) with
        {
            ShortReturnShare = 0.4, RewritesHeaders = true, LossInside = loss, LossOutside = loss,
            ImitationShare = imitated,
        });
        TruthReport report = EngineRun.Check(scenario);
        output.WriteLine(report.Line());
        Assert.True(report.Wrong + report.Invented == 0, $"{scenario}: {report.Line()}\n{report.Examples()}");
        Assert.True(loss > 0 || report.OracleWrong == 0, $"{scenario}: {report.Line()}");

        // Returns within the timeout that show three packets of two bytes: 48 bits, and the known tuple.
        Assert.True(
            imitated > 0 || report.Attributed > report.AttributedDistinguishable + 200,
            $"{scenario}: {report.Line()}");
    }

    private static (NatTimeoutReading Udp, ulong[] Counters) Run(TrafficPlan plan)
    {
        using TwoLegTraffic traffic = new(plan, keepTruth: false);
        RecordQueue queue = new(1 << 16);
        FlowEngine engine = new(ScenarioNet.ForEngine(plan, traffic.Families), queue, EngineRun.Key);
        LegMerge merge = new(engine, traffic.Inside, traffic.Outside);
        while (merge.Step() != MergeStep.End)
        {
            queue.Release(queue.Peek().Length);
        }

        foreach (NatTimeoutReading reading in engine.NatTimeouts)
        {
            if (reading.Class == NatClass.Udp)
            {
                return (reading, engine.Counters.ToArray());
            }
        }

        throw new InvalidOperationException("the engine tells no timeout of UDP");
    }
}
