using System.Text;
using Appliance.Supervisor.SelfTest;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Firmware.Board;

/// <summary>The whole firmware on the simulated board, and FIRMWARE.md, which is written from what was seen.</summary>
public sealed class FirmwareTableTests
{
    private static readonly (string Group, string Name)[] NotCovered =
    [
        ("chip", "nanoFramework's UART, I2C and GPIO drivers, and their timing (compiled against stand-ins only)"),
        ("chip", "how long P-256 takes on the chip (0.5 s on x64); between its steps the loop goes on"),
        ("chip", "the watchdog beside the chip (MAX6369) itself: simulated by its data sheet"),
        ("update", "a memory rewritten with a probe: hashes are checked at each start, signatures only when taken"),
        ("update", "loading an image from a slot on the chip: only the interpreter for x64 did it (Assembly.Load)"),
        ("tamper", "opened and closed again while there is no power: only the seal of the case tells"),
        ("clock", "a receiver that is spoofed slowly: the host's clock engine watches for that"),
    ];

    private static string TablePath => Path.Combine(Checkout.Root, "tests", "Appliance.Tests", "FIRMWARE.md");

    private static Scenario[] Scenarios =>
        [.. ClockScenarios.All, .. TamperScenarios.All, .. HostScenarios.All, .. UpdateScenarios.All];

    [Fact]
    public void Every_scenario_holds_and_the_checked_in_table_is_what_was_seen()
    {
        string[] seen = new string[Scenarios.Length];
        List<string> failures = [];
        Parallel.For(0, seen.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            Scenario scenario = Scenarios[i];
            try
            {
                seen[i] = scenario.Seen(new World());
            }
            catch (Exception failure)
            {
                lock (failures)
                {
                    failures.Add($"{scenario}: {failure.Message}\n{failure.StackTrace}");
                }
            }
        });
        Assert.True(failures.Count == 0, string.Join("\n", failures));
        string table = Table(seen);
        string before = File.Exists(TablePath) ? File.ReadAllText(TablePath) : "";
        if (before != table)
        {
            File.WriteAllText(TablePath, table);
        }

        Assert.True(before == table, "FIRMWARE.md was not what was seen; it is written anew: commit it.");
    }

    [Fact]
    public void The_self_test_that_the_interpreter_runs_holds_here_too() => Assert.Equal(0, SelfTestRun.Run());

    private static string Table(string[] seen)
    {
        StringBuilder text = new(
            """
            # The firmware on the simulated board

            Written by `FirmwareTableTests`: the whole firmware, the host at the other end of the link, and the board's
            parts under virtual time. Each row was run and asserted.

            | part | what happens | what was seen |
            |---|---|---|

            """);
        for (int i = 0; i < seen.Length; i++)
        {
            text.Append($"| {Scenarios[i].Group} | {Scenarios[i].Name} | {seen[i]} |\n");
        }

        text.Append("\n## Not covered here\n\n| part | what |\n|---|---|\n");
        foreach ((string group, string name) in NotCovered)
        {
            text.Append($"| {group} | {name} |\n");
        }

        return text.ToString();
    }
}
