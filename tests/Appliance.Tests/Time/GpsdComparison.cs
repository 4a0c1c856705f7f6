using System.Text;
using Appliance.Time.Receivers;

namespace Appliance.Tests.Time;

/// <summary>What came of one of gpsd's epochs.</summary>
internal enum EpochOutcome
{
    /// <summary>Time, kind of fix and leap seconds are those of gpsd.</summary>
    Equal,

    /// <summary>gpsd moved the date by 1,024 weeks away from the capture; ours is the date of the receiver.</summary>
    Moved,

    /// <summary>The receiver is 1,024 weeks behind: gpsd passes it on, ours is repaired and not valid alone.</summary>
    Repaired,

    /// <summary>gpsd sees a fix, ours none: the receiver itself says that the fix is not good, or said so just before.
    /// </summary>
    Stricter,

    /// <summary>
    /// Both see a fix, but not of the same kind: gpsd keeps "space" from an earlier second whose height was given.
    /// </summary>
    Kind,

    /// <summary>No dated message of that second; gpsd takes the date of one before.</summary>
    Undated,

    /// <summary>The log is in a protocol that is not spoken here.</summary>
    Foreign,

    /// <summary>The time is there, and anything else is not equal.</summary>
    Different,
}

/// <summary>A log compared epoch by epoch.</summary>
internal sealed record GpsdComparison(
    GpsdLog Log, ReceiverCounters Counters, int[] Outcomes, int More, int ValidWithoutFix, List<string> Different)
{
    private const long EraMs = EpochRule.EraSeconds * 1000;

    public static GpsdComparison Of(GpsdLog log)
    {
        List<LogEpoch> ours = log.Ours(null, out _, out ReceiverCounters counters);
        ILookup<long, LogEpoch> byTime = ours.ToLookup(o => o.Ms);
        int[] outcomes = new int[Enum.GetValues<EpochOutcome>().Length];
        List<string> different = [];
        HashSet<long> met = [];
        foreach (LogEpoch theirs in log.Theirs)
        {
            EpochOutcome outcome = Judge(theirs, byTime, counters, met);
            outcomes[(int)outcome]++;
            if (outcome == EpochOutcome.Different)
            {
                different.Add($"{log.Name}: gpsd {theirs}, ours {byTime[theirs.Ms].Last()}");
            }
        }

        HashSet<long> fixless = [.. log.Theirs.Where(t => t.Mode <= 1).Select(t => t.Ms)];
        return new(
            log, counters, outcomes, ours.Where(o => o.IsValid && !met.Contains(o.Ms)).DistinctBy(o => o.Ms).Count(),
            ours.Count(o => o.IsValid && fixless.Contains(o.Ms)), different);
    }

    public static string Table(IReadOnlyList<GpsdComparison> all)
    {
        StringBuilder text = new();
        text.Append("| log | frames | epochs of gpsd | equal | moved | repaired | stricter | kind | undated |")
            .Append(" foreign | different | more |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (GpsdComparison one in all)
        {
            text.Append(Row(one.Log.Name, one.Counters.UbxFrames + one.Counters.Sentences, one.Outcomes, one.More));
        }

        int[] sums = [.. Enumerable.Range(0, all[0].Outcomes.Length).Select(i => all.Sum(o => o.Outcomes[i]))];
        return text.Append(Row(
            $"**{all.Count} logs**", all.Sum(o => o.Counters.UbxFrames + o.Counters.Sentences), sums,
            all.Sum(o => o.More))).ToString();
    }

    private static string Row(string name, long frames, int[] outcomes, int more) =>
        $"| {name} | {frames} | {outcomes.Sum()} | {string.Join(" | ", outcomes)} | {more} |\n";

    private static EpochOutcome Judge(
        LogEpoch theirs, ILookup<long, LogEpoch> byTime, ReceiverCounters counters, HashSet<long> met)
    {
        if (counters.UbxFrames + counters.Sentences == 0)
        {
            return EpochOutcome.Foreign;
        }

        if (byTime[theirs.Ms].LastOrDefault() is LogEpoch ours)
        {
            met.Add(ours.Ms);
            bool isLeapEqual = theirs.Leap == ours.Leap || theirs.Leap == ours.LeapBefore;
            bool isModeEqual = ours.Mode == Math.Max(1, theirs.Mode) ||
                (ours.Mode == GpsdLog.TimeOnly && theirs.Mode > 1);
            return isLeapEqual && isModeEqual ? EpochOutcome.Equal
                : theirs.Mode > 1 && !ours.IsValid ? EpochOutcome.Stricter
                : theirs.Mode > 1 && isLeapEqual ? EpochOutcome.Kind : EpochOutcome.Different;
        }

        if (byTime[theirs.Ms - EraMs].LastOrDefault() is LogEpoch before)
        {
            met.Add(before.Ms);
            return EpochOutcome.Moved;
        }

        if (byTime[theirs.Ms + EraMs].LastOrDefault() is { IsRepaired: true } after)
        {
            met.Add(after.Ms);
            return EpochOutcome.Repaired;
        }

        return EpochOutcome.Undated;
    }
}
