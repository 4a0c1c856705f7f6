namespace Appliance.Retention.Rules;

/// <summary>
/// Whether the State's rules give this order its power. A category may have several ways; the order goes through one of
/// them whole. A refusal tells of the way that came farthest.
/// </summary>
internal sealed class PowerChecks(RuleBook book, Jurisdiction state, OrderFacts order)
{
    private readonly List<string> decisions = [];

    /// <summary>Ids of the decisions that the order passed by.</summary>
    public IReadOnlyList<string> Decisions => decisions;

    /// <summary>Authorities that are refused whatever they ask: this comes before everything else.</summary>
    public RuleRefusal? Excluded()
    {
        Exclusion? found = state.Excluded.Find(
            exclusion => exclusion.Authority == order.Authority || exclusion.Authority == order.ApproverAuthority);
        return found is null
            ? null
            : book.Refuse("authority_excluded", $"Here: {Words.Of(found.Authority)}.", state, found.RestsOn);
    }

    public RuleRefusal? First()
    {
        // A person's own records need no power over others; ScopeChecks has seen to the rest.
        if (order.Purpose == OrderPurpose.SubjectAccess)
        {
            return null;
        }

        foreach (OrderCategory category in Categories.ReachedBy(order.Purpose, order.Scope))
        {
            Decision decision = state.DecisionOn(category)!;
            if (RefusalBy(decision) is { } refusal)
            {
                return refusal;
            }

            decisions.Add(decision.Id);
        }

        return null;
    }

    private RuleRefusal? RefusalBy(Decision decision)
    {
        if (decision.Ways.Count == 0)
        {
            return Refuse(decision, "power_stated", $"Not stated for {decision.Id}: {decision.NotStated}");
        }

        (RuleRefusal? Refusal, int Step) farthest = (null, -1);
        foreach (Way way in decision.Ways)
        {
            (RuleRefusal? refusal, int step) = Try(decision, way);
            if (refusal is null)
            {
                return null;
            }

            farthest = step > farthest.Step ? (refusal, step) : farthest;
        }

        return farthest.Refusal;
    }

    // The refusal of one way, and how many of its conditions held.
    private (RuleRefusal? Refusal, int Step) Try(Decision decision, Way way)
    {
        Func<Decision, Way, RuleRefusal?>[] conditions =
            [Asked, Ordered, InTime, Offence, Role, InWriting, Lines, Said];
        for (int step = 0; step < conditions.Length; step++)
        {
            if (conditions[step](decision, way) is { } refusal)
            {
                return (refusal, step);
            }
        }

        return (null, conditions.Length);
    }

    private RuleRefusal? Asked(Decision decision, Way way) => way.MayAsk.Contains(order.Authority)
        ? null
        : Refuse(
            decision,
            "authority_power",
            $"This one: {Words.Of(order.Authority)}. May ask: {Words.List(way.MayAsk)}.");

    // Who may order alone keeps that power when a prosecutor or a court approves as well.
    private RuleRefusal? Ordered(Decision decision, Way way) =>
        way.OrderedBy.Contains(order.ApproverAuthority)
        || (way.OrderedBy.Contains(order.Authority)
            && order.ApproverAuthority is AuthorityKind.Prosecutor or AuthorityKind.Court)
            ? null
            : Refuse(
                decision,
                "order_power",
                $"This one: {Words.Of(order.ApproverAuthority)}. May order: {Words.List(way.OrderedBy)}.");

    private RuleRefusal? InTime(Decision decision, Way way) => way.UrgentOnly && order.Urgency == Urgency.None
        ? Refuse(decision, "urgent_only", $"Otherwise: {Others(decision, way)}.")
        : null;

    private RuleRefusal? Offence(Decision decision, Way way)
    {
        if (way.Offence is not { } bound)
        {
            return null;
        }

        Offence? offence = order.Offence;
        bool isMet = offence is not null && (IsGraveEnough(offence, bound) || offence.Grounds.Any(IsGround));
        return isMet ? null : Refuse(decision, "offence_threshold", $"Asked for: {Words.Of(bound)}.");

        bool IsGround(string ground) => bound.Or is { } or && or.Contains(ground);
    }

    private static bool IsGraveEnough(Offence offence, OffenceBound bound) =>
        (bound.Serious is not { } serious || serious == offence.IsSerious)
        && (bound.SentenceYears is not { } years || offence.SentenceYears >= years);

    private RuleRefusal? Role(Decision decision, Way way) =>
        way.RequesterRole is { } asks && asks != order.RequesterRole
            ? Refuse(decision, "role_power", $"The requester is to be a {asks}.")
        : way.ApproverRole is { } approves && approves != order.ApproverRole
            ? Refuse(decision, "role_power", $"The approver is to be a {approves}.")
        : null;

    private RuleRefusal? InWriting(Decision decision, Way way) => way.Written && order.Urgency == Urgency.Spoken
        ? Refuse(decision, "approval_written", "Have it approved in writing.")
        : null;

    private RuleRefusal? Lines(Decision decision, Way way) => way.LinesMax is { } most && order.Scope.LinesMax > most
        ? Refuse(decision, "lines_max", $"Allowed: {most}; this one: {order.Scope.LinesMax}.")
        : null;

    private RuleRefusal? Said(Decision decision, Way way)
    {
        string? missing = way.Requires.Find(id => !order.States(id));
        return missing is null ? null : Refuse(decision, "statement_missing", OrderChecks.Missing(book, missing));
    }

    private static string Others(Decision decision, Way way) =>
        Words.List([.. decision.Ways.Where(other => other != way && !other.UrgentOnly).SelectMany(w => w.OrderedBy)]);

    private RuleRefusal Refuse(Decision decision, string rule, string wrong) =>
        book.Refuse(rule, wrong, state, decision.RestsOn, decision.Id);
}
