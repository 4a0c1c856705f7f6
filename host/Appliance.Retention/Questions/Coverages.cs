using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>A stretch that is not covered, and of which device.</summary>
internal sealed record NotCovered(Id16 Device, CoverageGap Gap);

/// <summary>What is known about completeness around a question, ready to be asked for shorter stretches.</summary>
internal sealed class Coverages(Coverage coverage)
{
    // Rows of this cause estimate the loss before the box over a stretch that was seen otherwise.
    private const string EstimateCause = "estimate";
    private const string RestartCause = "restart";

    public IReadOnlyList<DeviceCoverage> Devices => coverage.Devices;

    /// <summary>Latest record of any device; the default where there is none.</summary>
    public TaiTime Newest
    {
        get
        {
            TaiTime newest = default;
            foreach (DeviceCoverage device in coverage.Devices)
            {
                newest = device.Last > newest ? device.Last : newest;
            }

            return newest;
        }
    }

    /// <summary>When the box next began anew after a time; far in the future where it did not.</summary>
    public TaiTime NextRestart(Id16 device, TaiTime after)
    {
        TaiTime next = new(long.MaxValue / 4);
        foreach (DeviceCoverage covered in coverage.Devices)
        {
            foreach (CoverageGap gap in covered.Device == device ? covered.Gaps : [])
            {
                bool isRestart = gap.Source == GapSource.BetweenEpochs || gap.Cause == RestartCause;
                next = isRestart && gap.To > after && gap.From < next ? gap.From : next;
            }
        }

        return next;
    }

    /// <summary>Everything in the window that is not covered, of the devices given; of all where none is.</summary>
    public List<NotCovered> In(Window window, IReadOnlySet<Id16> devices)
    {
        var missing = new List<NotCovered>();
        foreach (DeviceCoverage device in coverage.Devices)
        {
            if (devices.Count == 0 || devices.Contains(device.Device))
            {
                AddAll(missing, device, window);
            }
        }

        return missing;
    }

    /// <summary>
    /// Whether the record that a flow was to have next may be one that is missing: then it is not known how it went on
    /// until then.
    /// </summary>
    public bool MayHaveGoneOn(Holding holding, Window window) =>
        IsBefore(holding.Row, holding.Widest.To, window) && IsNextMissing(holding.Device, holding.Row);

    /// <summary>Whether a flow's last record ends before a window, and its next one was not due before it.</summary>
    /// <param name="row">Its latest record.</param>
    /// <param name="latest">The latest that it may have had a packet by that record.</param>
    /// <param name="window">The window.</param>
    public static bool IsBefore(in FlowRow row, TaiTime latest, Window window) =>
        row.Kind != FlowKind.End && latest < window.From && window.From <= Due(row);

    /// <summary>Whether the record that a flow was to have next may be one that is missing.</summary>
    public bool IsNextMissing(Id16 device, in FlowRow row) => row.Kind != FlowKind.End && IsMissing(
        device, new Window(row.Last, Window.Add(Due(row), Limits.RecordSlackUs)));

    /// <summary>Whether a device does not cover all of the window; false where the device is not known.</summary>
    public bool IsMissing(Id16 device, Window window)
    {
        foreach (DeviceCoverage covered in coverage.Devices)
        {
            if (covered.Device == device)
            {
                return window.From < covered.First || window.To > covered.Last || HasGap(covered, window);
            }
        }

        return false;
    }

    private static bool HasGap(DeviceCoverage device, Window window)
    {
        foreach (CoverageGap gap in device.Gaps)
        {
            if (window.Touches(gap.From, gap.To) && gap.Cause != EstimateCause)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>When the record after the last packet was due: at 60 s of age, then every 300 s.</summary>
    private static TaiTime Due(in FlowRow row)
    {
        long age = row.Last.Microseconds - row.Start.Microseconds - Limits.FirstRecordUs;
        long steps = age < 0 ? 0 : (age / Limits.RecordEveryUs) + 1;
        return Window.Add(row.Start, Limits.FirstRecordUs + (steps * Limits.RecordEveryUs));
    }

    private static void AddAll(List<NotCovered> missing, DeviceCoverage device, Window window)
    {
        if (window.From < device.First)
        {
            Add(window.From, Min(window.To, device.First), "before the first record");
        }

        foreach (CoverageGap gap in device.Gaps)
        {
            if (window.Touches(gap.From, gap.To) && gap.Cause != EstimateCause && !IsSaid(missing, device, gap))
            {
                missing.Add(new NotCovered(device.Device, gap));
            }
        }

        if (window.To > device.Last)
        {
            Add(Max(window.From, device.Last), window.To, "after the last record");
        }

        void Add(TaiTime from, TaiTime to, string cause) => missing.Add(new NotCovered(
            device.Device, new CoverageGap(from, to, GapSource.MissingBatches, cause, Leg: "", Where: "")));
    }

    /// <summary>A restart is told by the chain, by the manifest and by a record: once is enough.</summary>
    private static bool IsSaid(List<NotCovered> missing, DeviceCoverage device, CoverageGap gap) => missing.Exists(
        said => said.Device == device.Device && said.Gap.Cause == gap.Cause && said.Gap.Leg == gap.Leg
            && said.Gap.From <= gap.From && gap.To <= said.Gap.To);

    private static TaiTime Min(TaiTime left, TaiTime right) => left < right ? left : right;

    private static TaiTime Max(TaiTime left, TaiTime right) => left > right ? left : right;
}
