using System.Text;

namespace Appliance.Journal;

/// <summary>One thing that recovery found worth saying.</summary>
/// <param name="Place">Where, with the bytes on the device.</param>
/// <param name="Decision">What was done about its segment.</param>
/// <param name="Words">What it is, in a phrase.</param>
public readonly record struct RecoveryFinding(FramePlace Place, RecoveryDecision Decision, string Words)
{
    public override string ToString() =>
        $"segment {Place.Segment} from {Place.Offset}, {Place.Length} bytes: {Words}";
}

/// <summary>
/// What a start found on the flash: it goes into the next epoch statement (keys 5 to 7 and 12 of FORMAT.md in Wire).
/// </summary>
public sealed record RecoveryReport
{
    /// <summary>The newest batch that is whole; null where there is none.</summary>
    public JournalFrame? LastBatch { get; init; }

    /// <summary>The newest epoch statement; null on a new folder.</summary>
    public JournalFrame? LastEpochStatement { get; init; }

    /// <summary>The newest copy of a receipt among the segments that were looked at.</summary>
    public JournalFrame? LastReceipt { get; init; }

    /// <summary>An epoch number that no frame on the flash has, damaged ones included.</summary>
    public uint EpochNext { get; init; } = 1;

    /// <summary>The first findings, newest segment first, at most <see cref="Limits.FindingsMax"/>.</summary>
    public IReadOnlyList<RecoveryFinding> Findings { get; init; } = [];

    /// <summary>All findings.</summary>
    public int FindingCount { get; init; }

    /// <summary>The verdict in words; "clean" where there is nothing to say.</summary>
    public string Verdict
    {
        get
        {
            if (FindingCount == 0)
            {
                return "clean";
            }

            StringBuilder text = new();
            text.AppendJoin("; ", Findings);
            return FindingCount == Findings.Count
                ? text.ToString()
                : text.Append($"; and {FindingCount - Findings.Count} more").ToString();
        }
    }
}
