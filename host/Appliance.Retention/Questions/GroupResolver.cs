using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>The word of one question of a group, and what it rests on.</summary>
/// <param name="Word">The same word as <see cref="Resolver"/> would give.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Lines">How many lines may be the one.</param>
/// <param name="Result">The candidate lines; null where they are several: these are counted and not told.</param>
internal sealed record GroupAnswer(AnswerWord Word, string Reason, int Lines, Evaluation? Result);

/// <summary>
/// Resolves many questions of about the same time at once: every batch around them is opened once, and only what is of
/// their addresses is kept. Each question gets what <see cref="Resolver"/> would have found for it, and is judged by
/// the same evaluation and verdict; neighbours and sensitivity are left out. Where counting the lines shows that they
/// are several whatever else is known, the count is the answer and nothing is evaluated. Questions name no protocol.
/// </summary>
internal sealed class GroupResolver(IRecordArchive archive, TaiTime oldest)
{
    /// <summary>Batches that were opened for flows, for all groups so far.</summary>
    public int Batches { get; private set; }

    /// <summary>
    /// Answers in the order of the questions, which are all about contact or all not: sections are opened for the
    /// whole group.
    /// </summary>
    /// <exception cref="QuestionTooWideException">More flows of these addresses than can be held.</exception>
    public GroupAnswer[] Answer(IReadOnlyList<ResolveQuestion> questions)
    {
        Window around = Around(questions[0]);
        foreach (ResolveQuestion question in questions)
        {
            Window window = Around(question);
            around = new Window(
                window.From < around.From ? window.From : around.From, window.To > around.To ? window.To : around.To);
        }

        var addresses = new GroupAddresses(questions);
        bool contact = questions.Any(question => question.NeedsContact);
        foreach (OpenedRows opened in archive.Read(
            around.From, around.To, contact ? SectionSet.Both : SectionSet.Attribution, addresses.Queries))
        {
            Batches++;
            addresses.Take(opened);
        }

        var coverages = new Coverages(archive.Coverage(around.From, around.To));
        addresses.Finish(coverages);
        var answers = new GroupAnswer[questions.Count];
        var open = new List<Narrowed>();
        for (int i = 0; i < answers.Length; i++)
        {
            ResolveQuestion question = questions[i];
            HashSet<(Ip, ushort)> endpoints = addresses.EndpointsOf(question, Around(question));
            if (addresses.Count(question, endpoints) is { IsAmbiguous: true } count)
            {
                string reason = Verdict.SeveralLines(count.Lines);
                answers[i] = new GroupAnswer(AnswerWord.Ambiguous, reason, count.Lines, null);
            }
            else
            {
                Found found = addresses.Of(question, Around(question), coverages);
                open.Add(new Narrowed(i, question, found, new Narrowing(question, endpoints)));
            }
        }

        Evaluate(open, answers);
        return answers;
    }

    /// <summary>Answers what counting did not.</summary>
    private void Evaluate(List<Narrowed> open, GroupAnswer[] answers)
    {
        Evaluation[] nameless = [.. open.Select(question => question.Evaluate(question.Found))];
        List<Line>[] lines = [.. nameless.Select(LinesToName)];
        GroupSessions sessions = ReadSessions(open, lines);
        for (int i = 0; i < open.Count; i++)
        {
            Narrowed of = open[i];
            Found named = SessionNames.Give(of.Found, sessions.Of(lines[i]), of.Question.Window.From);
            bool isSame = ReferenceEquals(named, of.Found);
            answers[of.Number] = Judge(of.Question, named, isSame ? nameless[i] : of.Evaluate(named));
        }
    }

    private Window Around(ResolveQuestion question)
    {
        Window around = question.Window.Widen(Limits.ReadAroundUs);
        return around.From < oldest ? around with { From = oldest } : around;
    }

    private static GroupAnswer Judge(ResolveQuestion question, Found found, Evaluation result)
    {
        IReadOnlyList<NotCovered> missing = found.Coverages.In(question.Window, found.Devices);
        (AnswerWord word, string reason) = Verdict.Of(question, result, missing);
        return new GroupAnswer(word, reason, result.Lines, word == AnswerWord.Ambiguous ? null : result);
    }

    /// <summary>The sessions of every line that some question may name.</summary>
    private GroupSessions ReadSessions(List<Narrowed> open, List<Line>[] lines)
    {
        if (open.Count == 0)
        {
            return GroupSessions.None;
        }

        var queries = new Dictionary<Ip, TokenQuery>();
        Window flows = open[0].Question.Window;
        for (int i = 0; i < open.Count; i++)
        {
            foreach (Line line in lines[i])
            {
                Ip address = line.Holds.Address;
                queries.TryAdd(address, TokenQuery.SessionOf(address));
            }

            // Holdings come the earliest first.
            (_, ResolveQuestion question, Found found, _) = open[i];
            TaiTime from = question.Window.From;
            from = found.Holdings.Count > 0 ? Earlier(found.Holdings[0].Row.Start, from) : from;
            TaiTime to = question.Window.To;
            flows = new Window(Earlier(flows.From, from), to > flows.To ? to : flows.To);
        }

        return queries.Count == 0 ? GroupSessions.None : ReadSessions([.. queries.Values], flows);
    }

    private static TaiTime Earlier(TaiTime left, TaiTime right) => left < right ? left : right;

    private GroupSessions ReadSessions(List<TokenQuery> queries, Window flows)
    {
        Window around = flows.Widen(Limits.SessionAroundUs);
        TaiTime from = around.From < oldest ? oldest : around.From;
        var merge = new SessionMerge();

        // To look for so many in each filter takes longer than to open the batch.
        IReadOnlyList<TokenQuery> anyOf = queries.Count > Limits.SessionLinesMax ? [] : queries;
        foreach (OpenedRows opened in archive.Read(from, around.To, SectionSet.Attribution, anyOf))
        {
            merge.Take(opened);
        }

        return new GroupSessions(merge.Finish(new Coverages(archive.Coverage(from, around.To))).All);
    }

    /// <summary>The candidates without a reference; none if there are too many to identify one.</summary>
    private static List<Line> LinesToName(Evaluation result)
    {
        var lines = new List<Line>();
        foreach (Candidate candidate in result.Candidates)
        {
            if (candidate.Line.IsKnown && candidate.Line.Subscriber.Length == 0)
            {
                lines.Add(candidate.Line);
            }
        }

        return lines.Count > Limits.SessionLinesMax ? [] : lines;
    }

    /// <summary>A question that needs more than a count.</summary>
    /// <param name="Number">Which of the group.</param>
    /// <param name="Question">The question.</param>
    /// <param name="Found">What holds its address.</param>
    /// <param name="Narrowing">How the flows around it narrow it.</param>
    private sealed record Narrowed(int Number, ResolveQuestion Question, Found Found, Narrowing Narrowing)
    {
        public Evaluation Evaluate(Found found) =>
            new Evaluator(Question, found.Holdings, found.Blocks, found.Coverages, Narrowing)
                .Unranked(Question.Interval.Window);
    }
}
