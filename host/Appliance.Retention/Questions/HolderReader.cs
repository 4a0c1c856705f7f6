using System.Runtime.InteropServices;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>What an archive gave around a question.</summary>
internal sealed record Found(
    IReadOnlyList<Holding> Holdings,
    IReadOnlyList<BlockHolding> Blocks,
    Coverages Coverages,
    IReadOnlySet<Id16> Devices,
    int Batches)
{
    /// <summary>Every line of it once.</summary>
    public List<Line> Lines =>
        [.. Holdings.Select(holding => holding.Line).Concat(Blocks.Select(block => block.Line)).Distinct()];
}

/// <summary>Reads the flows and blocks of a public address around an interval, and the sessions of lines.</summary>
internal sealed class HolderReader(IRecordArchive archive)
{
    /// <summary>
    /// Everything that holds the address (and port) around the interval. The contact section is only opened where the
    /// question is about it.
    /// </summary>
    /// <param name="question">The question.</param>
    /// <param name="oldest">Nothing older is read: it is beyond the period.</param>
    public Found Read(ResolveQuestion question, TaiTime oldest)
    {
        Window around = question.Window.Widen(Limits.ReadAroundUs);
        TaiTime from = around.From < oldest ? oldest : around.From;
        TokenQuery query = question.Port is { } port
            ? TokenQuery.PublicEndpoint(question.Address, port)
            : TokenQuery.PublicAddress(question.Address);
        SectionSet sections = question.NeedsContact ? SectionSet.Both : SectionSet.Attribution;
        var merge = new HoldingMerge();
        var blocks = new BlockMerge();
        var devices = new HashSet<Id16>();
        int batches = 0;
        foreach (OpenedRows opened in archive.Read(from, around.To, sections, [query]))
        {
            batches++;
            if (TakeFlows(opened, question, merge) | blocks.Take(opened, (in BlockRow row) => Fits(row, question)))
            {
                devices.Add(opened.Device);
            }
        }

        var coverages = new Coverages(archive.Coverage(from, around.To));
        return new Found(merge.Finish(), blocks.Finish(), coverages, devices, batches);
    }

    /// <summary>Sessions of inside addresses, for lines that have no reference of their own.</summary>
    public Sessions ReadSessions(IEnumerable<Line> lines, Window flows, TaiTime oldest)
    {
        var queries = new List<TokenQuery>();
        foreach (Line line in lines)
        {
            if (line.IsKnown && line.Subscriber.Length == 0)
            {
                queries.Add(TokenQuery.SessionOf(line.Holds.Address));
            }
        }

        if (queries.Count is 0 or > Limits.SessionLinesMax)
        {
            return new Sessions([]);
        }

        Window around = flows.Widen(Limits.SessionAroundUs);
        TaiTime from = around.From < oldest ? oldest : around.From;
        var merge = new SessionMerge();
        foreach (OpenedRows opened in archive.Read(from, around.To, SectionSet.Attribution, queries))
        {
            merge.Take(opened);
        }

        return merge.Finish(new Coverages(archive.Coverage(from, around.To)));
    }

    internal static bool Fits(in BlockRow row, ResolveQuestion question) => row.PublicAddress == question.Address
        && (question.Port is not { } port || (row.PortFirst <= port && port <= row.PortLast));

    private static bool TakeFlows(OpenedRows opened, ResolveQuestion question, HoldingMerge merge)
    {
        bool any = false;
        Span<FlowRow> rows = CollectionsMarshal.AsSpan(opened.Rows.Flows);
        for (int i = 0; i < rows.Length; i++)
        {
            if (question.Fits(rows[i]))
            {
                merge.Add(opened, i);
                any = true;
            }
        }

        return any;
    }
}

/// <summary>Decides whether a block is asked for.</summary>
internal delegate bool BlockFilter(in BlockRow row);

/// <summary>Blocks of ports; the record of a block's end takes the place of the one of its begin.</summary>
internal sealed class BlockMerge
{
    private readonly Dictionary<(Id16, string, Ip, Ip, ushort, TaiTime), BlockHolding> blocks = [];

    /// <summary>Takes the blocks of a batch that fit; true where there was one.</summary>
    public bool Take(OpenedRows opened, BlockFilter fits)
    {
        RowBatch rows = opened.Rows;
        bool any = false;
        for (int i = 0; i < rows.Blocks.Count; i++)
        {
            BlockRow row = rows.Blocks[i];
            if (!fits(row))
            {
                continue;
            }

            any = true;
            string realm = rows.Strings.Text(row.Realm);
            var key = (opened.Device, realm, row.InsideAddress, row.PublicAddress, row.PortFirst, row.Start);
            if (!blocks.TryGetValue(key, out BlockHolding? known) || known.Row.End == default)
            {
                uint number = (uint)(rows.Flows.Count + rows.Sessions.Count + i);
                blocks[key] = new BlockHolding(
                    opened.Device,
                    new FlowId(opened.Epoch.Number, opened.Sequence, number),
                    realm,
                    rows.Strings.Text(row.Source),
                    row,
                    Subscriber: "") { DoubtUs = opened.Corrections.SlackOf(row.Start, row.End) };
            }
        }

        return any;
    }

    public List<BlockHolding> Finish() =>
        [.. blocks.Values.OrderBy(block => block.Row.Start).ThenBy(block => block.Row.InsideAddress)];
}
