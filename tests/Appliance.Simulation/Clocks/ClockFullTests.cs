using Appliance.TestSupport;
using Xunit;

namespace Appliance.Simulation.Clocks;

public sealed class ClockFullTests
{
    [Fact]
    public void At_full_length_no_bound_is_broken_and_no_clean_sky_raises_more_than_its_alarms()
    {
        if (FullRun.IsOn)
        {
            ClockFull.Run();
        }

        List<ClockFullRow> rows = ClockFull.Rows();
        Assert.All(rows.Where(row => row.Part.StartsWith("T5", StringComparison.Ordinal)), row =>
            Assert.True(row.Bad <= row.Count / 10_000, row.ToString()));
        Assert.All(rows.Where(row => row.Part.StartsWith("T13", StringComparison.Ordinal)), row =>
            Assert.True(row.Bad <= 20, row.ToString()));
        Assert.Contains("| part | class |", ClockFull.Section());
    }
}
