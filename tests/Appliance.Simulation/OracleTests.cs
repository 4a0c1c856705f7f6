using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation;

/// <summary>Oracle and checker alone, before any product code is judged by them.</summary>
public sealed class OracleTests(ITestOutputHelper output)
{
    public static TheoryData<int> SmallRuns => [.. Enumerable.Range(0, 4)];

    [Theory]
    [MemberData(nameof(SmallRuns))]
    public void With_both_legs_whole_the_oracle_agrees_with_the_truth_and_tells_nearly_all(int number)
    {
        Scenario scenario = Scenario.Small[number];
        List<TruthFlow> truth = Frames.Truth(scenario.Plan);
        TruthReport report = TruthCheck.Run([], truth, scenario.Judge());
        output.WriteLine($"{scenario}: {report.Line()}");
        Assert.True(report.OracleWrong == 0, $"{scenario}: {report.Examples()}");

        // Probes come in pairs that nobody can tell; attempts without answer may have too little evidence.
        double special = (2 * scenario.Plan.ProbePairShare) + scenario.Plan.LoneSynShare + 0.02;
        int told = report.Distinguishable;
        Assert.True(told >= report.Flows * (1 - special), $"{scenario}: {report.Line()}");
    }

    [Fact]
    public void Identical_probes_of_two_lines_are_ambiguous_with_exactly_the_two()
    {
        TrafficPlan plan = new() { Seed = 5, Flows = 2000, ProbePairShare = 0.1 };
        List<TruthFlow> probes = [.. Frames.Truth(plan).Where(flow => flow.Spec.Class == FlowClass.Probe)];
        Dictionary<FlowTuple, OracleVerdict> verdicts = new Scenario("probes", plan).Judge()
            .ToDictionary(verdict => verdict.Flow.Tuple);
        Assert.True(probes.Count > 200);
        for (int n = 0; n + 1 < probes.Count; n += 2)
        {
            HashSet<FlowTuple> pair = [probes[n].Inner, probes[n + 1].Inner];
            foreach (TruthFlow probe in new[] { probes[n], probes[n + 1] })
            {
                OracleVerdict verdict = verdicts[probe.Outer];
                Assert.Equal(VerdictKind.Ambiguous, verdict.Kind);
                Assert.Equal(pair, verdict.Candidates.Select(flow => flow.Tuple).ToHashSet());
            }
        }
    }

    [Fact]
    public void A_perfect_product_passes_the_check()
    {
        (List<ProductFlow> product, List<TruthFlow> truth, IReadOnlyList<OracleVerdict> verdicts) = Perfect();
        TruthReport report = TruthCheck.Run(product, truth, verdicts);
        Assert.True(report.Wrong + report.Missing + report.Split + report.Invented == 0, report.Examples());
        Assert.True(report.CountersUnequal + report.NamesAbsent + report.NamesInvented == 0, report.Examples());
        Assert.Equal(report.Distinguishable, report.AttributedDistinguishable);
    }

    [Fact]
    public void Swapping_two_subscribers_in_the_truth_makes_the_check_fail()
    {
        (List<ProductFlow> product, List<TruthFlow> truth, IReadOnlyList<OracleVerdict> verdicts) = Perfect();
        uint first = truth.First(flow => flow.Spec.Reach == FlowReach.Nat44).Spec.SubscriberAddress;
        uint second = truth.First(flow => flow.Spec.Reach == FlowReach.Nat44
            && flow.Spec.SubscriberAddress != first).Spec.SubscriberAddress;
        List<TruthFlow> swapped = [.. truth.Select(flow => Swap(flow, first, second))];
        TruthReport report = TruthCheck.Run(product, swapped, verdicts);
        Assert.True(report.Wrong > 0, report.Line());
        Assert.True(report.Missing > 0, report.Line());
    }

    [Fact]
    public void One_packet_more_or_another_name_is_noticed()
    {
        (List<ProductFlow> product, List<TruthFlow> truth, IReadOnlyList<OracleVerdict> verdicts) = Perfect();
        int named = product.FindIndex(flow => flow.Name.Length > 0);
        product[named] = product[named] with { Name = "other.example", PacketsUp = product[named].PacketsUp + 1 };
        TruthReport report = TruthCheck.Run(product, truth, verdicts);
        Assert.Equal(1, report.CountersUnequal);
        Assert.Equal(1, report.NamesInvented);
    }

    private static TruthFlow Swap(TruthFlow flow, uint first, uint second)
    {
        FlowSpec spec = flow.Spec;
        spec.SubscriberAddress = spec.SubscriberAddress == first ? second
            : spec.SubscriberAddress == second ? first : spec.SubscriberAddress;
        return flow with { Spec = spec };
    }

    private static (List<ProductFlow> Product, List<TruthFlow> Truth, IReadOnlyList<OracleVerdict> Verdicts) Perfect()
    {
        TrafficPlan plan = new() { Seed = 3, Flows = 3000 };
        List<TruthFlow> truth = Frames.Truth(plan);
        List<ProductFlow> product = [.. truth.Where(flow => flow.Inside.Seen).Select(Record)];
        return (product, truth, new Scenario("perfect", plan).Judge());
    }

    private static ProductFlow Record(TruthFlow flow) => new()
    {
        Protocol = flow.Spec.Protocol,
        Line = new LineEnd(flow.Inner.Local, flow.Inner.LocalPort, flow.Inner.Softwire),
        Public = flow.Outside.Seen ? new LineEnd(flow.Outer.Local, flow.Outer.LocalPort) : default,
        Remote = new LineEnd(flow.Inner.Remote, flow.Inner.RemotePort),
        Attribution = flow.Outside.Seen ? Attribution.Mirror : Attribution.None,
        Name = flow.Spec.Class is FlowClass.Tls or FlowClass.Quic ? flow.Name : "",
        NameSource = flow.Spec.Class == FlowClass.Tls ? ServiceSource.Tls : ServiceSource.Quic,
        StartNs = flow.Inside.FirstNs,
        LastNs = flow.Inside.LastNs,
        PacketsUp = flow.Inside.PacketsUp,
        PacketsDown = flow.Inside.PacketsDown,
        BytesUp = flow.Inside.BytesUp,
        BytesDown = flow.Inside.BytesDown,
    };
}
