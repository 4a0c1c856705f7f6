using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation;

/// <summary>Whose line an inside address was, by sessions whose messages come late, twice or not at all.</summary>
public sealed class LineTests(ITestOutputHelper output)
{
    public static TheoryData<int> Runs => [.. Enumerable.Range(0, LineScenario.All.Count)];

    [Theory]
    [MemberData(nameof(Runs))]
    public void No_flow_is_given_a_line_that_did_not_hold_its_address(int number)
    {
        LineScenario scenario = LineScenario.All[number];
        LineReport report = new LineRun(scenario).Check();
        output.WriteLine($"{scenario}: {report}");

        string repeat = $"{scenario}: {report}";
        Assert.True(report.Wrong == 0, repeat);
        Assert.True(report.BothRight == report.Both, repeat);
        Assert.True(report.Named + report.Both + report.None == report.Flows, repeat);
        if (scenario.Lost == 0)
        {
            Assert.True(report.Named >= report.Clear * 0.999, repeat);
        }
    }
}
