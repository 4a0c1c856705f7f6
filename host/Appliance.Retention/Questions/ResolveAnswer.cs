using Appliance.Retention.AddressPlan;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>The one word of an answer; "refused" comes before there is one.</summary>
internal enum AnswerWord : byte
{
    Identified,
    Ambiguous,
    None,
    NotCovered,
    NotOurs,
    OutOfPeriod,
}

/// <summary>How the answer changes when the time was wrong by so much.</summary>
/// <param name="Delta">1 s, 60 s, 1 h.</param>
/// <param name="Earlier">The interval moved to earlier times.</param>
/// <param name="Later">The interval moved to later times.</param>
/// <param name="Widened">The interval made longer on both sides.</param>
internal sealed record Sensitivity(string Delta, Changed Earlier, Changed Later, Changed Widened);

/// <summary>The answer of a changed interval.</summary>
/// <param name="Lines">Candidate lines.</param>
/// <param name="IsSame">The same lines as in the answer.</param>
/// <param name="IsCovered">Nothing is missing in the changed interval.</param>
internal sealed record Changed(int Lines, bool IsSame, bool IsCovered);

/// <summary>A further fact that would tell the candidates apart.</summary>
/// <param name="Fact">port, protocol, time, remote or service, log.</param>
/// <param name="AtMost">Lines left in the worst case; null where that cannot be told from what was opened.</param>
/// <param name="Sentence">For people.</param>
internal sealed record Separation(string Fact, int? AtMost, string Sentence);

/// <summary>Everything that a resolve answers.</summary>
internal sealed record ResolveAnswer
{
    public required ResolveQuestion Question { get; init; }

    public required AnswerWord Word { get; init; }

    /// <summary>Why it is this word: one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What the plan says of the address; null without a plan.</summary>
    public PlanEntry? Plan { get; init; }

    public Evaluation Result { get; init; } = new([], 0, 0);

    public IReadOnlyList<Holding> Before { get; init; } = [];

    public IReadOnlyList<Holding> After { get; init; } = [];

    public IReadOnlyList<Sensitivity> Sensitivities { get; init; } = [];

    public IReadOnlyList<Separation> Separations { get; init; } = [];

    public IReadOnlyList<NotCovered> Missing { get; init; } = [];

    /// <summary>Things to bear in mind when reading the answer, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Sessions of the inside addresses are recorded: a line without one is not covered by them.</summary>
    public bool HasSessions { get; init; }

    /// <summary>Batches opened for it.</summary>
    public int Batches { get; init; }

    /// <summary>Word as CONTRACTS has it.</summary>
    public string Words => Word switch
    {
        AnswerWord.Identified => "identified",
        AnswerWord.Ambiguous => FormattableString.Invariant($"ambiguous {Result.Lines}"),
        AnswerWord.None => "none",
        AnswerWord.NotCovered => "not covered",
        AnswerWord.NotOurs => "not ours",
        _ => "out of period",
    };

    public bool IsAnswered => Word is AnswerWord.Identified or AnswerWord.Ambiguous;
}
