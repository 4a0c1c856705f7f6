using System.Runtime.InteropServices;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>What was read of the addresses of a group of questions.</summary>
internal sealed class GroupAddresses
{
    private static readonly HoldingIndex Nothing =
        new(new HeldFlows(new HeldNames()), [], new Coverages(new Coverage([])));

    private readonly Dictionary<Ip, Wanted> wanted = [];
    private readonly HeldNames names = new();
    private readonly LineCount count;
    private readonly ServiceFit service;
    private readonly BlockMerge blocks = new();
    private List<BlockHolding> allBlocks = [];

    public GroupAddresses(IReadOnlyList<ResolveQuestion> questions)
    {
        count = new LineCount(names);
        service = new ServiceFit(names);
        var queries = new List<TokenQuery>();
        foreach (ResolveQuestion question in questions)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(question.Protocol, "", nameof(questions));
            ref Wanted? address = ref CollectionsMarshal.GetValueRefOrAddDefault(wanted, question.Address, out _);
            address ??= new Wanted(names);
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
                address.Flows.Add(opened, i);
            }
        }

        blocks.Take(opened, (in BlockRow row) => wanted.ContainsKey(row.PublicAddress));
    }

    /// <summary>All batches were taken.</summary>
    public void Finish(Coverages coverages)
    {
        foreach (Wanted address in wanted.Values)
        {
            int[] rows = address.Flows.Finish();
            address.AnyPort = new HoldingIndex(address.Flows, address.IsAnyPort ? rows : [], coverages);
            foreach (IGrouping<ushort, int> port in ByPort(address, rows))
            {
                address.ByPort.Add(port.Key, new HoldingIndex(address.Flows, [.. port], coverages));
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

    /// <summary>Where the service of a question was reached around it.</summary>
    public HashSet<(Ip Address, ushort Port)> EndpointsOf(ResolveQuestion question, Window around) =>
        question.Service.Length == 0 ? [] : IndexOf(question).EndpointsOf(question.Service, around);

    /// <summary>Counts the lines of a question, before sessions name any; null where that takes more.</summary>
    /// <param name="question">The question.</param>
    /// <param name="endpoints">Where its service was reached.</param>
    public LineCount? Count(ResolveQuestion question, HashSet<(Ip Address, ushort Port)> endpoints)
    {
        if (!question.Remote.IsNone)
        {
            return null;
        }

        count.Begin();
        service.Begin(question, endpoints);
        IndexOf(question).Count(question, service, count);
        return count;
    }

    private HoldingIndex IndexOf(ResolveQuestion question)
    {
        Wanted address = wanted[question.Address];
        return question.Port is { } port ? address.ByPort.GetValueOrDefault(port) ?? Nothing : address.AnyPort;
    }

    private static IEnumerable<IGrouping<ushort, int>> ByPort(Wanted address, int[] rows) => address.Ports.Count == 0
        ? []
        : rows.GroupBy(row => address.Flows[row].Row.PublicPort).Where(port => address.Ports.Contains(port.Key));

    private sealed class Wanted(HeldNames names)
    {
        public bool IsAnyPort { get; set; }

        public HashSet<ushort> Ports { get; } = [];

        public HeldFlows Flows { get; } = new(names);

        public HoldingIndex AnyPort { get; set; } = Nothing;

        public Dictionary<ushort, HoldingIndex> ByPort { get; } = [];
    }
}
