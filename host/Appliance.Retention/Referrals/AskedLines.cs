using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>Lines that were asked in one question, in one run or in several.</summary>
/// <param name="Number">Which question of the referral it is, from 1.</param>
/// <param name="Entry">Its first entry, to which those of later runs refer; null where it is still to be asked.</param>
/// <param name="Question">What it asks.</param>
/// <param name="IsDelivered">Whether the last end of a run is a delivery; any other one handed nothing over.</param>
/// <param name="Unended">Runs of it that have no end: their process was killed, or still asks.</param>
internal sealed record AskedLines(
    int Number, LoggedEntry? Entry, AskedQuestion Question, bool IsDelivered, IReadOnlyList<LoggedEntry> Unended)
{
    /// <summary>A question that is still to be asked.</summary>
    public AskedLines(int number, AskedQuestion question)
        : this(number, null, question, false, [])
    {
    }

    /// <summary>
    /// What was asked of a referral so far, by the log alone: it is what a run goes on from, whatever became of the
    /// one before.
    /// </summary>
    public static List<AskedLines> Read(TransparencyLog log, Id16 request, Hash32 referral)
    {
        Dictionary<ulong, LogKind> ends = [];
        foreach (LoggedEntry entry in log.Entries(0, int.MaxValue))
        {
            if (entry.Entry.Request == request && entry.Entry.RefersTo is { } question
                && entry.Entry.Kind is LogKind.Delivery or LogKind.Refusal or LogKind.Error)
            {
                ends[question] = entry.Entry.Kind;
            }
        }

        var asked = new List<AskedLines>();
        foreach ((LoggedEntry entry, byte[] content) in log.Open(LogKind.Question))
        {
            if (entry.Entry.Request == request && AskedQuestion.Decode(content) is { } question
                && question.Verb == AskedQuestion.ReferralVerb && question.Referral == referral.ToString())
            {
                Add(asked, entry, question, ends.TryGetValue(entry.Index, out LogKind end) ? end : null);
            }
        }

        return asked;
    }

    private static void Add(List<AskedLines> asked, LoggedEntry entry, AskedQuestion question, LogKind? end)
    {
        int known = asked.FindIndex(lines => lines.Entry!.Index == entry.Entry.RefersTo);
        if (known < 0)
        {
            known = asked.Count;
            asked.Add(new AskedLines(known + 1, question) { Entry = entry });
        }

        AskedLines before = asked[known];
        asked[known] = before with
        {
            IsDelivered = before.IsDelivered || end == LogKind.Delivery,
            Unended = end is null ? [.. before.Unended, entry] : before.Unended,
        };
    }
}
