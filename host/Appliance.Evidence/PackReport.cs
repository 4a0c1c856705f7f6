using System.Text;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>How a check came out.</summary>
public enum CheckResult
{
    Pass,
    Fail,

    /// <summary>What it needs is not in the pack, or no key was brought along for it; the detail says which.</summary>
    NotCheckable,
}

/// <summary>One check.</summary>
/// <param name="Id">Fixed name, for programs.</param>
/// <param name="Claim">What holds where it passes: one sentence.</param>
/// <param name="Word">proven, attested or reported: what a pass is worth (SECURITY.md).</param>
/// <param name="Result">How it came out.</param>
/// <param name="Detail">What was found, or why it failed or could not be checked.</param>
public sealed record CheckLine(string Id, string Claim, string Word, CheckResult Result, string Detail);

/// <summary>What the check of a pack found.</summary>
/// <param name="Checks">In the order in which they were made.</param>
/// <param name="Rows">Disclosed records whose proofs hold.</param>
/// <param name="NotShown">What the evidence does not show, a sentence each.</param>
public sealed record PackReport(
    IReadOnlyList<CheckLine> Checks, IReadOnlyList<DisclosedRow> Rows, IReadOnlyList<string> NotShown)
{
    /// <summary>True where no check failed; some may have been impossible.</summary>
    public bool IsGood => Checks.All(check => check.Result != CheckResult.Fail);

    /// <summary>What a person reads.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        foreach (CheckLine check in Checks)
        {
            text.Append(Name(check.Result).PadRight(14)).Append(check.Id.PadRight(15)).Append(check.Claim)
                .Append(" [").Append(check.Word).Append("]\n");
            if (check.Detail.Length > 0)
            {
                text.Append(' ', 29).Append(check.Detail).Append('\n');
            }
        }

        foreach (string sentence in NotShown)
        {
            text.Append("not shown     ").Append(sentence).Append('\n');
        }

        int failed = Checks.Count(check => check.Result == CheckResult.Fail);
        int open = Checks.Count(check => check.Result == CheckResult.NotCheckable);
        text.Append(FormattableString.Invariant(
            $"{Checks.Count - failed - open} checks passed, {failed} failed, {open} could not be made: "));
        return text.Append(failed == 0 ? "the pack holds" : "THE PACK DOES NOT HOLD").ToString();
    }

    /// <summary>Result as JSON writes it.</summary>
    public static string Name(CheckResult result) => result switch
    {
        CheckResult.Pass => "pass",
        CheckResult.Fail => "fail",
        _ => "not checkable",
    };

    /// <summary>The object that --json prints.</summary>
    public object ToJson() => new
    {
        holds = IsGood,
        checks = Checks.Select(check => new
        {
            id = check.Id,
            claim = check.Claim,
            word = check.Word,
            result = Name(check.Result),
            detail = check.Detail,
        }),
        records = Rows.Select(row => row.ToJson()),
        not_shown = NotShown,
    };
}
