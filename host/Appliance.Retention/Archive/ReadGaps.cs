using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>
/// Gap rows of the batches that a question opened: of those that the index was made without, nobody else knows them.
/// A batch without a filter is opened by every question about its time, so what stays "not read" was not asked about.
/// </summary>
internal sealed class ReadGaps
{
    private readonly Dictionary<(Id16 Device, string Where), List<CoverageGap>> read = [];

    /// <summary>Takes what an opened batch says; gap rows stand in its attribution section.</summary>
    public void Take(OpenedRows opened)
    {
        if (opened.Opened.Has(SectionPlain.AttributionNumber))
        {
            string where = CoverageGap.WhereOf(opened.Epoch.Number, opened.Sequence);
            read[(opened.Device, where)] = FolderGaps.OfRows(opened.Rows, where);
        }
    }

    /// <summary>The coverage of [from, to] with gap rows in the places of "not read", where they were read.</summary>
    public Coverage Fill(Coverage coverage, TaiTime from, TaiTime to)
    {
        bool isWhole = coverage.Devices.All(device => device.Gaps.All(gap => gap.Source != GapSource.Unread));
        return isWhole ? coverage : new Coverage([.. coverage.Devices.Select(device => Fill(device, from, to))]);
    }

    private DeviceCoverage Fill(DeviceCoverage device, TaiTime from, TaiTime to)
    {
        var gaps = new List<CoverageGap>();
        foreach (CoverageGap gap in device.Gaps)
        {
            bool isRead = read.TryGetValue((device.Device, gap.Where), out List<CoverageGap>? rows);
            if (gap.Source == GapSource.Unread && isRead)
            {
                gaps.AddRange(rows!.Where(row => row.To >= from && row.From <= to));
            }
            else
            {
                gaps.Add(gap);
            }
        }

        gaps.Sort(static (left, right) => left.From.CompareTo(right.From));
        return device with { Gaps = gaps };
    }
}
