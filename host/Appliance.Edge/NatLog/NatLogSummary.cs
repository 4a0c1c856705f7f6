using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Edge.NatLog;

/// <summary>What the NAT's logs and rules did in a replay.</summary>
public sealed record NatLogSummary
{
    /// <summary>Messages and lines that were read.</summary>
    public required long Messages { get; init; }

    public required ulong Events { get; init; }

    /// <summary>Places where messages are missing.</summary>
    public required ulong Gaps { get; init; }

    /// <summary>Events whose time and arrival cannot both be right.</summary>
    public required ulong ClockOff { get; init; }

    /// <summary>Messages that are no message of their kind, and data sets whose template did not come.</summary>
    public required long Malformed { get; init; }

    /// <summary>Lines by vendor that no template fitted; "unknown" where no vendor is known.</summary>
    public required IReadOnlyDictionary<string, long> NotUnderstood { get; init; }

    /// <summary>Flows whose other side a log or rule gave.</summary>
    public required ulong Named { get; init; }

    /// <summary>Flows of which the mirror and another witness say the same.</summary>
    public required ulong Agreed { get; init; }

    /// <summary>Flows of which two witnesses say different things.</summary>
    public required ulong Conflicts { get; init; }

    /// <summary>Flows of which a log says something, but not with certainty.</summary>
    public required ulong Doubts { get; init; }

    /// <summary>Reads decoders and counters; null where neither a log nor a rule was there.</summary>
    public static NatLogSummary? Of(LogDatagrams? log, bool hasRules, ReadOnlySpan<ulong> counters)
    {
        if (log is null && !hasRules)
        {
            return null;
        }

        return new NatLogSummary
        {
            Messages = (log?.Exports.Tally.Messages ?? 0) + (log?.Lines.Lines ?? 0),
            Events = counters[(int)Counter.WitnessEvents],
            Gaps = counters[(int)Counter.WitnessGaps],
            ClockOff = counters[(int)Counter.WitnessClockOff],
            Malformed = log is null ? 0 : log.Exports.Tally.Malformed + log.Exports.Tally.SetsLost,
            NotUnderstood = NotUnderstoodOf(log),
            Named = counters[(int)Counter.WitnessNamed],
            Agreed = counters[(int)Counter.WitnessAgreed],
            Conflicts = counters[(int)Counter.WitnessConflicts],
            Doubts = counters[(int)Counter.WitnessDoubts],
        };
    }

    internal static Dictionary<string, long> NotUnderstoodOf(LogDatagrams? log)
    {
        Dictionary<string, long> found = [];
        IReadOnlyList<string> vendors = LogTemplates.BuiltIn.Vendors;
        for (int i = 0; log is not null && i <= vendors.Count; i++)
        {
            if (log.Lines.NotUnderstood(i) is > 0 and long count)
            {
                found[i < vendors.Count ? vendors[i] : "unknown"] = count;
            }
        }

        return found;
    }
}
