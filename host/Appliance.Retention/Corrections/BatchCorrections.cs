using Appliance.Wire;

namespace Appliance.Retention.Corrections;

/// <summary>
/// What was found wrong later of the records of one batch. The records stay as they were signed; answers say what holds
/// now, and that it was corrected.
/// </summary>
/// <param name="doubts">Times that the box's clock took back in this batch or a later one.</param>
/// <param name="lines">Corrections of lines of the device, the latest first.</param>
internal sealed class BatchCorrections(IReadOnlyList<ClockDoubt> doubts, IReadOnlyList<LineCorrection> lines)
{
    public static readonly BatchCorrections None = new([], []);

    public bool HasDoubts => doubts.Count > 0;

    /// <summary>Corrections of lines of the device, the latest first.</summary>
    public IReadOnlyList<LineCorrection> Lines => lines;

    /// <summary>Half width around a flow's times that holds the truth as it is known now, microseconds.</summary>
    public uint BoundOf(in FlowRow row)
    {
        uint bound = row.BoundUs;
        foreach (ClockDoubt doubt in doubts)
        {
            bound = doubt.Covers(row) ? Math.Max(bound, doubt.BoundUs) : bound;
        }

        return bound;
    }

    /// <summary>
    /// How far the begin or end of a session or block may be off by the clock, microseconds; 0 where trust stands.
    /// Where nothing bounds it the time is not covered, and this is as far as a question looks.
    /// </summary>
    public long SlackOf(TaiTime start, TaiTime end)
    {
        long slack = 0;
        foreach (ClockDoubt doubt in doubts)
        {
            bool isDoubted = doubt.Covers(start) || doubt.Covers(end);
            slack = isDoubted ? Math.Max(slack, Math.Min(doubt.BoundUs, Questions.Limits.DoubtUsMax)) : slack;
        }

        return slack;
    }

    /// <summary>The correction of the line that the records of a flow name; null where it stands.</summary>
    /// <param name="flow">Position of its first record.</param>
    /// <param name="time">Its begin.</param>
    public LineCorrection? LineOf(FlowId flow, TaiTime time)
    {
        foreach (LineCorrection line in lines)
        {
            if (line.From <= time && time <= line.To
                && (line.IsOfAll || line.Records.Contains(flow)))
            {
                return line;
            }
        }

        return null;
    }
}
