using System.Collections.Concurrent;
using Appliance.Lab.Oracle;
using Appliance.TestSupport;
using Appliance.Simulation.Witness;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation;

/// <summary>
/// The product's engine against truth and oracle, scenario by scenario, and the table that says how it went.
/// </summary>
public sealed class AttributionTests(ITestOutputHelper output)
{
    // A public tuple that is lent again within milliseconds may leave a record of its outside half beside the flow's
    // own, without a line: the table shows how many, and it is never a wrong line.
    private const int StraysMax = 5;

    // Of a quarter of a million flows. Mostly lookups with equal numbers half a second apart, of which one packet of
    // two agrees: for the oracle that is too few, for the product not yet told apart.
    private const int ChanceMax = 20;

    private static readonly ConcurrentDictionary<string, Lazy<TruthReport>> Reports = new();

    public static TheoryData<int> SmallRuns => [.. Enumerable.Range(0, Scenario.Small.Count)];

    public static TheoryData<int> LossyRuns => [.. Enumerable.Range(0, Scenario.Lossy.Count)];

    [Theory]
    [MemberData(nameof(SmallRuns))]
    public void With_both_legs_whole_exactly_what_can_be_known_is_attributed(int number) =>
        AssertWhole(Scenario.Small[number]);

    public static TheoryData<int> FamilyRuns => [.. Enumerable.Range(0, FamilyScenarios.Whole.Count)];

    public static TheoryData<int> LossyFamilyRuns => [.. Enumerable.Range(0, FamilyScenarios.Lossy.Count)];

    [Theory]
    [MemberData(nameof(FamilyRuns))]
    public void Between_address_families_exactly_what_can_be_known_is_attributed(int number) =>
        AssertWhole(FamilyScenarios.Whole[number]);

    [Theory]
    [MemberData(nameof(LossyFamilyRuns))]
    public void Between_address_families_with_packets_lost_nothing_is_wrong(int number) =>
        AssertLossy(FamilyScenarios.Lossy[number]);

    [Fact]
    public void Of_a_million_flows_behind_one_address_exactly_those_that_can_be_known_are_attributed() =>
        AssertWhole(Scenario.Million);

    [FullFact]
    public void Of_a_hundred_million_flows_exactly_those_that_can_be_known_are_attributed() =>
        HundredMillion.Run(AssertAlmostWhole);

    [Theory]
    [MemberData(nameof(LossyRuns))]
    public void With_packets_lost_nothing_is_wrong_and_what_can_be_known_is_attributed(int number) =>
        AssertLossy(Scenario.Lossy[number]);

    private void AssertLossy(Scenario scenario)
    {
        TruthReport report = Run(scenario);
        string repeat = $"{scenario}: {report.Line()}\n{report.Examples()}";
        Assert.True(report.Wrong + report.Missing + report.Invented == 0, repeat);
        Assert.True(scenario.LegFellSilent || report.Split <= scenario.StraysMax, repeat);
        Assert.True(report.CountersUnequal + report.NamesInvented == 0, repeat);
        Assert.True(report.AttributedDistinguishable >= report.Distinguishable * scenario.Least, repeat);
    }

    [Fact]
    public void The_checked_in_table_is_what_the_scenarios_give()
    {
        List<(Scenario, TruthReport)> rows =
            [.. Scenario.Small.Concat(Scenario.Lossy).Concat(FamilyScenarios.Whole).Concat(FamilyScenarios.Lossy)
                .Append(Scenario.Million).Select(s => (s, Run(s)))];
        List<(WitnessScenario, WitnessReport)> witnesses =
            [.. WitnessScenario.All.Select(scenario => (scenario, WitnessTests.Run(scenario)))];
        string table = AttributionTable.Write(rows, witnesses);
        string path = AttributionTable.Path;
        string before = File.Exists(path) ? File.ReadAllText(path) : "";
        if (before != table)
        {
            File.WriteAllText(path, table);
        }

        Assert.True(before == table, "ATTRIBUTION.md was not what the scenarios give; it is written anew: commit it.");
    }

    private void AssertWhole(Scenario scenario) => AssertWhole(scenario, Run(scenario));

    // Among so many flows some send equal bytes by chance, and the two judge by other means: the product knows that a
    // flow cannot be the one that it has joined already, the oracle that an address of its own is never translated.
    private static void AssertAlmostWhole(Scenario scenario, TruthReport report)
    {
        string repeat = AssertRight(scenario, report);
        Assert.True(report.Split <= StraysMax, repeat);
        Assert.InRange(report.Attributed - report.AttributedDistinguishable, 0, ChanceMax);
        Assert.True(report.Distinguishable - report.AttributedDistinguishable <= ChanceMax, repeat);
        Assert.True(report.Ambiguous - report.AmbiguousEqual <= ChanceMax, repeat);
        Assert.True(report.CountersUnequal + report.NamesInvented == 0, repeat);
    }

    private static string AssertRight(Scenario scenario, TruthReport report)
    {
        string repeat = $"{scenario}: {report.Line()}\n{report.Examples()}";
        Assert.True(report.OracleWrong == 0, repeat);
        Assert.True(report.Wrong + report.Missing + report.Invented == 0, repeat);
        return repeat;
    }

    private static void AssertWhole(Scenario scenario, TruthReport report)
    {
        string repeat = AssertRight(scenario, report);

        // Where a router behind the NAT turns a flow round, the outside half stays until both others are linked.
        Assert.True(report.Split <= (scenario.Plan.Family.HairpinIsOuter ? report.None : StraysMax), repeat);
        Assert.True(report.Attributed == report.Distinguishable, repeat);
        Assert.True(report.AttributedDistinguishable == report.Distinguishable, repeat);
        Assert.True(report.AmbiguousEqual == report.Ambiguous, repeat);
        Assert.True(report.CountersUnequal + report.NamesInvented == 0, repeat);

        // What the mirror cut off, or showed before the ports of its fragments, has no name to show.
        bool isShown = scenario.Plan.SnapLength == 0 && scenario.Plan.LateFirstShare == 0;
        Assert.True(!isShown || report.NamesAbsent <= report.NamesRight / 100, repeat);
    }

    private TruthReport Run(Scenario scenario)
    {
        TruthReport report = Reports.GetOrAdd(
            scenario.Name, _ => new Lazy<TruthReport>(() => EngineRun.Check(scenario))).Value;
        output.WriteLine($"{scenario}: {report.Line()}");
        return report;
    }
}
