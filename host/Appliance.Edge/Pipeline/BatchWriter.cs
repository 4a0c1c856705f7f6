using System.Runtime.InteropServices;
using Appliance.Edge.Configuration;
using Appliance.Journal;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// Fills a batch with rows and closes it: sorted, encoded, sealed, signed, and durable in the journal before anybody
/// hears of it. A batch is closed when it is full, when it is old enough, and when the UTC day ends.
/// </summary>
internal sealed class BatchWriter(
    BatchSealer sealer, JournalWriter journal, IClockMap clock, Policy policy, BatchOptions options,
    FirstRecords firsts)
{
    private const long SecondNs = 1_000_000_000;

    // While the flash is full no batch takes the gaps along: beyond this they are joined, with what lies between.
    private const int GapsMax = 1024;

    // The same of events; the sealer may add one of its own to the 256 that a manifest can have.
    private const int EventsMax = 192;

    private readonly RowSorter sorter = new();
    private readonly RowEncoder encoder = new();
    private readonly SectionPlain[] sections = new SectionPlain[2];
    private readonly List<ManifestGap> gaps = [];
    private readonly List<ManifestEvent> events = [];
    private TaiTime opened;
    private long openedNs;
    private TaiTime? since;
    private TaiTime? until;
    private int day;

    /// <summary>The open batch; rows are added to it after <see cref="Advance"/>.</summary>
    public RowBatch Rows { get; } = new();

    /// <summary>No further row may be added before <see cref="Advance"/> has closed the batch.</summary>
    public bool IsFull => Rows.Count >= options.RowsMax || Rows.IsFull;

    /// <summary>A batch was appended for which the flash has no room yet.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>The open batch would tell something: rows, or what happened.</summary>
    public bool HasContent => Rows.Count > 0 || events.Count > 0 || gaps.Count > 0;

    /// <summary>Batches written in this epoch.</summary>
    public long Batches { get; private set; }

    /// <summary>Where the last batch stands; null before the first.</summary>
    public SealedBatch? Last { get; private set; }

    /// <summary>Closes the open batch where the next row, at this time, no longer belongs to it.</summary>
    /// <param name="now">True time of the engine, which says the day; it may go back.</param>
    /// <param name="nowNs">Raw time of the engine, by which a batch grows old.</param>
    /// <param name="counters">By <see cref="Counter"/>, as they stand now.</param>
    public CommitState Advance(TaiTime now, long nowNs, ReadOnlySpan<ulong> counters)
    {
        if (IsWaiting && Commit() == CommitState.Full)
        {
            return CommitState.Full;
        }

        int today = LeapSeconds.UtcDay(now);
        CommitState state = CommitState.Durable;
        bool isOld = nowNs - openedNs >= options.AgeSeconds * SecondNs;
        if (IsFull || (Rows.Count > 0 && (isOld || today != day)))
        {
            state = Close(counters);
        }

        if (Rows.Count == 0)
        {
            opened = now;
            openedNs = nowNs;
            day = today;
        }

        return state;
    }

    /// <summary>From here on nothing was missed: the next manifest's stretch begins no later.</summary>
    public void CoverSince(TaiTime start) => since = start;

    /// <summary>Up to here nothing was missed: the next manifest's stretch ends no earlier.</summary>
    public void CoverUntil(TaiTime end) => until = end;

    /// <summary>Notes a stretch in which something was not seen; it goes into the next manifest.</summary>
    /// <remarks>One that goes on where the last of its cause ended makes that one longer.</remarks>
    public void Note(ManifestGap gap)
    {
        int last = gaps.FindLastIndex(noted => noted.Cause == gap.Cause);
        if (last >= 0 && (gap.From <= gaps[last].To || gaps.Count >= GapsMax))
        {
            gaps[last] = gaps[last] with { To = gap.To > gaps[last].To ? gap.To : gaps[last].To };
            return;
        }

        gaps.Add(gap);
    }

    /// <summary>Adds a gap row; one that goes on where the last of its leg and cause ended adds to that one.</summary>
    public void Add(in GapRow row)
    {
        (int leg, int cause) = (row.Leg, row.Cause);
        int last = Rows.Gaps.FindLastIndex(noted => noted.Leg == leg && noted.Cause == cause);
        if (last < 0 || (row.From > Rows.Gaps[last].To && Rows.Gaps.Count < GapsMax))
        {
            Rows.Gaps.Add(row);
            return;
        }

        GapRow longer = Rows.Gaps[last];
        longer.To = row.To > longer.To ? row.To : longer.To;
        longer.Estimate += row.Estimate;
        Rows.Gaps[last] = longer;
    }

    /// <summary>
    /// Notes something that happened; it goes into the next manifest. False where that has no room for more.
    /// </summary>
    public bool TryNote(ManifestEvent happening)
    {
        if (events.Count == EventsMax)
        {
            return false;
        }

        events.Add(happening);
        return true;
    }

    /// <summary>Makes the bound of the open batch's rows wider, where they have a time since then.</summary>
    public void Widen(TaiTime since, uint boundUs)
    {
        foreach (ref FlowRow row in CollectionsMarshal.AsSpan(Rows.Flows))
        {
            bool isSince = row.Start >= since || row.Last >= since || row.End >= since;
            Give(ref row, isSince ? Math.Max(row.BoundUs, boundUs) : row.BoundUs);
        }
    }

    /// <summary>Makes the bounds of all rows of the open batch wider by so much.</summary>
    public void WidenBy(uint shortUs)
    {
        foreach (ref FlowRow row in CollectionsMarshal.AsSpan(Rows.Flows))
        {
            Give(ref row, (uint)Math.Min(ClockReading.Unbounded, (ulong)row.BoundUs + shortUs));
        }
    }

    /// <summary>Empties the open batch of its rows; what happened stays in it. No flow's row may follow.</summary>
    /// <returns>How many there were.</returns>
    public int DropRows()
    {
        int count = Rows.Count;
        Rows.Clear();
        firsts.Drop();
        return count;
    }

    /// <summary>Closes the open batch, empty or not, and returns once it is durable.</summary>
    public CommitState Close(ReadOnlySpan<ulong> counters)
    {
        Span<FlowRow> flows = CollectionsMarshal.AsSpan(Rows.Flows);
        ReadOnlySpan<int> newRows = sorter.Sort(Rows);
        firsts.Settle(sealer.NextSequence, newRows, flows);
        (TaiTime first, TaiTime last) = Span(flows);
        int count = Encode();
        ClockSummary summary = clock.Summarise();
        summary = WithRows(summary, flows);
        Last = sealer.Seal(day, first, last, sections.AsSpan(0, count), counters, gaps, summary, events);
        Batches++;
        journal.Append(
            new FrameLabel(FrameKind.Batch, Last.Manifest.Epoch.Number, Last.Sequence, (uint)day, (uint)Rows.Count),
            Last.Bytes.Span);
        Rows.Clear();
        gaps.Clear();
        events.Clear();
        return Commit();
    }

    // What has no bound is not known.
    private static void Give(ref FlowRow row, uint boundUs)
    {
        row.BoundUs = boundUs;
        row.ClockState = boundUs == ClockReading.Unbounded ? ClockState.Unset : row.ClockState;
    }

    // What doubt and corrections added stands in the rows alone.
    private static ClockSummary WithRows(in ClockSummary summary, ReadOnlySpan<FlowRow> flows)
    {
        (uint worst, uint states) = (summary.WorstBoundUs, summary.States);
        foreach (ref readonly FlowRow row in flows)
        {
            worst = Math.Max(worst, row.BoundUs);
            states |= 1u << (int)row.ClockState;
        }

        return summary with { WorstBoundUs = worst, States = states };
    }

    // A full flash keeps what was appended: the next call tries again, and no row is taken before it is durable.
    private CommitState Commit()
    {
        CommitState state = journal.Commit();
        IsWaiting = state == CommitState.Full;
        return state;
    }

    private int Encode()
    {
        if (Rows.Count == 0)
        {
            return 0;
        }

        sections[0] = encoder.Encode(Rows, SectionPlain.AttributionNumber);
        if (!policy.HasContact)
        {
            return 1;
        }

        sections[1] = encoder.Encode(Rows, SectionPlain.ContactNumber);
        return 2;
    }

    private (TaiTime First, TaiTime Last) Span(ReadOnlySpan<FlowRow> flows)
    {
        TaiTime first = opened;
        TaiTime last = opened;
        foreach (ref readonly FlowRow row in flows)
        {
            first = row.Start < first ? row.Start : first;
            last = row.Last > last ? row.Last : last;
            last = row.End > last ? row.End : last;
        }

        foreach (GapRow gap in Rows.Gaps)
        {
            first = gap.From < first ? gap.From : first;
            last = gap.To > last ? gap.To : last;
        }

        first = since is { } from && from < first ? from : first;
        last = until is { } to && to > last ? to : last;
        since = until = null;
        return (first, last);
    }
}
