using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>Lines that were asked in one question.</summary>
/// <param name="Number">Which question of the referral it is, from 1.</param>
/// <param name="Entry">Its entry; null where it is still to be asked.</param>
/// <param name="Question">What it asks.</param>
/// <param name="IsDelivered">Whether its last end is a delivery; any other one handed nothing over.</param>
internal sealed record AskedLines(int Number, LoggedEntry? Entry, AskedQuestion Question, bool IsDelivered)
{
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
                asked.Add(new AskedLines(
                    asked.Count + 1, entry, question, ends.GetValueOrDefault(entry.Index) == LogKind.Delivery));
            }
        }

        return asked;
    }
}
