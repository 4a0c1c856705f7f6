using Appliance.Retention.Archive;

namespace Appliance.Retention.Rules;

/// <summary>Why an order does not pass.</summary>
/// <param name="Rule">Id of the rule in the data.</param>
/// <param name="Sentence">The rule, then what is wrong with this order and what would mend it.</param>
/// <param name="Place">Where the rule stands.</param>
/// <param name="Decision">Id of the State's decision that was applied; null where the rule is general.</param>
internal sealed record RuleRefusal(string Rule, string Sentence, string Place, string? Decision = null);

/// <summary>The gate's word on an order: it passes, or the refusal says why not.</summary>
internal sealed record GateVerdict
{
    /// <summary>Null when the order passes.</summary>
    public RuleRefusal? Refusal { get; private init; }

    public bool Passes => Refusal is null;

    /// <summary>Sections that may be opened; none when refused.</summary>
    public SectionSet Sections { get; private init; }

    /// <summary>Most lines that an answer may name.</summary>
    public int LinesMax { get; private init; }

    /// <summary>Ids of the decisions that it passed by.</summary>
    public IReadOnlyList<string> Decisions { get; private init; } = [];

    public static GateVerdict Refuse(RuleRefusal refusal) => new() { Refusal = refusal };

    public static GateVerdict Pass(OrderScope scope, IReadOnlyList<string> decisions) =>
        new() { Sections = scope.Sections, LinesMax = scope.LinesMax, Decisions = decisions };
}
