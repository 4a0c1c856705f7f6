namespace Appliance.Retention.Referrals;

/// <summary>
/// A case by the best that one of its lines allows, as the study in chapter 7 of the operational case counts its 6,025
/// referrals: a fixed address first (and whether a shared one stands beside it), then what is resolvable today, then
/// what only a destination resolves; what is left is not resolvable.
/// </summary>
/// <param name="Name">The case.</param>
/// <param name="Lines">Verdicts of its lines, in the order of the file.</param>
internal sealed record CaseVerdict(string Name, IReadOnlyList<LineVerdict> Lines)
{
    // The classes stand in the order of how much they allow.
    public LineClass Class { get; } = Lines.Min(line => line.Class);

    /// <summary>It has a shared address within the period too: records may find more lines.</summary>
    public bool HasShared { get; } = Lines.Any(line => line.IsShared);

    public int Count(LineClass kind) => Lines.Count(line => line.Class == kind);

    /// <summary>Why its lines are not resolvable, each reason once, the most frequent first.</summary>
    public IReadOnlyList<WhyNot> Reasons =>
    [
        .. Lines
            .Where(line => line.Class == LineClass.No)
            .GroupBy(line => line.Why)
            .OrderByDescending(reason => reason.Count())
            .ThenBy(reason => reason.Key)
            .Select(reason => reason.Key),
    ];
}

/// <summary>The verdicts of a referral by line, by case and in total.</summary>
internal sealed class ReferralReport
{
    public ReferralReport(IEnumerable<LineVerdict> verdicts)
    {
        Lines = [.. verdicts.OrderBy(verdict => verdict.Row)];
        Cases = [.. Lines.GroupBy(line => line.Case).Select(group => new CaseVerdict(group.Key, [.. group]))];
    }

    public IReadOnlyList<LineVerdict> Lines { get; }

    /// <summary>In the order in which they begin in the file.</summary>
    public IReadOnlyList<CaseVerdict> Cases { get; }

    public int CasesFixedAndShared => Cases.Count(each => each.Class == LineClass.Fixed && each.HasShared);

    public int CountCases(LineClass kind) => Cases.Count(each => each.Class == kind);

    public int CountLines(LineClass kind) => Lines.Count(line => line.Class == kind);

    /// <summary>Lines that are not resolvable, by reason, the most frequent first.</summary>
    public IReadOnlyList<(WhyNot Why, int Count)> LineReasons => Ordered(
        Lines.Where(line => line.Class == LineClass.No).Select(line => line.Why));

    /// <summary>Cases that are not resolvable, by reason; a case counts at each of its reasons.</summary>
    public IReadOnlyList<(WhyNot Why, int Count)> CaseReasons => Ordered(
        Cases.Where(each => each.Class == LineClass.No).SelectMany(each => each.Reasons));

    private static List<(WhyNot Why, int Count)> Ordered(IEnumerable<WhyNot> reasons) =>
    [
        .. reasons
            .CountBy(why => why)
            .OrderByDescending(reason => reason.Value)
            .ThenBy(reason => reason.Key)
            .Select(reason => (reason.Key, reason.Value)),
    ];
}
