using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;

namespace Appliance.Simulation;

/// <summary>A named plan. The name stands in ATTRIBUTION.md; name and seed repeat a failure.</summary>
public sealed record Scenario(string Name, TrafficPlan Plan)
{
    private const int SmallFlows = 20_000;
    private readonly double? least;

    public bool RewritesTcp => Plan.RewritesSequence || Plan.StripsTimestamps;

    /// <summary>The engine has to find out that the NAT rewrites TCP.</summary>
    public bool Learns { get; init; }

    /// <summary>
    /// Flows with a record that had to say less than a later one: seen on one side first, or too little was known of
    /// the loss yet.
    /// </summary>
    public int StraysMax { get; init; } = 5;

    /// <summary>What was outside while the inside leg showed nothing stands in records of its own.</summary>
    public bool LegFellSilent => Plan.SilentInsideSeconds.To > 0;

    /// <summary>
    /// Share of the distinguishable flows that must be attributed. At 5 % loss one packet alone proves nothing any
    /// more: connection attempts and lookups of one seen packet stay open.
    /// </summary>
    public double Least
    {
        get => least ?? (Learns ? 0.8 : Math.Max(Plan.LossInside, Plan.LossOutside) > 0.02 ? 0.97 : 0.995);
        init => least = value;
    }

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
        new("delay drifts by 200 ms", Of(20) with { DelayMs = -100, DriftMsPerSecond = 5 }),
        new("delay steps by 300 ms and back by 350", Of(21) with
        {
            StepMs = 300, StepSeconds = 15, NextStepMs = -350, NextStepSeconds = 28,
        }),
        new("delay steps down by 350 ms", Of(22) with { DelayMs = 100, StepMs = -350, StepSeconds = 20 }),
        new("endpoint-independent mapping, ports used for many remotes", Of(23) with
        {
            EndpointIndependent = true, PortReuseShare = 0.8, UdpShare = 0.2,
        }),
        new("arbitrary pooling over four addresses", Of(24) with { PublicAddresses = 4, ArbitraryPooling = true }),
        new("the same, endpoint-independent", Of(25) with
        {
            PublicAddresses = 4, ArbitraryPooling = true, EndpointIndependent = true, PortReuseShare = 0.8,
            UdpShare = 0.2,
        }),
        new("MSS, DSCP and IP id rewritten", Of(26) with { RewritesHeaders = true }),
        new("datagrams in two fragments", Of(43) with { UdpShare = 0.4, FragmentShare = 0.5 }),
        new("TCP segments in two fragments", Of(44) with { TcpFragmentShare = 0.4 }),
        new("fragments, 10 % of the first ones after the second", Of(45) with
        {
            UdpShare = 0.3, FragmentShare = 0.5, TcpFragmentShare = 0.3, LateFirstShare = 0.1,
        }),
        new("payload length changed: FTP and SIP through gateways", Of(46) with { FtpShare = 0.15, SipShare = 0.05 }),
        new("5 % of flows imitated by another line at once", Of(27) with { ImitationShare = 0.05 }),
        new("5 % of flows replayed by another line", Of(28) with { ReplayShare = 0.05 }),
        new("bindings kept for 120 s, their flows begin again after 65 to 240 s", Returns(61)),
        new("the same, port and remote", Returns(62) with { EndpointIndependent = false }),
    ];

    /// <summary>
    /// Runs in which a leg lost packets, or less can be compared: not every flow can be told, none may be wrong.
    /// </summary>
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
        new("outside leg silent for 10 s", Of(36) with { SilentOutsideSeconds = (15, 25) }),
        new("inside leg silent for 10 s", Of(37) with { SilentInsideSeconds = (15, 25) }),
        new("flows that run when the capture starts", Of(38) with { MirrorFromSeconds = 10, SecondsMean = 8 }),
        new("fragments, 5 % of the first ones missing on either leg", Of(47) with
        {
            UdpShare = 0.3, FragmentShare = 0.5, TcpFragmentShare = 0.3, FirstFragmentLoss = 0.05,
        }),
        new("payload length changed, flows that run when the capture starts", Of(48) with
        {
            FtpShare = 0.15, SipShare = 0.05, MirrorFromSeconds = 10, SecondsMean = 8,
        })
        {
            // A connection whose numbers were moved before the capture began agrees in nothing.
            Least = 0.97,
        },
        new("5 % imitated by another line, 5 % lost", Of(39) with
        {
            ImitationShare = 0.05, LossInside = 0.05, LossOutside = 0.05,
        }),
        new("half imitated, 1.2 % lost", Of(51) with
        {
            ImitationShare = 0.5, LossInside = 0.012, LossOutside = 0.012,
        }),
        new("half imitated, 5 % lost", Of(52) with { ImitationShare = 0.5, LossInside = 0.05, LossOutside = 0.05 }),
        new("half imitated, 12 % lost", Of(53) with
        {
            ImitationShare = 0.5, FlowsPerSecond = 200, LossInside = 0.12, LossOutside = 0.12,
        })
        {
            Least = 0.75,
            StraysMax = 50,
        },
        new("30 % imitated, 5 % lost, few flows, many of them little", Returns(316) with
        {
            ImitationShare = 0.3, LossInside = 0.05, LossOutside = 0.05, ShortReturnShare = 0.4,
        })
        {
            // With 25 flows a second it takes a minute until the loss is known.
            StraysMax = 200,
        },
        new("a line floods the join with one content", Of(40) with { FloodShare = 0.3 }),
        new("TCP sequence numbers rewritten, known", Of(29) with { RewritesSequence = true }),
        new("TCP timestamps taken away, known", Of(30) with { StripsTimestamps = true }),
        new("TCP sequence numbers rewritten, learned", Of(41) with { RewritesSequence = true }) { Learns = true },
        new("TCP timestamps taken away, learned", Of(42) with { StripsTimestamps = true }) { Learns = true },
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

    /// <summary>An oracle that knows the network of the plan.</summary>
    public BruteForceOracle Oracle(FamilyMap families) =>
        new(ScenarioNet.ForOracle(families) with { IsRewritten = RewritesTcp, IsResized = Plan.FtpShare > 0 });

    /// <summary>The oracle's verdicts on a fresh run of the plan.</summary>
    public IReadOnlyList<OracleVerdict> Judge()
    {
        using TwoLegTraffic traffic = new(Plan, keepTruth: false);
        BruteForceOracle oracle = Oracle(traffic.Families);
        Frames.Drain(new OracleTap(traffic.Inside, oracle, isOutside: false));
        Frames.Drain(new OracleTap(traffic.Outside, oracle, isOutside: true));
        return oracle.Judge();
    }

    public override string ToString() => $"{Name} (seed {Plan.Seed})";

    /// <summary>
    /// Flows that fall silent for longer than they are remembered, and begin again under the old public tuple where
    /// the NAT still holds it, under another where it has forgotten: then somebody else may have the old one.
    /// </summary>
    public static TrafficPlan Returns(ulong seed) => Of(seed) with
    {
        EndpointIndependent = true, FlowsPerSecond = 25, SecondsMean = 1, UdpShare = 0.5, QuicShare = 0.1,
        DnsShare = 0.1, ReturnShare = 0.6, UdpHoldSeconds = 120,
    };

    private static TrafficPlan Of(ulong seed) => new() { Seed = seed, Flows = SmallFlows };
}
