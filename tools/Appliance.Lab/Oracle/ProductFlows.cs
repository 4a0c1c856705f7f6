using System.Runtime.InteropServices;
using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>Merges the product's records into flows, as <c>retention records --merged</c> does.</summary>
public sealed class ProductFlows
{
    private readonly Dictionary<ulong, Draft> drafts = [];

    /// <summary>Takes one record of the engine's queue; <paramref name="name"/> is the text of its name slot.</summary>
    public void Add(in FlowRecord record, string name)
    {
        ref Draft? draft = ref CollectionsMarshal.GetValueRefOrAddDefault(drafts, record.FlowNumber, out _);
        draft ??= new Draft();
        LineEnd line = LineOf(record);
        bool ambiguous = record.Attribution == Attribution.Ambiguous;
        if (!ambiguous || draft.Group != record.Group)
        {
            draft.Candidates = null;
        }

        draft.Group = record.Group;
        if (ambiguous)
        {
            (draft.Candidates ??= []).Add(line);
        }

        draft.Last = record;
        draft.Name = name.Length > 0 ? name : draft.Name;
    }

    /// <summary>Takes one row of a batch; <paramref name="number"/> names its flow.</summary>
    public void Add(in FlowRow row, ulong number, string name) => Add(
        new FlowRecord
        {
            FlowNumber = number,
            Protocol = row.Protocol,
            Translation = row.Translation,
            Attribution = row.Attribution,
            ServiceSource = row.ServiceSource,
            SubscriberAddress = row.SubscriberAddress,
            SubscriberPort = row.SubscriberPort,
            PublicAddress = row.PublicAddress,
            PublicPort = row.PublicPort,
            RemoteAddress = row.RemoteAddress,
            RemotePort = row.RemotePort,
            Group = row.Group,
            StartNs = row.Start.Microseconds * 1000,
            LastNs = row.Last.Microseconds * 1000,
            PacketsUp = row.PacketsUp,
            PacketsDown = row.PacketsDown,
            BytesUp = row.BytesUp,
            BytesDown = row.BytesDown,
        },
        name);

    /// <summary>All flows so far.</summary>
    public IReadOnlyList<ProductFlow> ToList() => [.. drafts.Values.Select(Build)];

    private static ProductFlow Build(Draft draft)
    {
        FlowRecord last = draft.Last;
        return new ProductFlow
        {
            Protocol = last.Protocol,
            Line = draft.Candidates is null ? LineOf(last) : default,
            Candidates = draft.Candidates ?? [],
            Public = new LineEnd(last.PublicAddress, last.PublicPort),
            Remote = new LineEnd(last.RemoteAddress, last.RemotePort),
            Attribution = last.Attribution,
            Translation = last.Translation,
            Name = draft.Name,
            NameSource = last.ServiceSource,
            StartNs = last.StartNs,
            LastNs = last.LastNs,
            PacketsUp = last.PacketsUp,
            PacketsDown = last.PacketsDown,
            BytesUp = last.BytesUp,
            BytesDown = last.BytesDown,
        };
    }

    private static LineEnd LineOf(in FlowRecord record) =>
        new(record.SubscriberAddress, record.SubscriberPort, record.SubscriberSoftwire);

    private sealed class Draft
    {
        public FlowRecord Last;
        public string Name = "";
        public uint Group;
        public List<LineEnd>? Candidates;
    }
}
