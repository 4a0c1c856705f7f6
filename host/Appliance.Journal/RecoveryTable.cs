namespace Appliance.Journal;

/// <summary>What recovery found out about one segment.</summary>
/// <param name="Content">What the file is.</param>
/// <param name="HasLater">A later segment holds a frame.</param>
/// <param name="IsTorn">The last commit is not whole.</param>
/// <param name="IsRotted">Something that was durable is damaged, missing, or of an unknown version.</param>
/// <param name="IsOutOfOrder">A batch does not come after the batch before it.</param>
/// <param name="IsShort">The file is shorter than it was made, or than a segment is to be.</param>
internal readonly record struct RecoveryFacts(
    SegmentContent Content, bool HasLater, bool IsTorn, bool IsRotted, bool IsOutOfOrder, bool IsShort);

/// <summary>What recovery does with one segment.</summary>
public enum RecoveryDecision
{
    /// <summary>Blank and whole: the next one to be written.</summary>
    UseNext,

    /// <summary>Holds nothing: a preparation or a reuse that a cut interrupted.</summary>
    Remove,

    /// <summary>The end of the last run: the unused rest is cut off, nothing is appended to it again.</summary>
    Seal,

    /// <summary>The same, and the unfinished commit goes with the rest; it was never promised and is named.</summary>
    SealDiscardingTail,

    /// <summary>In order; nothing to do.</summary>
    Keep,

    /// <summary>Damaged: kept as it is, never cut, never used again before its days have expired, and named.</summary>
    KeepEvidence,

    /// <summary>Facts that exclude each other: this program is wrong, not the flash.</summary>
    Contradiction,
}

/// <summary>
/// Recovery by table: exactly one row meets every combination of facts (a test goes through all of them). An empty
/// field of a row takes either value.
/// </summary>
internal static class RecoveryTable
{
    private static readonly Row[] Rows =
    [
        new("nothing written yet", RecoveryDecision.UseNext, [SegmentContent.Blank],
            HasLater: false, IsTorn: false, IsRotted: false, IsOutOfOrder: false, IsShort: false),
        new("preparation interrupted", RecoveryDecision.Remove, [SegmentContent.Blank],
            HasLater: false, IsTorn: false, IsRotted: false, IsOutOfOrder: false, IsShort: true),
        new("all frames vanished", RecoveryDecision.KeepEvidence, [SegmentContent.Blank],
            HasLater: true, IsTorn: false, IsRotted: false, IsOutOfOrder: false),
        new("reuse interrupted", RecoveryDecision.Remove, [SegmentContent.Freed],
            IsTorn: false, IsRotted: false, IsOutOfOrder: false),
        new("no frame of its own", RecoveryDecision.KeepEvidence, [SegmentContent.Foreign, SegmentContent.Junk],
            IsTorn: false, IsRotted: false, IsOutOfOrder: false),
        new("end of the last run", RecoveryDecision.Seal, [SegmentContent.Own],
            HasLater: false, IsTorn: false, IsRotted: false, IsOutOfOrder: false),
        new("torn tail discarded", RecoveryDecision.SealDiscardingTail, [SegmentContent.Own],
            HasLater: false, IsTorn: true, IsRotted: false, IsOutOfOrder: false, IsShort: false),
        new("full and whole", RecoveryDecision.Keep, [SegmentContent.Own],
            HasLater: true, IsTorn: false, IsRotted: false, IsOutOfOrder: false),
        new("rotted, with an unfinished end", RecoveryDecision.KeepEvidence, [SegmentContent.Own],
            HasLater: false, IsTorn: true, IsRotted: true, IsShort: false),
        new("rotted", RecoveryDecision.KeepEvidence, [SegmentContent.Own], IsTorn: false, IsRotted: true),
        new("batches out of order", RecoveryDecision.KeepEvidence, [SegmentContent.Own],
            IsTorn: false, IsRotted: false, IsOutOfOrder: true),
        new("batches out of order, with an unfinished end", RecoveryDecision.KeepEvidence, [SegmentContent.Own],
            HasLater: false, IsTorn: true, IsRotted: false, IsOutOfOrder: true, IsShort: false),
        new("torn before a later segment", RecoveryDecision.Contradiction, [SegmentContent.Own],
            HasLater: true, IsTorn: true),
        new("torn though sealed", RecoveryDecision.Contradiction, [SegmentContent.Own],
            HasLater: false, IsTorn: true, IsShort: true),
        new("a tail without frames", RecoveryDecision.Contradiction, NotOwn, IsTorn: true),
        new("rot without frames", RecoveryDecision.Contradiction, NotOwn, IsTorn: false, IsRotted: true),
        new("order without frames", RecoveryDecision.Contradiction, NotOwn,
            IsTorn: false, IsRotted: false, IsOutOfOrder: true),
    ];

    private static SegmentContent[] NotOwn =>
        [SegmentContent.Blank, SegmentContent.Freed, SegmentContent.Foreign, SegmentContent.Junk];

    /// <summary>The decision for a combination of facts, and the row's name.</summary>
    public static (RecoveryDecision Decision, string Name) Decide(in RecoveryFacts facts)
    {
        foreach (Row row in Rows)
        {
            if (row.Meets(facts))
            {
                return (row.Decision, row.Name);
            }
        }

        throw new InvalidOperationException($"no row of the recovery table meets {facts}");
    }

    /// <summary>Rows in the table.</summary>
    internal static int Count => Rows.Length;

    /// <summary>Names of all rows that meet a combination; the test wants exactly one.</summary>
    internal static List<string> RowsFor(in RecoveryFacts facts)
    {
        List<string> names = [];
        foreach (Row row in Rows)
        {
            if (row.Meets(facts))
            {
                names.Add(row.Name);
            }
        }

        return names;
    }

    private sealed record Row(
        string Name, RecoveryDecision Decision, SegmentContent[] Contents,
        bool? HasLater = null, bool? IsTorn = null, bool? IsRotted = null, bool? IsOutOfOrder = null,
        bool? IsShort = null)
    {
        public bool Meets(in RecoveryFacts facts) =>
            Array.IndexOf(Contents, facts.Content) >= 0
            && (HasLater ?? facts.HasLater) == facts.HasLater
            && (IsTorn ?? facts.IsTorn) == facts.IsTorn
            && (IsRotted ?? facts.IsRotted) == facts.IsRotted
            && (IsOutOfOrder ?? facts.IsOutOfOrder) == facts.IsOutOfOrder
            && (IsShort ?? facts.IsShort) == facts.IsShort;
    }
}
