using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;

namespace Appliance.Simulation;

/// <summary>A named plan. The name stands in ATTRIBUTION.md; name and seed repeat a failure.</summary>
public sealed record Scenario(string Name, TrafficPlan Plan)
{
    private const int SmallFlows = 20_000;

    /// <summary>Runs of 20,000 flows: every port mode, and every impairment in one of them.</summary>
    public static IReadOnlyList<Scenario> Small { get; } =
    [
        new("ports preserved", Of(1) with { Ports = PortMode.Preserving }),
        new("ports random", Of(2) with { Ports = PortMode.Random }),
        new("ports in blocks", Of(3) with { Ports = PortMode.Block }),
        new("ports overloaded towards different remotes", Of(4) with
        {
            Ports = PortMode.Overloaded, OverloadShare = 0.9,
        }),
        new("four public addresses", Of(5) with { PublicAddresses = 4 }),
        new("one hot destination", Of(6) with { Ports = PortMode.Overloaded, Remotes = 1, Names = 1 }),
        new("identical probes of two lines", Of(7) with { ProbePairShare = 0.05 }),
        new("identical probes, ports preserved", Of(8) with { ProbePairShare = 0.05, Ports = PortMode.Preserving }),
        new("outside leg 400 ms late", Of(9) with { DelayMs = 400 }),
        new("outside leg 400 ms early", Of(10) with { DelayMs = -400 }),
        new("jitter of 20 ms", Of(11) with { JitterMs = 20 }),
        new("2 % shown twice", Of(12) with { Duplication = 0.02 }),
        new("2 % reordered by 4 ms", Of(13) with { Reordering = 0.02 }),
        new("5 % sent again", Of(14) with { RetransmitShare = 0.05 }),
        new("no TCP timestamps", Of(15) with { NoTimestampShare = 1 }),
        new("every ClientHello split", Of(16) with { SplitShare = 1, PostQuantumShare = 0.5 }),
        new("public ports used again after 10 ms", Of(17) with
        {
            Ports = PortMode.Overloaded, TcpHoldMs = 10, Remotes = 2,
        }),
        new("connection attempts without answer", Of(18) with { LoneSynShare = 0.3 }),
        new("captures cut at 192 bytes", Of(19) with { SnapLength = 192 }),
    ];

    /// <summary>Runs in which a leg lost packets: not every flow can be told, none may be wrong.</summary>
    public static IReadOnlyList<Scenario> Lossy { get; } =
    [
        new("1 % lost inside", Of(31) with { LossInside = 0.01 }),
        new("1 % lost outside", Of(32) with { LossOutside = 0.01 }),
        new("1 % lost on both legs", Of(33) with { LossInside = 0.01, LossOutside = 0.01 }),
        new("5 % lost on both legs", Of(34) with { LossInside = 0.05, LossOutside = 0.05 }),
        new("5 % lost, twice and late, overloaded", Of(35) with
        {
            LossInside = 0.05, LossOutside = 0.05, Duplication = 0.02, Reordering = 0.02, Ports = PortMode.Overloaded,
        }),
    ];

    /// <summary>A million flows of 5,000 lines behind one address.</summary>
    public static Scenario Million { get; } = new("a million flows, 5,000 lines, one address", new TrafficPlan
    {
        Seed = 1_000_000,
        Flows = 1_000_000,
        Subscribers = 5000,
        FlowsPerSecond = 2000,
        PacketsMean = 8,
        SecondsMean = 2,
        Remotes = 2000,
        Names = 3000,
        Ports = PortMode.Overloaded,
        ProbePairShare = 0.002,
    });

    /// <summary>The oracle's verdicts on a fresh run of the plan.</summary>
    public IReadOnlyList<OracleVerdict> Judge()
    {
        using TwoLegTraffic traffic = new(Plan, keepTruth: false);
        return BruteForceOracle.Judge(traffic.Inside, traffic.Outside, ScenarioNet.ForOracle(traffic.Families));
    }

    public override string ToString() => $"{Name} (seed {Plan.Seed})";

    private static TrafficPlan Of(ulong seed) => new() { Seed = seed, Flows = SmallFlows };
}
