using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>
/// Gives every line of a referral its verdict. What needs no record is judged first; the rest is ordered by time and
/// answered in groups, so that each batch is opened once for many lines. Destinations are opened only for lines that
/// address, port and time left several lines for, and only where that is allowed.
/// </summary>
/// <param name="archive">Where the records are.</param>
/// <param name="oldest">Begin of the retention period.</param>
/// <param name="withDestinations">Whether the contact section may be opened.</param>
internal sealed class ReferralRun(IRecordArchive archive, TaiTime oldest, bool withDestinations)
{
    private readonly GroupResolver resolver = new(archive, oldest);

    private readonly HashSet<AnswerPlace> places = [];
    private readonly HashSet<AnswerMoment> moments = [];

    /// <summary>Records that the lines which were named rest on, of all groups so far.</summary>
    public IReadOnlyCollection<AnswerPlace> Places => places;

    /// <summary>Seconds that they rely on.</summary>
    public IReadOnlyCollection<AnswerMoment> Moments => moments;

    /// <summary>Batches opened for flows so far.</summary>
    public int Batches => resolver.Batches;

    /// <summary>Verdicts of a group at a time, in the order of their times; the caller keeps them.</summary>
    /// <param name="lines">Lines that records can answer.</param>
    public IEnumerable<IReadOnlyList<LineVerdict>> Judge(IEnumerable<OpenLine> lines)
    {
        foreach (ArraySegment<OpenLine> group in Group(lines, Limits.GroupLinesMax))
        {
            foreach (IReadOnlyList<LineVerdict> verdicts in Judge(group))
            {
                yield return verdicts;
            }
        }
    }

    /// <summary>Verdicts of one group, in the order of their times.</summary>
    public List<LineVerdict> JudgeGroup(IReadOnlyList<OpenLine> group) =>
        [.. Judge(new ArraySegment<OpenLine>([.. group])).SelectMany(verdicts => verdicts)];

    /// <summary>Lines in the order of their times, in groups that are answered together.</summary>
    public static IEnumerable<ArraySegment<OpenLine>> Group(IEnumerable<OpenLine> lines, int most)
    {
        OpenLine[] ordered = [.. lines.OrderBy(line => line.Question.Window.From).ThenBy(line => line.Verdict.Row)];
        for (int first = 0; first < ordered.Length;)
        {
            int count = 1;
            TaiTime end = Window.Add(ordered[first].Question.Window.From, Limits.GroupUs);
            while (count < most && first + count < ordered.Length && ordered[first + count].Question.Window.From < end)
            {
                count++;
            }

            yield return new ArraySegment<OpenLine>(ordered, first, count);
            first += count;
        }
    }

    /// <summary>A group; in halves where its addresses have more flows than can be held.</summary>
    private IEnumerable<IReadOnlyList<LineVerdict>> Judge(ArraySegment<OpenLine> group)
    {
        IReadOnlyList<LineVerdict>? verdicts = null;
        string tooWide = "";
        try
        {
            verdicts = JudgeTogether(group);
        }
        catch (QuestionTooWideException wide)
        {
            tooWide = wide.Message;
        }

        if (verdicts is null && group.Count == 1)
        {
            verdicts = [group[0].Verdict with { Why = WhyNot.Unreadable, Reason = tooWide }];
        }

        return verdicts is not null
            ? [verdicts]
            : Judge(group[..(group.Count / 2)]).Concat(Judge(group[(group.Count / 2)..]));
    }

    private LineVerdict[] JudgeTogether(IReadOnlyList<OpenLine> group)
    {
        Dictionary<Asked, GroupAnswer> today = Answer(group, Asked.WithoutService);
        OpenLine[] open =
            [.. group.Where(line => withDestinations && NeedsDestination(line, today[Asked.WithoutService(line)]))];
        Dictionary<Asked, GroupAnswer> contacts = open.Length == 0 ? [] : Answer(open, Asked.WithService);
        return
        [
            .. group.Select(line => Verdict(
                line, today[Asked.WithoutService(line)], contacts.GetValueOrDefault(Asked.WithService(line)))),
        ];
    }

    /// <summary>The answers, one for each different question: lines of a referral often repeat each other.</summary>
    private Dictionary<Asked, GroupAnswer> Answer(IReadOnlyList<OpenLine> lines, Func<OpenLine, Asked> key)
    {
        var questions = new Dictionary<Asked, ResolveQuestion>();
        foreach (OpenLine line in lines)
        {
            Asked asked = key(line);
            questions.TryAdd(asked, line.Question with { Service = asked.Service });
        }

        Asked[] keys = [.. questions.Keys];
        GroupAnswer[] answers = resolver.Answer([.. questions.Values]);
        var found = new Dictionary<Asked, GroupAnswer>();
        for (int i = 0; i < keys.Length; i++)
        {
            found.Add(keys[i], answers[i]);
        }

        return found;
    }

    private static bool NeedsDestination(OpenLine line, GroupAnswer today) =>
        line.Service.Length > 0 && today.Word == AnswerWord.Ambiguous;

    private LineVerdict Verdict(OpenLine line, GroupAnswer today, GroupAnswer? contact)
    {
        LineVerdict verdict = line.Verdict with { Lines = today.Lines, Reason = today.Reason };
        return today.Word switch
        {
            AnswerWord.Identified => Named(verdict, line, LineClass.Today, today),
            AnswerWord.NotCovered => verdict with { Why = WhyNot.NotCovered },
            AnswerWord.Ambiguous => contact is null
                ? verdict with { Why = WhyNot.Ambiguous, Reason = $"{today.Reason}; {Wanting(line)}" }
                : WithDestination(verdict with { LinesWithDestination = contact.Lines }, line, contact),
            _ => verdict with { Why = WhyNot.Nobody },
        };
    }

    private LineVerdict WithDestination(LineVerdict verdict, OpenLine line, GroupAnswer contact) =>
        contact.Word switch
        {
            AnswerWord.Identified => Named(
                verdict with { Reason = $"of {verdict.Lines} lines only one contacted {line.Service}" },
                line,
                LineClass.WithDestination,
                contact),
            AnswerWord.NotCovered => verdict with { Why = WhyNot.NotCovered, Reason = contact.Reason },
            AnswerWord.Ambiguous => verdict with
            {
                Why = WhyNot.AmbiguousWithDestination,
                Reason = $"{contact.Lines} of {verdict.Lines} lines contacted {line.Service}; "
                    + (line.Question.Port is null ? "the port would tell more" : "a more exact time would tell more"),
            },
            _ => verdict with
            {
                Why = WhyNot.AmbiguousWithDestination,
                Reason = $"none of {verdict.Lines} lines is recorded as contacting {line.Service}; check both it and "
                    + "the time",
            },
        };

    private string Wanting(OpenLine line) => line.Service.Length > 0 && !withDestinations
        ? "the destination is given, and was not to be opened"
        : line.Question.Port is null ? "the port or the service would tell more" : "the service would tell more";

    private LineVerdict Named(LineVerdict verdict, OpenLine line, LineClass kind, GroupAnswer answer)
    {
        Evaluation result = answer.Result!;
        moments.UnionWith(AnswerMoments.Of(result, line.Question.Window.From));
        places.UnionWith(AnswerPlaces.Of(result));
        return verdict with { Class = kind, Line = result.Candidates[0].Line.Name };
    }

    /// <summary>What makes two lines one question.</summary>
    private readonly record struct Asked(Ip Address, ushort? Port, Window Window, string Service)
    {
        public static Asked WithoutService(OpenLine line) => WithService(line) with { Service = "" };

        public static Asked WithService(OpenLine line) =>
            new(line.Question.Address, line.Question.Port, line.Question.Window, line.Service);
    }
}
