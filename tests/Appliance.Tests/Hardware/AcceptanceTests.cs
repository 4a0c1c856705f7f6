using System.Text.RegularExpressions;
using Appliance.Icrctl;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Hardware;

/// <summary>The acceptance checklist and the self-test walk the same steps.</summary>
public sealed partial class AcceptanceTests
{
    private static readonly string Checklist = Path.Combine(BoardFile.Folder, "ACCEPTANCE.md");

    [Fact]
    public void The_checklist_has_a_row_for_every_check_of_the_self_test_and_for_none_that_there_is_not()
    {
        string program = File.ReadAllText(Path.Combine(Checkout.Root, "tools", "Appliance.Icrctl", "SelfTest.cs"));
        SortedSet<string> checks = new(
            Check().Matches(program).Select(match => match.Groups["part"].Value), StringComparer.Ordinal);
        string[] rows =
        [
            .. Row().Matches(File.ReadAllText(Checklist)).Select(match => match.Groups["part"].Value.Trim())
                .Where(part => part != "by hand"),
        ];

        Assert.NotEmpty(checks);
        Assert.Equal(checks, rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_steps_by_hand_are_asked_word_for_word() => Assert.Equal(
        HandRow().Matches(File.ReadAllText(Checklist)).Select(
            match => new HandStep(int.Parse(match.Groups["step"].Value), match.Groups["words"].Value)),
        Acceptance.Steps);

    [Fact]
    public void The_steps_are_numbered_without_a_gap()
    {
        int[] numbers =
        [
            .. Row().Matches(File.ReadAllText(Checklist)).Select(match => int.Parse(match.Groups["step"].Value)),
        ];

        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
    }

    // Pass("interface", ..., Warn("kernel", ..., new SelfCheck(outcome, "mirror", ...
    [GeneratedRegex(
        @"(Pass|Warn|Fail|SelfCheck)\(\s*(outcome,\s*)?""(?<part>[a-z ]+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Check();

    [GeneratedRegex(@"^\| (?<step>\d+) \| (?<words>[^|]+) \| by hand \|$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex HandRow();

    [GeneratedRegex(@"^\| (?<step>\d+) \| [^|]+ \| (?<part>[a-z ]+) \|$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Row();
}
