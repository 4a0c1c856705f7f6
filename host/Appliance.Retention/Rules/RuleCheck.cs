namespace Appliance.Retention.Rules;

/// <summary>
/// Whether rules hold together: whoever adds a State learns here what is missing, before an order meets it.
/// </summary>
internal static class RuleCheck
{
    /// <summary>The first thing that is wrong, with where it stands; null when nothing is.</summary>
    public static string? FirstProblem(RuleData data) =>
        Twice(data.Jurisdictions.Select(state => state.Id), "jurisdiction")
        ?? Twice(data.Rules.Select(rule => rule.Id), "rule")
        ?? Twice(data.Statements.Select(statement => statement.Id), "statement")
        ?? Unknown("required_of_all", data.RequiredOfAll, data)
        ?? data.Jurisdictions.Select(state => ProblemOf(state, data)).FirstOrDefault(problem => problem is not null);

    private static string? ProblemOf(Jurisdiction state, RuleData data) =>
        Twice(state.Cells.Select(cell => cell.Id), "cell")
        ?? state.Cells.Select(cell => ProblemOf(cell, data)).FirstOrDefault(problem => problem is not null)
        ?? Dangling(state)
        ?? Categories(state)
        ?? state.Decisions.Select(decision => ProblemOf(decision, data)).FirstOrDefault(problem => problem is not null);

    private static string? ProblemOf(Cell cell, RuleData data) =>
        !data.Documents.ContainsKey(cell.Document) ? $"{cell.Id}: no document {cell.Document}"
        : cell.Quote is null == cell.NotStated is null ? $"{cell.Id}: give either quote or not_stated"
        : cell.Quote is { Count: 0 } ? $"{cell.Id}: an empty quote"
        : null;

    private static string? ProblemOf(Decision decision, RuleData data) =>
        decision.RestsOn.Count == 0 ? $"{decision.Id}: rests on no cell"
        : decision.Ways.Count == 0 == decision.NotStated is null ? $"{decision.Id}: give either ways or not_stated"
        : decision.Ways.Exists(way => way.OrderedBy.Count == 0) ? $"{decision.Id}: a way that nobody orders"
        : Unknown(decision.Id, decision.Ways.SelectMany(way => way.Requires), data);

    private static string? Dangling(Jurisdiction state)
    {
        IEnumerable<string> named = state.Decisions.SelectMany(decision => decision.RestsOn)
            .Concat(state.Excluded.SelectMany(exclusion => exclusion.RestsOn))
            .Concat(state.Retention?.RestsOn ?? [])
            .Concat(state.SensitiveProfession?.RestsOn ?? []);
        string? missing = named.FirstOrDefault(id => !state.Cells.Exists(cell => cell.Id == id));
        return missing is null ? null : $"{state.Id}: no cell {missing}";
    }

    private static string? Categories(Jurisdiction state) =>
        Enum.GetValues<OrderCategory>().All(category => state.Decisions.Count(d => d.Category == category) == 1)
            ? null
            : $"{state.Id}: one decision for each category is needed, of which not_stated is one";

    private static string? Unknown(string where, IEnumerable<string> statements, RuleData data)
    {
        string? missing = statements.FirstOrDefault(id => !data.Statements.Exists(statement => statement.Id == id));
        return missing is null ? null : $"{where}: no statement {missing}";
    }

    private static string? Twice(IEnumerable<string> ids, string what)
    {
        HashSet<string> seen = [];
        string? twice = ids.FirstOrDefault(id => !seen.Add(id));
        return twice is null ? null : $"{what} {twice} stands twice";
    }
}
