using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>
/// Questions whose process was killed before it could log an end. What they opened is in the log (releases); that
/// nobody got an answer is said here, by the next one that looks.
/// </summary>
internal sealed class UnendedQuestions(StoreFolder folder, TransparencyLog log, TimeProvider clock)
{
    /// <summary>What the entry of such an end says.</summary>
    public const string Word = "interrupted";

    // All entries before it have been seen, and have an end: the next look begins here.
    private ulong first;

    /// <summary>
    /// Questions that no delivery, refusal or error refers to, among entries that follow one another.
    /// </summary>
    public static IReadOnlyList<LoggedEntry> Among(IReadOnlyList<LoggedEntry> entries)
    {
        var ended = new HashSet<ulong>();
        foreach (LoggedEntry logged in entries)
        {
            if (logged.Entry.Kind is LogKind.Delivery or LogKind.Refusal or LogKind.Error
                && logged.Entry.RefersTo is { } question)
            {
                ended.Add(question);
            }
        }

        return
        [
            .. entries.Where(logged => logged.Entry.Kind == LogKind.Question && !ended.Contains(logged.Index)),
        ];
    }

    /// <summary>Logs the end of each that no process asks any more; returns their indexes.</summary>
    public IReadOnlyList<ulong> End()
    {
        var ended = new List<ulong>();
        IReadOnlyList<LoggedEntry> entries = log.Entries(first, int.MaxValue);
        ulong next = first + (ulong)entries.Count;
        foreach (LoggedEntry question in Among(entries))
        {
            // Its process may be between its entry and its mark: that is a moment, not a minute.
            bool isOld = question.Entry.UtcUs + StoreLimits.MarkedWithinUs < UtcClock.Now(clock);
            using AskingMark? mark = isOld ? AskingMark.TryTake(folder, question.Index) : null;
            if (mark is null)
            {
                next = Math.Min(next, question.Index);
            }
            else if (Among(log.Entries(question.Index, int.MaxValue)) is [{ } same, ..]
                && same.Index == question.Index)
            {
                log.Append(new LogDraft
                {
                    Kind = LogKind.Error,
                    Actor = LogActor.Store,
                    Content = System.Text.Encoding.UTF8.GetBytes(
                        Word + "\nits process ended before an answer was delivered or refused"),
                    Request = question.Entry.Request,
                    Purpose = question.Entry.Purpose,
                    RefersTo = question.Index,
                });
                ended.Add(question.Index);
            }
        }

        first = next;
        return ended;
    }
}
