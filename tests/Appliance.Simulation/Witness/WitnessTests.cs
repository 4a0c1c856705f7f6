using System.Collections.Concurrent;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation.Witness;

/// <summary>Logs and rules beside, or instead of, a leg of the mirror.</summary>
public sealed class WitnessTests(ITestOutputHelper output)
{
    private static readonly ConcurrentDictionary<string, Lazy<WitnessReport>> Reports = new();

    public static TheoryData<int> Runs => [.. Enumerable.Range(0, WitnessScenario.All.Count)];

    [Theory]
    [MemberData(nameof(Runs))]
    public void What_witnesses_say_is_never_wrong_and_is_used_where_it_can_be_certain(int number)
    {
        WitnessScenario scenario = WitnessScenario.All[number];
        WitnessReport report = Run(scenario);
        string repeat = $"{scenario}: {report}";
        output.WriteLine(repeat);
        Assert.True(report.Wrong == 0, repeat);
        Assert.True(report.Invented == 0, repeat);
        Assert.True(report.Flows > 5_000, repeat);
        Assert.True(report.Attributed >= report.Flows * scenario.LeastAttributed, repeat);
        Assert.True(report.Conflicts > 0 == scenario.HasConflicts, repeat);
    }

    /// <summary>The scenario's report; each is run once.</summary>
    internal static WitnessReport Run(WitnessScenario scenario) => Reports.GetOrAdd(
        scenario.Name, _ => new Lazy<WitnessReport>(() => WitnessRun.Check(scenario))).Value;
}
