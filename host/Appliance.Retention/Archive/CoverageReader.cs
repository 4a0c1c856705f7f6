using Appliance.Retention.Corrections;
using Appliance.Wire;
using Microsoft.Data.Sqlite;

namespace Appliance.Retention.Archive;

/// <summary>
/// What the index knows about its own completeness: gaps that the devices recorded or signed, batches that must exist
/// and are not here, and the time between two runs of a device. Nothing is opened for it.
/// </summary>
internal sealed class CoverageReader(StoreDatabase database)
{
    // Ends of a gap that nothing bounds.
    private static readonly TaiTime Always = new(long.MinValue / 4);
    private static readonly TaiTime NotYet = new(long.MaxValue / 4);
    private readonly List<CoverageGap> gaps = [];
    private TaiTime from;
    private TaiTime to;

    /// <summary>The coverage of [begin, end].</summary>
    public Coverage Read(TaiTime begin, TaiTime end)
    {
        (from, to) = (begin, end);
        var devices = new List<DeviceCoverage>();
        foreach (Id16 device in database.All("SELECT device FROM devices ORDER BY device", row => row.Id(0)))
        {
            List<Run> runs = Runs(device);
            if (Span(runs) is { } span)
            {
                gaps.Clear();
                AddRecorded(device);
                AddRuns(device, runs);
                AddDoubts(device);
                gaps.Sort(static (left, right) => left.From.CompareTo(right.From));
                devices.Add(new DeviceCoverage(device, span.First, span.Last, [.. gaps]));
            }
        }

        return new Coverage(devices);
    }

    private static (TaiTime First, TaiTime Last)? Span(List<Run> runs)
    {
        (TaiTime First, TaiTime Last)? span = null;
        foreach (Run run in runs)
        {
            if (run.Highest >= 0)
            {
                span = span is { } so ? (Min(so.First, run.First), Max(so.Last, run.Last)) : (run.First, run.Last);
            }
        }

        return span;
    }

    private static TaiTime Min(TaiTime left, TaiTime right) => left < right ? left : right;

    private static TaiTime Max(TaiTime left, TaiTime right) => left > right ? left : right;

    private static TaiTime Earlier(TaiTime time) =>
        time == Always ? time : new TaiTime(time.Microseconds - StoreLimits.RecordAgeUs);

    private List<Run> Runs(Id16 device) => database.All(
        """
        SELECT number, head, contiguous, highest, first_us, last_us, ifnull((
            SELECT b.expired FROM batches b WHERE b.device = epochs.device AND b.epoch = epochs.number
            ORDER BY b.seq LIMIT 1), 0)
        FROM epochs WHERE device = $1 AND verdict = 0 ORDER BY number
        """,
        Run.Read,
        device);

    private void AddRecorded(Id16 device) => gaps.AddRange(database.All(
        """
        SELECT DISTINCT g.from_us, g.to_us, g.source, g.cause, g.leg, b.epoch, b.seq
        FROM gaps g JOIN batches b ON b.no = g.batch
        WHERE b.device = $1 AND g.to_us >= $2 AND g.from_us <= $3
        """,
        row => new CoverageGap(
            row.Time(0),
            row.Time(1),
            (GapSource)row.GetInt32(2),
            row.GetString(3),
            row.GetString(4),
            CoverageGap.WhereOf(row.GetInt64(5), row.GetInt64(6))),
        device,
        from,
        to));

    /// <summary>Stretches whose times are off by more than a question looks around it.</summary>
    private void AddDoubts(Id16 device)
    {
        foreach (ToldDoubt told in database.All(
            "SELECT epoch, seq, from_us, to_us, bound_us FROM doubts WHERE device = $1 AND bound_us > $2",
            row => new ToldDoubt(
                row.UInt32(0), row.UInt32(1), new ClockDoubt(row.Time(2), row.Time(3), row.UInt32(4))),
            device,
            Questions.Limits.DoubtUsMax))
        {
            Add(CoverageGap.OfDoubt(told));
        }
    }

    /// <summary>Gaps within each run and between each and the next one that left anything here.</summary>
    private void AddRuns(Id16 device, List<Run> runs)
    {
        TaiTime before = Always;
        bool isForgotten = false;
        for (int i = 0; i < runs.Count; i++)
        {
            Run run = runs[i];
            isForgotten |= run.IsForgotten;
            TaiTime next = NextFirst(runs, i);
            bool first = i == 0 || before == Always;
            long skipped = i == 0 ? 0 : run.Number - runs[i - 1].Number - 1L;
            if (skipped > 0)
            {
                Add(before, run.Highest >= 0 ? run.First : next, GapSource.MissingBatches, "missing runs",
                    $"epochs {runs[i - 1].Number + 1} to {run.Number - 1}");
            }
            else if (!first && run.Highest >= 0 && run.First > before)
            {
                // A run that took over from the one before begins at the instant where that one ended.
                string cause = isForgotten ? "retention over" : "restart";
                Add(before, run.First, GapSource.BetweenEpochs, cause, $"epoch {run.Number}");
            }

            isForgotten &= run.Highest < 0;

            AddMissing(device, run, before, next);
            before = run.Highest >= 0 ? Max(before, run.Last) : before;
        }
    }

    private static TaiTime NextFirst(List<Run> runs, int index)
    {
        for (int i = index + 1; i < runs.Count; i++)
        {
            if (runs[i].Highest >= 0)
            {
                return runs[i].First;
            }
        }

        return NotYet;
    }

    private void AddMissing(Id16 device, Run run, TaiTime before, TaiTime next)
    {
        if (run.Head <= run.Contiguous)
        {
            return;
        }

        List<(long Sequence, TaiTime Last)> here = database.All(
            "SELECT seq, last_us FROM batches WHERE device = $1 AND epoch = $2 AND seq >= $3 ORDER BY seq",
            row => (row.GetInt64(0), row.Time(1)),
            device,
            run.Number,
            run.Contiguous);
        long expected = Math.Max(0, run.Contiguous);
        TaiTime last = before;
        foreach ((long sequence, TaiTime time) in here)
        {
            AddMissing(run, expected, sequence - 1, last, time);
            (expected, last) = (sequence + 1, time);
        }

        AddMissing(run, expected, run.Head, last, next);
    }

    private void AddMissing(Run run, long first, long last, TaiTime begin, TaiTime end)
    {
        if (first <= last)
        {
            string which = first == last ? $"batch {first}" : $"batches {first} to {last}";
            Add(Earlier(begin), end, GapSource.MissingBatches, "missing batches", $"epoch {run.Number}, {which}");
        }
    }

    private void Add(TaiTime begin, TaiTime end, GapSource source, string cause, string where) =>
        Add(new CoverageGap(begin, end, source, cause, "", where));

    private void Add(CoverageGap gap)
    {
        if (gap.From < gap.To && gap.From <= to && gap.To >= from)
        {
            gaps.Add(gap);
        }
    }

    private readonly record struct Run(
        uint Number, long Head, long Contiguous, long Highest, TaiTime First, TaiTime Last, bool IsForgotten)
    {
        /// <summary>A run whose records are all forgotten has nothing here.</summary>
        public static Run Read(SqliteDataReader row) => new(
            row.UInt32(0),
            row.GetInt64(1),
            row.GetInt64(2),
            row.IsDBNull(4) ? -1 : row.GetInt64(3),
            row.IsDBNull(4) ? default : row.Time(4),
            row.IsDBNull(5) ? default : row.Time(5),
            row.GetInt64(6) != 0);
    }
}
