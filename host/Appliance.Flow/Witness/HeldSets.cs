namespace Appliance.Flow;

/// <summary>
/// Data sets whose template has not come yet, oldest first, in memory taken at the first of them. When full, the
/// oldest gives way and is counted.
/// </summary>
internal sealed class HeldSets(LogTally tally)
{
    private byte[] bytes = [];
    private Held[] items = [];
    private int first;
    private int count;

    /// <summary>Keeps a set; one that is too long is lost at once.</summary>
    public bool Add(ExportSource source, ushort template, ReadOnlySpan<byte> body, in MessageTimes times)
    {
        if (body.Length > Limits.HeldSetBytesMax)
        {
            tally.SetsLost++;
            return false;
        }

        if (items.Length == 0)
        {
            items = new Held[Limits.HeldSetsMax];
            bytes = new byte[Limits.HeldSetsMax * Limits.HeldSetBytesMax];
        }

        if (count == items.Length)
        {
            Drop();
        }

        int at = (first + count++) % items.Length;
        items[at] = new Held { Source = source, Template = template, Length = body.Length, Times = times };
        body.CopyTo(bytes.AsSpan(at * Limits.HeldSetBytesMax));
        tally.SetsHeld++;
        return true;
    }

    /// <summary>
    /// Takes the next set of a template; <paramref name="from"/> begins at 0 and is handed back for the next call.
    /// </summary>
    public bool TryTake(
        ExportSource source, ushort template, ref int from, out ReadOnlySpan<byte> body, out MessageTimes times)
    {
        for (; from < count; from++)
        {
            int at = (first + from) % items.Length;
            if (items[at].Source == source && items[at].Template == template)
            {
                body = bytes.AsSpan(at * Limits.HeldSetBytesMax, items[at].Length);
                times = items[at].Times;
                items[at].Source = null;
                tally.SetsReleased++;
                return true;
            }
        }

        body = default;
        times = default;
        return false;
    }

    /// <summary>Gives up what has waited too long.</summary>
    public void Expire(long nowNs)
    {
        while (count > 0 && (items[first].Source is null
            || nowNs - items[first].Times.ArrivalNs > Limits.HeldSetLifeNs))
        {
            Drop();
        }
    }

    private void Drop()
    {
        tally.SetsLost += items[first].Source is null ? 0 : 1;
        items[first].Source = null;
        first = (first + 1) % items.Length;
        count--;
    }

    private struct Held
    {
        public ExportSource? Source;
        public ushort Template;
        public int Length;
        public MessageTimes Times;
    }
}

/// <summary>Times of a message: what its header says, and when it came.</summary>
internal readonly record struct MessageTimes(long ExportNs, long ArrivalNs, LogCourse Course);
