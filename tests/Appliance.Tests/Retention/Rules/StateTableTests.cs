using Xunit;

namespace Appliance.Tests.Retention.Rules;

/// <summary>The checked-in table of States is what the gate says today.</summary>
public sealed class StateTableTests
{
    [Fact]
    public void The_checked_in_table_is_what_the_gate_says()
    {
        string table = StateTable.Write();
        string before = File.Exists(StateTable.Path) ? File.ReadAllText(StateTable.Path) : "";
        if (before != table)
        {
            File.WriteAllText(StateTable.Path, table);
        }

        Assert.True(
            before == table,
            "JURISDICTIONS.md was not what the gate says; it is written anew: look at it and commit it.");
    }

    [Fact]
    public void Every_line_has_an_order_that_passes_or_says_that_no_power_is_stated()
    {
        string[] lines =
            [.. StateTable.Write().Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal))];

        Assert.True(lines.Length > 90);
        Assert.DoesNotContain(lines, line => line.Contains("NOTHING", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("``", StringComparison.Ordinal));
    }
}
