namespace Appliance.Retention.Rules;

/// <summary>Whether the period asked about may be asked about, and whether the order is in force.</summary>
internal sealed class PeriodChecks(RuleBook book, Jurisdiction state, OrderFacts order)
{
    public RuleRefusal? First() => Period() ?? Retention() ?? Life() ?? Spoken();

    private RuleRefusal? Period() =>
        order.To < order.From ? book.Refuse("period_given", "This one ends before it begins.")
        : order.To > order.Now ? book.Refuse("period_future", "This one ends in the future.")
        : null;

    private RuleRefusal? Retention()
    {
        if (order.From < order.RetentionBegin)
        {
            return book.Refuse("period_retention", $"The store begins at {Words.Of(order.RetentionBegin)}.");
        }

        // The day of the communication counts, so the bound is the whole day twelve months ago.
        int months = Math.Min(state.Retention?.Months ?? Limits.RetentionMonths, Limits.RetentionMonths);
        DateTimeOffset oldest = new((order.KeptAt ?? order.Now).UtcDateTime.AddMonths(-months).Date, TimeSpan.Zero);
        string wrong = $"{months} months ago was {Words.Of(oldest)}.";
        return order.From >= oldest ? null
            : state.Retention is { } stated ? book.Refuse("period_retention", wrong, state, stated.RestsOn)
            : book.Refuse("period_retention", wrong);
    }

    private RuleRefusal? Life() =>
        order.ApprovedAt > order.Now ? book.Refuse("order_expired", "Its approval lies in the future.")
        : order.Expiry <= order.Now ? book.Refuse("order_expired", $"This one expired at {Words.Of(order.Expiry)}.")
        : order.Expiry > order.ApprovedAt.AddDays(Limits.OrderDays)
            ? book.Refuse("order_too_long", $"That is {Limits.OrderDays} days after approval.")
        : null;

    private RuleRefusal? Spoken() =>
        order.Urgency != Urgency.Spoken ? null
        : order.Expiry > order.ApprovedAt.AddHours(Limits.SpokenHours)
            ? book.Refuse("urgent_order", $"This one expires later than {Limits.SpokenHours} hours after approval.")
        : order.Scope.QuestionsMax > Limits.SpokenQuestions
            ? book.Refuse("urgent_order", $"This one allows more than {Limits.SpokenQuestions}.")
        : null;
}
