using Xunit;

namespace Appliance.Simulation.Clocks;

public sealed class ClockTableTests
{
    [Fact]
    public void The_checked_in_table_of_targets_is_what_the_runs_measure()
    {
        string table = ClockTable.Write();
        string before = File.Exists(ClockTable.Path) ? File.ReadAllText(ClockTable.Path) : "";
        if (before != table)
        {
            File.WriteAllText(ClockTable.Path, table);
        }

        for (int target = 1; target <= 22; target++)
        {
            Assert.Contains($"| T{target} |", table);
        }

        Assert.True(
            before == table, "CLOCK.md was not what the runs measure; it is written anew: look, and commit it.");
    }
}
