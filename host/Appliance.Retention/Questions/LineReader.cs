using System.Runtime.InteropServices;
using System.Text;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>Reads what is recorded of one line in an interval.</summary>
internal sealed class LineReader(IRecordArchive archive, TaiTime oldest)
{
    /// <summary>The flows and blocks of the line that touch the interval.</summary>
    /// <param name="question">The line and the interval.</param>
    /// <param name="sections">Sections to open.</param>
    public Found Read(LineQuestion question, SectionSet sections)
    {
        Window asked = question.Interval.Window;
        var match = new LineMatch(question);
        if (question.Subscriber.Length > 0)
        {
            ReadSessions(question, match);
        }

        // A flow's next record comes after the interval; with it, what is known of the flow is complete.
        TaiTime to = Window.Add(asked.To, Limits.RecordEveryUs + Limits.RecordSlackUs);
        var merge = new HoldingMerge();
        var blocks = new BlockMerge();
        var devices = new HashSet<Id16>();
        int batches = 0;
        foreach (OpenedRows opened in archive.Read(asked.From, to, sections, Queries(question, match.Queries())))
        {
            batches++;
            bool flows = TakeFlows(opened, match, asked, merge);
            bool ports = blocks.Take(opened, (in BlockRow row) => match.IsOf(opened.Rows, row)
                && asked.Widen(opened.Corrections.SlackOf(row.Start, row.End))
                    .Touches(row.Start, row.End == default ? asked.To : row.End));
            if (flows || ports)
            {
                devices.Add(opened.Device);
            }
        }

        // A line may show up at any box, so the coverage of all of them counts.
        var coverages = new Coverages(archive.Coverage(asked.From, asked.To));
        return match.NameBySessions(new Found(merge.Finish(), blocks.Finish(), coverages, devices, batches));
    }

    private void ReadSessions(LineQuestion question, LineMatch match)
    {
        Window around = question.Interval.Window.Widen(Limits.SessionAroundUs);
        TaiTime from = around.From < oldest ? oldest : around.From;
        IReadOnlyList<TokenQuery> queries = [TokenQuery.Subscriber(question.Subscriber)];
        var merge = new SessionMerge();
        foreach (OpenedRows opened in archive.Read(
            from, around.To, SectionSet.Attribution, Queries(question, queries)))
        {
            merge.Take(opened);
        }

        match.Take(merge.Finish(new Coverages(archive.Coverage(from, around.To))));
    }

    // Records that a correction gives to the line have no token of it: then every batch of the time is opened.
    private IReadOnlyList<TokenQuery> Queries(LineQuestion question, IReadOnlyList<TokenQuery> own)
    {
        Window widest = question.Interval.Window.Widen(Limits.DoubtUsMax);
        bool isCorrected = question.Subscriber.Length > 0
            && archive.Corrections.Names(question.Subscriber, widest.To);
        return isCorrected ? [] : own;
    }

    private static bool TakeFlows(OpenedRows opened, LineMatch match, Window asked, HoldingMerge merge)
    {
        bool any = false;
        Span<FlowRow> rows = CollectionsMarshal.AsSpan(opened.Rows.Flows);
        for (int i = 0; i < rows.Length; i++)
        {
            long bound = rows[i].BoundUs == uint.MaxValue ? 0 : rows[i].BoundUs;
            if (match.IsOf(opened, i)
                && asked.Touches(new Window(rows[i].Start, rows[i].Last).Widen(bound)))
            {
                merge.Add(opened, i);
                any = true;
            }
        }

        return any;
    }
}

/// <summary>Tells the rows of a line: by its reference, its inside address, or the addresses of its sessions.</summary>
internal sealed class LineMatch(LineQuestion question)
{
    private readonly byte[] subscriber = Encoding.UTF8.GetBytes(question.Subscriber);
    private readonly List<SessionHolding> sessions = [];

    /// <summary>
    /// What batches of the line have. A session of a whole prefix has no token of its addresses: then every batch of
    /// the time is opened.
    /// </summary>
    public IReadOnlyList<TokenQuery> Queries()
    {
        if (question.Subscriber.Length == 0)
        {
            return [TokenQuery.Inside(question.Inside)];
        }

        var queries = new List<TokenQuery> { TokenQuery.Subscriber(question.Subscriber) };
        foreach (IpPrefix prefix in sessions.Select(session => session.Prefix))
        {
            if (prefix.Length < (prefix.Address.IsV4 ? 32 : 128))
            {
                return [];
            }

            queries.Add(TokenQuery.Inside(prefix.Address));
        }

        return queries;
    }

    /// <summary>Takes the sessions of the reference.</summary>
    public void Take(Sessions read) =>
        sessions.AddRange(read.All.Where(session => session.Names == question.Subscriber));

    /// <summary>Says of what no record names by which session it is the line's.</summary>
    public Found NameBySessions(Found found) => sessions.Count == 0
        ? found
        : found with
        {
            Holdings =
            [
                .. found.Holdings.Select(holding => holding.Subscriber.Length > 0 ? holding : holding with
                {
                    Session = SessionOf(holding.Realm, holding.Row.SubscriberAddress, holding.Row.Start),
                }),
            ],
            Blocks =
            [
                .. found.Blocks.Select(block => block with
                {
                    Session = SessionOf(block.Realm, block.Row.InsideAddress, block.Row.Start),
                }),
            ],
        };

    /// <summary>Whether a flow of a batch is the line's.</summary>
    public bool IsOf(OpenedRows opened, int index)
    {
        RowBatch rows = opened.Rows;
        ref readonly FlowRow row = ref CollectionsMarshal.AsSpan(rows.Flows)[index];
        if (question.Subscriber.Length == 0)
        {
            return IsInside(rows, row.Realm, row.SubscriberAddress);
        }

        if (rows.Strings[row.Subscriber] is not { Length: > 0 } named)
        {
            return HasSession(rows, row.Realm, row.SubscriberAddress, row.Start);
        }

        var place = new FlowId(opened.Epoch.Number, opened.Sequence, (uint)index);
        LineCorrection? corrected = opened.Corrections.Lines.Count == 0
            ? null : opened.Corrections.LineOf(row.First == default ? place : row.First, row.Start);
        return corrected is null ? named.SequenceEqual(subscriber) : corrected.Subscriber == question.Subscriber;
    }

    public bool IsOf(RowBatch rows, in BlockRow row) => question.Subscriber.Length == 0
        ? IsInside(rows, row.Realm, row.InsideAddress)
        : HasSession(rows, row.Realm, row.InsideAddress, row.Start);

    private bool IsInside(RowBatch rows, int realm, Ip address) =>
        address == question.Inside && (question.Realm.Length == 0 || rows.Strings.Text(realm) == question.Realm);

    private bool HasSession(RowBatch rows, int realm, Ip address, TaiTime time) =>
        SessionOf(rows.Strings.Text(realm), address, time) is not null;

    private SessionHolding? SessionOf(string realm, Ip address, TaiTime time)
    {
        (string held, Ip holds) = new Line(realm, "", address).Holds;
        return sessions.Find(session =>
            Window.Add(session.From, -session.DoubtUs) <= time
            && time <= Window.Add(session.KnownUntil, session.DoubtUs)
            && session.Prefix.Contains(holds) && held == session.Realm);
    }
}
