namespace Appliance.Retention.Rules;

/// <summary>What every order must have, whoever makes it and whatever it asks.</summary>
internal sealed class OrderChecks(RuleBook book, Jurisdiction state, OrderFacts order)
{
    public RuleRefusal? First() => TwoPeople() ?? Complete() ?? Statements() ?? Profession() ?? Notification();

    private RuleRefusal? TwoPeople() =>
        string.IsNullOrWhiteSpace(order.Requester) || string.IsNullOrWhiteSpace(order.Approver)
            ? book.Refuse("two_people", "One of them is not named.")
        : string.Equals(order.Requester.Trim(), order.Approver.Trim(), StringComparison.OrdinalIgnoreCase)
            ? book.Refuse("two_people", "Here both are the same; let somebody else approve.")
        : null;

    private RuleRefusal? Complete() =>
        string.IsNullOrWhiteSpace(order.Case) ? book.Refuse("order_complete", "The case is missing.")
        : string.IsNullOrWhiteSpace(order.LegalBasis) ? book.Refuse("order_complete", "The legal basis is missing.")
        : null;

    private RuleRefusal? Statements()
    {
        string? missing = order.Purpose == OrderPurpose.SubjectAccess
            ? null
            : book.RequiredOfAll.FirstOrDefault(id => !order.States(id));
        return missing is null ? null : book.Refuse("statement_missing", Missing(book, missing));
    }

    private RuleRefusal? Profession()
    {
        if (!order.SensitiveProfession || order.Purpose == OrderPurpose.SubjectAccess)
        {
            return null;
        }

        return state.SensitiveProfession is { } rule && !rule.OrderedBy.Contains(order.ApproverAuthority)
            ? book.Refuse(
                "sensitive_profession", $"Ordered by: {Words.List(rule.OrderedBy)}.", state, rule.RestsOn)
            : order.States("sensitive_profession") ? null
            : book.Refuse("sensitive_profession", Missing(book, "sensitive_profession"));
    }

    private RuleRefusal? Notification() =>
        order.Purpose == OrderPurpose.SubjectAccess || order.States("no_notification") ? null
        : order.NotificationDate is not { } date ? book.Refuse("notification", Missing(book, "no_notification"))
        : date <= order.Now ? book.Refuse("notification", "The date has passed.")
        : null;

    /// <summary>The sentence that asks for a statement.</summary>
    public static string Missing(RuleBook book, string statement) =>
        $"It does not say {book.Statement(statement).What} (statement {statement}).";
}
