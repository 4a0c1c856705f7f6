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
        Assert.True(report.Clear > 19_000, repeat);
        Assert.True(report.ClearNamed >= report.Clear * scenario.LeastNamed, repeat);

        // Two lines only where a session's begin or end is near.
        Assert.True(report.Both <= report.Flows - report.Clear, repeat);
    }

    [Fact]
    public void The_floor_is_one_that_a_table_which_hears_too_little_falls_below()
    {
        LineReport report = new LineRun(new LineScenario("canary", 107) { Lost = 0.4 }).Check();
        Assert.True(report.ClearNamed < report.Clear * LineScenario.All.Min(s => s.LeastNamed), $"{report}");
    }
}
