namespace Appliance.Flow;

/// <summary>
/// Joined flows that speak again after a silence while they are still in the table. The next sample that both legs
/// show says that the NAT has kept the binding; a flow that turns up behind another tuple says that it has not.
/// </summary>
internal sealed class QuietWatch(FlowTable table, NatTimeouts timeouts)
{
    private readonly Item[] items = new Item[Limits.QuietFlows];

    /// <summary>A joined flow begins to speak again.</summary>
    public void Begin(int entry, long quietNs)
    {
        ref HotFlow flow = ref table.Hot(entry);
        items[entry & (Limits.QuietFlows - 1)] = new Item
        {
            Entry = entry,
            Flow = (uint)table.Cold(entry).FlowNumber,
            QuietNs = quietNs,
            Class = NatTimeouts.ClassOf(flow),
        };
    }

    /// <summary>Both legs have shown a packet of the flow under its old tuple.</summary>
    public void Keep(int entry)
    {
        ref Item item = ref items[entry & (Limits.QuietFlows - 1)];
        if (item.Entry == entry && item.QuietNs > 0)
        {
            ref HotFlow flow = ref table.Hot(entry);
            End(ref item, isKept: true, isTold: !TupleBook.IsPreserved(flow));
        }
    }

    /// <summary>The flow has turned up behind another tuple.</summary>
    public void Change(int entry)
    {
        ref Item item = ref items[entry & (Limits.QuietFlows - 1)];
        if (item.Entry == entry && item.QuietNs > 0)
        {
            End(ref item, isKept: false, isTold: true);
        }
    }

    private void End(ref Item item, bool isKept, bool isTold)
    {
        if (isTold && (uint)table.Cold(item.Entry).FlowNumber == item.Flow)
        {
            timeouts.Take(table.Hot(item.Entry).InsideKey.Realm, item.Class, item.QuietNs, isKept);
        }

        item = default;
    }

    private struct Item
    {
        public int Entry;
        public uint Flow;
        public long QuietNs;
        public NatClass Class;
    }
}
