namespace Appliance.Retention.Rules;

/// <summary>
/// What <c>jurisdictions.json</c> holds. Names in the file are these in snake_case; unknown ones are refused.
/// </summary>
internal sealed record RuleData
{
    public required Dictionary<string, SourceDocument> Documents { get; init; }

    /// <summary>Ids of the statements that every order of an authority makes.</summary>
    public required List<string> RequiredOfAll { get; init; }

    public required List<RuleText> Rules { get; init; }

    public required List<StatementText> Statements { get; init; }

    public required List<Jurisdiction> Jurisdictions { get; init; }
}

/// <summary>A document that cells are taken from.</summary>
internal sealed record SourceDocument
{
    public required string Title { get; init; }

    public required string AsOf { get; init; }

    public string? Note { get; init; }
}

/// <summary>A rule that a refusal names.</summary>
/// <param name="Id">Name of the rule.</param>
/// <param name="Sentence">The rule in one sentence.</param>
/// <param name="Place">Where it stands, or that it is the product's own.</param>
internal sealed record RuleText(string Id, string Sentence, string Place);

/// <summary>A statement that an order can be required to make.</summary>
/// <param name="Id">Its key in the order.</param>
/// <param name="What">What it says: completes "the order does not say ...".</param>
internal sealed record StatementText(string Id, string What);

/// <summary>A State: what the documents say of it, and what follows for an order.</summary>
internal sealed record Jurisdiction
{
    /// <summary>ISO 3166 code.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Note { get; init; }

    /// <summary>Authorities that are refused whatever they ask.</summary>
    public List<Exclusion> Excluded { get; init; } = [];

    /// <summary>Longest retention; null where the documents state none.</summary>
    public RetentionBound? Retention { get; init; }

    /// <summary>Who must order what concerns a sensitive profession; null where the documents state nobody.</summary>
    public ProfessionRule? SensitiveProfession { get; init; }

    public required List<Cell> Cells { get; init; }

    public required List<Decision> Decisions { get; init; }

    public Decision? DecisionOn(OrderCategory category) => Decisions.Find(decision => decision.Category == category);
}

/// <summary>A cell of a table, or a sentence, with its place. Either quoted or not stated.</summary>
internal sealed record Cell
{
    /// <summary>STATE/SECTION/WHAT.</summary>
    public required string Id { get; init; }

    public required string Document { get; init; }

    public required string Section { get; init; }

    public required string Row { get; init; }

    public required string Column { get; init; }

    /// <summary>Printed page where the row begins.</summary>
    public int? Page { get; init; }

    /// <summary>
    /// The text as it stands, in pieces where other text stands between them: the copy runs columns into each other.
    /// </summary>
    public List<string>? Quote { get; init; }

    /// <summary>Why there is no quote.</summary>
    public string? NotStated { get; init; }

    public string? Note { get; init; }

    public required string AsOf { get; init; }

    /// <summary>What is known to have replaced it; null does not say that it is still the law.</summary>
    public required string? SupersededBy { get; init; }

    public string Place => Page is { } page
        ? FormattableString.Invariant($"{Document}, {Section}, {Row}, {Column}, page {page}")
        : $"{Document}, {Section}, {Row}, {Column}";
}

/// <summary>What a State says of one category: ways to order it, or that no power is stated.</summary>
internal sealed record Decision
{
    public required string Id { get; init; }

    public required OrderCategory Category { get; init; }

    /// <summary>Ids of the cells it is derived from.</summary>
    public required List<string> RestsOn { get; init; }

    public string? Note { get; init; }

    /// <summary>Each way is enough by itself.</summary>
    public List<Way> Ways { get; init; } = [];

    /// <summary>Why there is no way.</summary>
    public string? NotStated { get; init; }
}

/// <summary>One way to order a category: all of it must hold.</summary>
internal sealed record Way
{
    /// <summary>Who may ask; where the documents do not say, only those who may order.</summary>
    public List<AuthorityKind>? RequestedBy { get; init; }

    /// <summary>Who makes the order.</summary>
    public required List<AuthorityKind> OrderedBy { get; init; }

    public string? RequesterRole { get; init; }

    public string? ApproverRole { get; init; }

    public OffenceBound? Offence { get; init; }

    /// <summary>Ids of the statements that the order makes beside those that every order makes.</summary>
    public List<string> Requires { get; init; } = [];

    /// <summary>Not by word of mouth.</summary>
    public bool Written { get; init; }

    public bool UrgentOnly { get; init; }

    /// <summary>Most lines that an answer may name.</summary>
    public int? LinesMax { get; init; }

    public List<AuthorityKind> MayAsk => RequestedBy ?? OrderedBy;
}

/// <summary>How grave the offence is; each part that is given must hold, or one of the grounds instead.</summary>
/// <param name="Serious">True: a serious offence; false: not a serious one.</param>
/// <param name="SentenceYears">Longest sentence of the offence, at least, years.</param>
/// <param name="Or">Grounds that stand in for gravity.</param>
internal sealed record OffenceBound(bool? Serious = null, int? SentenceYears = null, List<string>? Or = null);

/// <summary>An authority that a State shuts out.</summary>
internal sealed record Exclusion(AuthorityKind Authority, List<string> RestsOn);

/// <summary>Longest retention that a State allows.</summary>
internal sealed record RetentionBound(int Months, List<string> RestsOn);

/// <summary>Who must order what concerns a sensitive profession.</summary>
internal sealed record ProfessionRule(List<AuthorityKind> OrderedBy, List<string> RestsOn);
