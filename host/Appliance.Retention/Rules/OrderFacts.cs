using Appliance.Retention.Archive;

namespace Appliance.Retention.Rules;

/// <summary>What an order asks for, who makes it and what it states: all that the gate looks at.</summary>
internal sealed record OrderFacts
{
    /// <summary>ISO 3166 code of the State under whose law it is made.</summary>
    public required string Jurisdiction { get; init; }

    /// <summary>Kind of the authority that asks, as enrolled.</summary>
    public required AuthorityKind Authority { get; init; }

    /// <summary>Kind of the authority that approves, and so makes the order.</summary>
    public required AuthorityKind ApproverAuthority { get; init; }

    /// <summary>Who asks: the enrolled person.</summary>
    public required string Requester { get; init; }

    /// <summary>Who approves: the enrolled person.</summary>
    public required string Approver { get; init; }

    public string RequesterRole { get; init; } = "";

    public string ApproverRole { get; init; } = "";

    public required string LegalBasis { get; init; }

    /// <summary>Reference of the investigation, or of the application of subject access.</summary>
    public required string Case { get; init; }

    public required OrderPurpose Purpose { get; init; }

    /// <summary>By the ids of <c>statements</c> in the rules: necessity, proportionality, and so on.</summary>
    public required IReadOnlyDictionary<string, string> Statements { get; init; }

    /// <summary>Concerns a lawyer, a journalist, a doctor, a member of parliament, a minister of religion.</summary>
    public bool SensitiveProfession { get; init; }

    public Offence? Offence { get; init; }

    public required OrderScope Scope { get; init; }

    /// <summary>First instant asked about.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Last instant asked about.</summary>
    public required DateTimeOffset To { get; init; }

    public Urgency Urgency { get; init; }

    public required DateTimeOffset ApprovedAt { get; init; }

    public required DateTimeOffset Expiry { get; init; }

    /// <summary>When the person is told; null with a statement why not.</summary>
    public DateTimeOffset? NotificationDate { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>As of when the period is judged: null for now; for a legal hold, when it was made.</summary>
    public DateTimeOffset? KeptAt { get; init; }

    /// <summary>Oldest instant that the notice lets the store keep now.</summary>
    public required DateTimeOffset RetentionBegin { get; init; }

    /// <summary>False in the lab alone.</summary>
    public required bool IsLive { get; init; }

    /// <summary>Whether a statement is made, and says something.</summary>
    public bool States(string statement) =>
        Statements.TryGetValue(statement, out string? text) && !string.IsNullOrWhiteSpace(text);
}

/// <summary>How far an order reaches.</summary>
internal sealed record OrderScope
{
    public required OrderSubject Subject { get; init; }

    /// <summary>
    /// Whether the address asked about is one line's alone: from the address plan, never from the order itself.
    /// </summary>
    public AddressUse AddressUse { get; init; }

    public bool HasPort { get; init; }

    /// <summary>Names the remote address or the service that was contacted.</summary>
    public bool HasDestination { get; init; }

    /// <summary>Sections that it wants opened.</summary>
    public required SectionSet Sections { get; init; }

    /// <summary>Most lines that an answer may name.</summary>
    public required int LinesMax { get; init; }

    /// <summary>Most questions that may be asked under it.</summary>
    public required int QuestionsMax { get; init; }
}

/// <summary>The offence that is investigated.</summary>
/// <param name="Name">As the law names it.</param>
/// <param name="IsSerious">Serious in the terms of the State's law.</param>
/// <param name="SentenceYears">Its longest sentence, years.</param>
/// <param name="Grounds">Stand in for gravity where the rules say so: listed_crime, treaty_crime.</param>
internal sealed record Offence(string Name, bool IsSerious, int SentenceYears, IReadOnlyList<string> Grounds);
