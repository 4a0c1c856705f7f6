using System.Runtime.InteropServices;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>The word of one question of a group, and what it rests on.</summary>
/// <param name="Word">The same word as <see cref="Resolver"/> would give.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Result">The candidate lines.</param>
internal sealed record GroupAnswer(AnswerWord Word, string Reason, Evaluation Result);

/// <summary>
/// Resolves many questions of about the same time at once: every batch around them is opened once, and only what is of
/// their addresses is kept. Each question gets what <see cref="Resolver"/> would have found for it, and is judged by
/// the same evaluation and verdict; neighbours and sensitivity are left out. Questions name no protocol.
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
        Found[] found = [.. questions.Select(question => addresses.Of(question, Around(question), coverages))];
        Narrowing[] narrowings = [.. questions.Select(question => addresses.Narrow(question, Around(question)))];
        Evaluation[] nameless = [.. questions.Select((question, i) => Evaluate(question, found[i], narrowings[i]))];
        List<Line>[] lines = [.. nameless.Select(LinesToName)];
        GroupSessions sessions = ReadSessions(questions, found, lines);
        return
        [
            .. questions.Select((question, i) =>
            {
                Found named = SessionNames.Give(found[i], sessions.Of(lines[i]), question.Window.From);
                bool isSame = ReferenceEquals(named, found[i]);
                return Judge(question, named, isSame ? nameless[i] : Evaluate(question, named, narrowings[i]));
            }),
        ];
    }

    private static Evaluation Evaluate(ResolveQuestion question, Found found, Narrowing narrowing) =>
        new Evaluator(question, found.Holdings, found.Blocks, found.Coverages, narrowing)
            .Unranked(question.Interval.Window);

    private Window Around(ResolveQuestion question)
    {
        Window around = question.Window.Widen(Limits.ReadAroundUs);
        return around.From < oldest ? around with { From = oldest } : around;
    }

    private static GroupAnswer Judge(ResolveQuestion question, Found found, Evaluation result)
    {
        IReadOnlyList<NotCovered> missing = found.Coverages.In(question.Window, found.Devices);
        (AnswerWord word, string reason) = Verdict.Of(question, result, missing);
        return new GroupAnswer(word, reason, result);
    }

    /// <summary>The sessions of every line that some question may name.</summary>
    private GroupSessions ReadSessions(
        IReadOnlyList<ResolveQuestion> questions, Found[] found, List<Line>[] lines)
    {
        var queries = new Dictionary<Ip, TokenQuery>();
        Window flows = questions[0].Window;
        for (int i = 0; i < found.Length; i++)
        {
            foreach (Line line in lines[i])
            {
                Ip address = line.Holds.Address;
                queries.TryAdd(address, TokenQuery.SessionOf(address));
            }

            // Holdings come the earliest first.
            TaiTime from = questions[i].Window.From;
            from = found[i].Holdings.Count > 0 ? Earlier(found[i].Holdings[0].Row.Start, from) : from;
            TaiTime to = questions[i].Window.To;
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
}

/// <summary>What was read of the addresses of a group of questions.</summary>
internal sealed class GroupAddresses
{
    private static readonly HoldingIndex Nothing = new([], new Coverages(new Coverage([])));

    private readonly Dictionary<Ip, Wanted> wanted = [];
    private readonly BlockMerge blocks = new();
    private List<BlockHolding> allBlocks = [];

    public GroupAddresses(IReadOnlyList<ResolveQuestion> questions)
    {
        var queries = new List<TokenQuery>();
        foreach (ResolveQuestion question in questions)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(question.Protocol, "", nameof(questions));
            ref Wanted? address = ref CollectionsMarshal.GetValueRefOrAddDefault(wanted, question.Address, out _);
            address ??= new Wanted();
            if (question.Port is { } port)
            {
                if (address.Ports.Add(port))
                {
                    queries.Add(TokenQuery.PublicEndpoint(question.Address, port));
                }
            }
            else if (!address.IsAnyPort)
            {
                address.IsAnyPort = true;
                queries.Add(TokenQuery.PublicAddress(question.Address));
            }
        }

        Queries = queries;
    }

    /// <summary>What batches of these questions have.</summary>
    public IReadOnlyList<TokenQuery> Queries { get; }

    public void Take(OpenedRows opened)
    {
        Span<FlowRow> rows = CollectionsMarshal.AsSpan(opened.Rows.Flows);
        for (int i = 0; i < rows.Length; i++)
        {
            if (wanted.TryGetValue(rows[i].PublicAddress, out Wanted? address)
                && (address.IsAnyPort || address.Ports.Contains(rows[i].PublicPort)))
            {
                address.Merge.Add(opened, i);
            }
        }

        blocks.Take(opened, (in BlockRow row) => wanted.ContainsKey(row.PublicAddress));
    }

    /// <summary>All batches were taken.</summary>
    public void Finish(Coverages coverages)
    {
        foreach (Wanted address in wanted.Values)
        {
            List<Holding> all = address.Merge.Finish();
            address.AnyPort = new HoldingIndex(address.IsAnyPort ? all : [], coverages);
            foreach (IGrouping<ushort, Holding> port in all.GroupBy(holding => holding.Row.PublicPort))
            {
                if (address.Ports.Contains(port.Key))
                {
                    address.ByPort.Add(port.Key, new HoldingIndex([.. port], coverages));
                }
            }
        }

        allBlocks = blocks.Finish();
    }

    /// <summary>What a question would have found by itself, but for what its window has nothing to do with.</summary>
    public Found Of(ResolveQuestion question, Window around, Coverages coverages)
    {
        HoldingIndex index = IndexOf(question);
        List<BlockHolding> held =
        [
            .. allBlocks.Where(block => HolderReader.Fits(block.Row, question)
                && block.Touches(around)),
        ];
        HashSet<Id16> devices = [.. index.Devices(around), .. held.Select(block => block.Device)];
        return new Found(index.Near(question.Window), held, coverages, devices, Batches: 0);
    }

    /// <summary>How the flows around a question narrow it.</summary>
    public Narrowing Narrow(ResolveQuestion question, Window around) => new(
        question, question.Service.Length == 0 ? [] : IndexOf(question).EndpointsOf(question.Service, around));

    private HoldingIndex IndexOf(ResolveQuestion question)
    {
        Wanted address = wanted[question.Address];
        return question.Port is { } port ? address.ByPort.GetValueOrDefault(port) ?? Nothing : address.AnyPort;
    }

    private sealed class Wanted
    {
        public bool IsAnyPort { get; set; }

        public HashSet<ushort> Ports { get; } = [];

        public HoldingMerge Merge { get; } = new();

        public HoldingIndex AnyPort { get; set; } = Nothing;

        public Dictionary<ushort, HoldingIndex> ByPort { get; } = [];
    }
}

/// <summary>The sessions of a group, found again by what they hold.</summary>
internal sealed class GroupSessions
{
    public static readonly GroupSessions None = new([]);

    private readonly Dictionary<Ip, List<SessionHolding>> ofAddress = [];
    private readonly List<SessionHolding> ofPrefix = [];

    public GroupSessions(IReadOnlyList<SessionHolding> all)
    {
        foreach (SessionHolding session in all)
        {
            bool isAddress = session.Prefix.Length == (session.Prefix.Address.IsV4 ? 32 : 128);
            if (isAddress)
            {
                ref List<SessionHolding>? list =
                    ref CollectionsMarshal.GetValueRefOrAddDefault(ofAddress, session.Prefix.Address, out _);
                (list ??= []).Add(session);
            }
            else
            {
                ofPrefix.Add(session);
            }
        }
    }

    /// <summary>The sessions that may name these lines.</summary>
    public Sessions Of(IReadOnlyList<Line> lines)
    {
        if (lines.Count == 0 || ofAddress.Count + ofPrefix.Count == 0)
        {
            return new Sessions([]);
        }

        var sessions = new List<SessionHolding>(ofPrefix);
        foreach (Ip address in lines.Select(line => line.Holds.Address).Distinct())
        {
            sessions.AddRange(ofAddress.GetValueOrDefault(address) ?? []);
        }

        return new Sessions(sessions);
    }
}
