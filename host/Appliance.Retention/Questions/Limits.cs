namespace Appliance.Retention.Questions;

/// <summary>Bounds of questions, each with its reason.</summary>
internal static class Limits
{
    // Microseconds.
    private const long Second = 1_000_000;

    /// <summary>
    /// Farthest shift of the sensitivity figures, microseconds: one hour, which is what a wrong time zone costs.
    /// </summary>
    public const long SensitivityUs = 3600 * Second;

    /// <summary>
    /// The longest a flow with packets goes without a record, microseconds (a record at 60 s of age, then every 300 s).
    /// </summary>
    public const long RecordEveryUs = 300 * Second;

    /// <summary>Age of a flow at which its second record is due, microseconds.</summary>
    public const long FirstRecordUs = 60 * Second;

    /// <summary>
    /// From a record being due to its standing in a sealed batch, microseconds: batches close after 10 s.
    /// </summary>
    public const long RecordSlackUs = 30 * Second;

    /// <summary>
    /// Read on each side of what was asked, microseconds: for the sensitivity figures, for the neighbours of a port,
    /// and for flows whose next record fell into a gap.
    /// </summary>
    public const long ReadAroundUs = SensitivityUs + RecordEveryUs + RecordSlackUs;

    /// <summary>Largest error of the source's clock, microseconds: beyond an hour the time says nothing.</summary>
    public const long SourceErrorUs = 3600 * Second;

    /// <summary>
    /// How far beyond a question records are looked for whose times a clock took back, microseconds. What is in doubt
    /// by more is not covered.
    /// </summary>
    public const long DoubtUsMax = SourceErrorUs;

    /// <summary>
    /// Longest interval of a resolve, microseconds: a day. More is a search for a pattern, not a holder.
    /// </summary>
    public const long ResolveIntervalUs = 86_400 * Second;

    /// <summary>
    /// Longest interval of a question about a line, microseconds: the longest retention, with a leap day.
    /// </summary>
    public const long LineIntervalUs = 366 * 86_400 * Second;

    /// <summary>Months that a notice can ask for at most (Investigatory Powers Act 2016 s.87).</summary>
    public const int RetentionMonths = 12;

    /// <summary>
    /// Flows held for one question: about 400 bytes each, so 1.6 GB. Above it the question must be narrowed.
    /// </summary>
    public const int FlowsMax = 4_000_000;

    /// <summary>How often a box records a session that goes on, microseconds (Flow, SessionAgainNs).</summary>
    public const long SessionAgainUs = 6 * 3600 * Second;

    /// <summary>
    /// How far on either side of a flow the records of its session are looked for, microseconds: the last one before,
    /// or the first one of a session whose begin was heard late.
    /// </summary>
    public const long SessionAroundUs = SessionAgainUs + (1800 * Second);

    /// <summary>
    /// How far off the begin or end of a session may be, microseconds: RADIUS counts delays in whole seconds, and a
    /// message takes its time.
    /// </summary>
    public const long SessionSlackUs = 2 * Second;

    /// <summary>
    /// Lines whose sessions are looked up for one answer: with more of them nobody is identified yet.
    /// </summary>
    public const int SessionLinesMax = 256;

    /// <summary>Lines of a list that people are shown unless they ask for all: what fits a screen.</summary>
    public const int TextLines = 25;

    /// <summary>
    /// Flows shown beneath one line unless all are asked for, and lines up to which more than the best one is shown.
    /// </summary>
    public const int TextFlows = 5;

    /// <summary>Entries of an address plan: one for each /29 of a large provider.</summary>
    public const int PlanEntries = 1 << 20;
}
