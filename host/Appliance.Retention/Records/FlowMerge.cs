using System.Runtime.InteropServices;
using Appliance.Wire;

namespace Appliance.Retention.Records;

/// <summary>
/// One line a flow: the latest record of each flow, for its counters are totals. Records of an ambiguous set share a
/// group and stay beside each other, one for each candidate. Flows come out in the order of their first record.
/// Holds every flow in memory: for a folder in the lab, not for an archive.
/// </summary>
internal sealed class FlowMerge
{
    private readonly Dictionary<(string Device, FlowId Id), int> flows = [];
    private readonly List<List<Entry>> lines = [];

    /// <summary>Takes the next record, in the order of the chain.</summary>
    public void Add(in FlowRow row, in RecordPlace place)
    {
        ref int at = ref CollectionsMarshal.GetValueRefOrAddDefault(
            flows, (place.Device, FlowLines.IdOf(row, place)), out bool known);
        if (!known)
        {
            at = lines.Count;
            lines.Add([new Entry(row, place)]);
            return;
        }

        List<Entry> entries = lines[at];
        if (row.Group == 0 || entries[0].Row.Group != row.Group)
        {
            entries.Clear();
            entries.Add(new Entry(row, place));
            return;
        }

        Replace(entries, row, place);
    }

    public void Write(LineWriter line)
    {
        foreach (List<Entry> entries in lines)
        {
            foreach (Entry entry in entries)
            {
                FlowLines.Write(line, entry.Row, entry.Place);
            }
        }
    }

    private static void Replace(List<Entry> entries, in FlowRow row, in RecordPlace place)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            FlowRow other = entries[i].Row;
            if (other.SubscriberAddress == row.SubscriberAddress && other.SubscriberPort == row.SubscriberPort
                && entries[i].Place.Text(other.Realm) == place.Text(row.Realm))
            {
                entries[i] = new Entry(row, place);
                return;
            }
        }

        entries.Add(new Entry(row, place));
    }

    private readonly record struct Entry(FlowRow Row, RecordPlace Place);
}
