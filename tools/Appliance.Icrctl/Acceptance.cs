using System.Globalization;
using System.Text.Json;
using Appliance.Edge.Service;

namespace Appliance.Icrctl;

/// <summary>A step of the checklist that no program can see.</summary>
/// <param name="Number">As in hardware/ACCEPTANCE.md.</param>
/// <param name="Words">What must be so.</param>
internal sealed record HandStep(int Number, string Words);

/// <summary>What an engineer said of a step.</summary>
/// <param name="Step">Number of the step.</param>
/// <param name="Words">What must be so.</param>
/// <param name="Outcome">pass, FAIL or open; an open step is not passed.</param>
/// <param name="Note">What the engineer added.</param>
internal sealed record StepAnswer(int Step, string Words, string Outcome, string Note);

/// <summary>
/// The steps of the acceptance checklist that are done by hand: asked one by one or taken from a file, and written with
/// the checks into a protocol. What nobody answered stays open, and open is not passed.
/// </summary>
internal static class Acceptance
{
    /// <summary>A note that is longer is cut: it is a remark, not a report.</summary>
    private const int NoteMax = 500;

    /// <summary>The hand steps of hardware/ACCEPTANCE.md, word for word; a test holds the two together.</summary>
    public static IReadOnlyList<HandStep> Steps { get; } =
    [
        new(1, "screws sealed, lid closed, both tamper inputs quiet on the front panel"),
        new(2, "supply and earth connected; the panel shows 11.4 V to 12.6 V"),
        new(3, "antenna sees the sky; cable's length measured and its delay entered"),
        new(20, "the supply is pulled for a minute: the box comes back, and `icrctl status` names the gap"),
        new(21, "the lid is opened: the store shows the alarm; closed again and acknowledged"),
        new(22, "one own connection, made through the NAT, is found by the retention operator under a test order"),
    ];

    /// <summary>Asks each step; a line is `yes` or `no` and a remark, an empty one leaves the step open.</summary>
    public static IReadOnlyList<StepAnswer> Ask(TextReader input, TextWriter output)
    {
        List<StepAnswer> answers = [];
        foreach (HandStep step in Steps)
        {
            output.Write($"step {step.Number}: {step.Words}\n  yes or no, and a remark: ");
            string? line = input.ReadLine();
            StepAnswer? answer = null;
            while (line is { Length: > 0 } && !TryAnswer(step, line, out answer))
            {
                output.Write("  begin with yes or no, or press enter to leave it open: ");
                line = input.ReadLine();
            }

            answers.Add(answer ?? Open(step));
        }

        output.WriteLine();
        return answers;
    }

    /// <summary>Every step answered with yes, as the option says it.</summary>
    public static IReadOnlyList<StepAnswer> Yes() =>
        [.. Steps.Select(step => new StepAnswer(step.Number, step.Words, "pass", "answered by --yes"))];

    /// <summary>Reads a file of lines `20 yes back after 70 s`; false with the sentence to print.</summary>
    public static bool TryRead(string text, out IReadOnlyList<StepAnswer> answers, out string problem)
    {
        Dictionary<int, StepAnswer> read = [];
        problem = "";
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length && problem.Length == 0; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            string[] parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
            HandStep? step = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? Steps.FirstOrDefault(known => known.Number == number) : null;
            problem = step is null ? $"line {i + 1}: '{parts[0]}' is no step by hand; they are "
                    + $"{string.Join(", ", Steps.Select(known => known.Number))}"
                : parts.Length < 2 || !TryAnswer(step, parts[1], out StepAnswer? answer)
                    ? $"line {i + 1}: say yes or no after the number of the step, then a remark"
                : read.TryAdd(number, answer!) ? "" : $"line {i + 1}: step {number} is answered twice";
        }

        answers = [.. Steps.Select(step => read.GetValueOrDefault(step.Number) ?? Open(step))];
        return problem.Length == 0;
    }

    /// <summary>A line each, and what is still open.</summary>
    public static string Text(IReadOnlyList<StepAnswer> answers) => string.Join('\n', answers
        .Select(answer => string.Create(CultureInfo.InvariantCulture,
            $"{answer.Outcome}  step {answer.Step,-4} {answer.Words}")
            + (answer.Note.Length > 0 ? $" ({answer.Note})" : ""))
        .Append($"by hand: {answers.Count(a => a.Outcome == "pass")} passed, "
            + $"{answers.Count(a => a.Outcome == "FAIL")} failed, {answers.Count(a => a.Outcome == "open")} open"));

    /// <summary>Accepted: no check failed, and every step by hand was answered with yes.</summary>
    public static bool IsAccepted(IReadOnlyList<SelfCheck> checks, IReadOnlyList<StepAnswer> answers) =>
        checks.All(check => check.Outcome != SelfOutcome.Fail) && answers.All(answer => answer.Outcome == "pass");

    /// <summary>The protocol as JSON, from brace to brace: what is hashed and signed.</summary>
    public static string Protocol(
        BoxStatus status, DateTimeOffset now, IReadOnlyList<SelfCheck> checks, IReadOnlyList<StepAnswer> answers) =>
        JsonSerializer.Serialize(
            new
            {
                Format = 2,
                Utc = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                status.Device,
                status.Version,
                status.Epoch,
                status.Health,
                Accepted = IsAccepted(checks, answers),
                Checks = checks,
                Steps = answers,
            },
            BoxStatus.Json);

    private static StepAnswer Open(HandStep step) => new(step.Number, step.Words, "open", "");

    private static bool TryAnswer(HandStep step, string line, out StepAnswer? answer)
    {
        string[] parts = line.Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
        string? outcome = parts[0].ToLowerInvariant().TrimEnd(',', ':') switch
        {
            "yes" or "y" => "pass",
            "no" or "n" => "FAIL",
            _ => null,
        };
        string note = parts.Length > 1 ? parts[1][..Math.Min(parts[1].Length, NoteMax)] : "";
        answer = outcome is null ? null : new StepAnswer(step.Number, step.Words, outcome, note);
        return answer is not null;
    }
}
