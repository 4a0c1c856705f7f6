using System.Text;
using Appliance.Retention.Rules;
using Appliance.TestSupport;

namespace Appliance.Tests.Retention.Rules;

/// <summary>
/// The table of States: for each category an order that passes and one that fails, judged by the gate.
/// </summary>
internal static class StateTable
{
    public static string Path { get; } =
        System.IO.Path.Combine(Checkout.Root, "tests/Appliance.Tests/JURISDICTIONS.md");

    public static string Write()
    {
        StringBuilder text = new();
        text.Append(
            """
            # What the gate says, State by State

            Written by `StateTableTests` from `Rules/jurisdictions.json`; every line is an order that the gate judged.
            Beside what is named, each order states necessity, proportionality and collateral intrusion. The rules are
            those of 2014 and 2015 as the two source documents show them, not legal advice: a live gate stays shut
            until they are confirmed. "Not stated" is what the copy of the document does not show; the gate refuses it.

            | State | category | passes | fails | by the rule |
            |---|---|---|---|---|

            """);
        foreach (Jurisdiction state in RuleBook.BuiltIn.Jurisdictions)
        {
            foreach (Decision decision in state.Decisions)
            {
                Append(text, state, decision);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Jurisdiction state, Decision decision)
    {
        string head = $"| {state.Id} {state.Name} | {Words.Of<OrderCategory>(decision.Category).Replace('_', ' ')} |";
        if (decision.Ways.Count == 0)
        {
            Way strongest = new() { OrderedBy = [AuthorityKind.Court] };
            RuleRefusal refusal = Judged(Orders.Through(state, decision.Category, strongest))!;
            text.Append($"{head} none | whatever is asked | `{refusal.Rule}`: not stated. {decision.NotStated} |\n");
            return;
        }

        foreach (Way way in decision.Ways)
        {
            OrderFacts whole = Orders.Through(state, decision.Category, way);
            string passes = Judged(whole) is null ? Said(way) : "NOTHING";
            (string fault, OrderFacts faulty) = Faulty(whole, way);
            text.Append($"{head} {passes} | {fault} | `{Judged(faulty)?.Rule}` |\n");
        }
    }

    private static RuleRefusal? Judged(OrderFacts order) => Orders.Judge(order).Refusal;

    private static string Said(Way way)
    {
        List<string> parts =
        [
            $"asked by {Words.List(way.MayAsk)}" + (way.RequesterRole is { } asks ? $" as {asks}" : ""),
            $"ordered by {Words.List(way.OrderedBy)}" + (way.ApproverRole is { } approves ? $" as {approves}" : ""),
        ];
        if (way.Offence is { } bound)
        {
            parts.Add(Words.Of(bound));
        }

        parts.AddRange(way.Requires.Select(id => $"states {id}"));
        parts.AddRange(way.Written ? ["in writing"] : []);
        parts.AddRange(way.UrgentOnly ? ["only when it cannot wait"] : []);
        parts.AddRange(way.LinesMax is { } most ? [$"at most {most} lines"] : []);
        return string.Join("; ", parts);
    }

    // The fault that shows most of the State's own rule.
    private static (string Fault, OrderFacts Order) Faulty(OrderFacts whole, Way way) =>
        way.LinesMax is { } most
            ? ($"{most + 1} lines", whole with { Scope = whole.Scope with { LinesMax = most + 1 } })
        : way.UrgentOnly ? ("it can wait", whole with { Urgency = Urgency.None })
        : way.Offence is not null ? ("no such offence", whole with { Offence = null })
        : way.RequesterRole is not null ? ("asked in another role", whole with { RequesterRole = "clerk" })
        : way.Requires.Count > 0 ? ($"without {way.Requires[0]}", Orders.Without(whole, way.Requires[0]))
        : way.OrderedBy.Contains(AuthorityKind.Police)
            ? ("asked by a local authority", whole with { Authority = AuthorityKind.LocalAuthority })
        : ("ordered by the police", whole with { ApproverAuthority = AuthorityKind.Police });
}
