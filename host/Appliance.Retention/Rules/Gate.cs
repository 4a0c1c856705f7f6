namespace Appliance.Retention.Rules;

/// <summary>
/// Whether the rules of a State, as they stand, were confirmed by those who may: true only for this very hash.
/// </summary>
internal delegate bool IsConfirmed(string jurisdiction, string rulesHash);

/// <summary>
/// Decides by the rules whether an order may open anything. A function of the order alone: no clock, no files. The
/// first rule that does not hold is the refusal; what no rule permits is refused.
/// </summary>
internal sealed class Gate(RuleBook book, IsConfirmed isConfirmed)
{
    public GateVerdict Judge(OrderFacts order)
    {
        if (book.Find(order.Jurisdiction) is not { } state)
        {
            return GateVerdict.Refuse(book.Refuse(
                "jurisdiction_known", $"There are none for \"{order.Jurisdiction}\"; use ISO 3166 codes."));
        }

        PowerChecks power = new(book, state, order);
        RuleRefusal? refusal = power.Excluded()
            ?? Unconfirmed(order)
            ?? new OrderChecks(book, state, order).First()
            ?? new ScopeChecks(book, order).First()
            ?? new PeriodChecks(book, state, order).First()
            ?? power.First();
        return refusal is null ? GateVerdict.Pass(order.Scope, power.Decisions) : GateVerdict.Refuse(refusal);
    }

    private RuleRefusal? Unconfirmed(OrderFacts order)
    {
        string hash = book.HashOf(order.Jurisdiction);
        return !order.IsLive || isConfirmed(order.Jurisdiction, hash)
            ? null
            : book.Refuse("rules_confirmed", $"Those of {order.Jurisdiction} with the hash {hash} are not.");
    }
}
