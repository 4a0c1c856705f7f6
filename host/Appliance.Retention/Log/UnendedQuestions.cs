using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>
/// Questions whose process was killed before it could log an end. What they opened is in the log (releases); that
/// nobody got an answer is said here, by the next one that looks. Keep it to look again: it goes on where it was.
/// </summary>
internal sealed class UnendedQuestions(StoreFolder folder, TimeProvider clock)
{
    /// <summary>What the entry of such an end says.</summary>
    public const string Word = "interrupted";

    // All entries before it have been seen, and have an end: the next look begins here.
    private ulong first;

    // The entry before it. Where the log has another one there it is another log (put back from a copy, say), of which
    // nothing has been seen.
    private Hash32 before;

    /// <summary>Entries that the last look read.</summary>
    public int Looked { get; private set; }

    /// <summary>
    /// Questions that no delivery, refusal or error refers to, among entries that follow one another. A question that
    /// is gone on with has an entry for each run of it, and each needs its own end.
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
    public IReadOnlyList<ulong> End(TransparencyLog log)
    {
        if (first > 0 && LeafBefore(log, first) != before)
        {
            first = 0;
        }

        var ended = new List<ulong>();
        IReadOnlyList<LoggedEntry> entries = log.Entries(first, int.MaxValue);
        Looked = entries.Count;
        ulong next = first + (ulong)entries.Count;
        foreach (LoggedEntry question in Among(entries))
        {
            // Its process may be between its entry and its mark: that is a moment, not a minute.
            bool isOld = question.Entry.UtcUs + StoreLimits.MarkedWithinUs < UtcClock.Now(clock);
            bool? isEnded = isOld ? TryEnd(log, question) : null;
            if (isEnded is null)
            {
                next = Math.Min(next, question.Index);
            }
            else if (isEnded.Value)
            {
                ended.Add(question.Index);
            }
        }

        first = next;
        before = first > 0 ? LeafBefore(log, first) : default;
        return ended;
    }

    /// <summary>Logs that a question was interrupted, unless it has an end by now.</summary>
    /// <returns>False where it had one; null where a process asks it.</returns>
    public bool? TryEnd(TransparencyLog log, LoggedEntry question)
    {
        using AskingMark? mark = AskingMark.TryTake(folder, question.Index);
        if (mark is null)
        {
            return null;
        }

        if (Among(log.Entries(question.Index, int.MaxValue)) is not [{ } same, ..] || same.Index != question.Index)
        {
            return false;
        }

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
        return true;
    }

    private static Hash32 LeafBefore(TransparencyLog log, ulong index) =>
        log.Entries(index - 1, 1) is [{ } entry] ? LogEntry.LeafOf(entry.Bytes) : default;
}
