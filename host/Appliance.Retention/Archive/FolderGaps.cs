using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>Finds the gaps that batches, their order and their gap rows tell of.</summary>
internal static class FolderGaps
{
    /// <summary>Gaps between and in the batches of one device.</summary>
    /// <param name="batches">By epoch and number.</param>
    /// <param name="heads">Highest batch number of an epoch that is known to exist.</param>
    public static List<CoverageGap> Of(List<FolderBatch> batches, Dictionary<uint, uint> heads)
    {
        var gaps = new List<CoverageGap>();
        TaiTime last = default;
        for (int i = 0; i < batches.Count; i++)
        {
            FolderBatch batch = batches[i];
            foreach (ManifestGap gap in batch.Gaps)
            {
                gaps.Add(new CoverageGap(
                    gap.From, gap.To, GapSource.Manifest, GapWords.Of(gap.Cause), "", Where(batch)));
            }

            FolderBatch? before = i > 0 ? batches[i - 1] : null;
            if (before is not null && before.Epoch.Number == batch.Epoch.Number)
            {
                AddMissing(gaps, batch, before.Sequence + 1, last);
            }
            else if (before is not null)
            {
                AddBetween(gaps, before, batch, heads.GetValueOrDefault(before.Epoch.Number), last);
            }

            last = batch.Last > last ? batch.Last : last;
        }

        AddTail(gaps, batches[^1], heads, last);
        return gaps;
    }

    /// <summary>Gap rows of an opened batch.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="where">Which batch it is, for people.</param>
    public static List<CoverageGap> OfRows(RowBatch rows, string where)
    {
        var gaps = new List<CoverageGap>();
        foreach (GapRow row in rows.Gaps)
        {
            gaps.Add(new CoverageGap(
                row.From,
                row.To,
                GapSource.Record,
                rows.Strings.Text(row.Cause),
                rows.Strings.Text(row.Leg),
                where));
        }

        return gaps;
    }

    // Batches overlap in time, for a record is written when its flow ends: the gap ends where the next batch's last
    // record is, not where its earliest flow began.
    private static void AddMissing(List<CoverageGap> gaps, FolderBatch batch, uint expected, TaiTime last)
    {
        if (batch.Sequence > expected)
        {
            gaps.Add(new CoverageGap(
                last,
                batch.Last > last ? batch.Last : last,
                GapSource.MissingBatches,
                "missing batches",
                "",
                $"epoch {batch.Epoch.Number}, batches {expected} to {batch.Sequence - 1}"));
        }
    }

    private static void AddBetween(
        List<CoverageGap> gaps, FolderBatch before, FolderBatch batch, uint head, TaiTime last)
    {
        TaiTime to = batch.First > last ? batch.First : last;
        bool isWhole = head <= before.Sequence && batch.Sequence == 0 && batch.Epoch.Number == before.Epoch.Number + 1;
        if (isWhole && to == last)
        {
            // The run took over from the one before: it begins at the instant where that one ended.
            return;
        }

        gaps.Add(new CoverageGap(
            last,
            isWhole ? to : batch.Last > to ? batch.Last : to,
            isWhole ? GapSource.BetweenEpochs : GapSource.MissingBatches,
            isWhole ? "restart" : "missing batches",
            "",
            $"after epoch {before.Epoch.Number}, batch {before.Sequence}, "
            + $"before epoch {batch.Epoch.Number}, batch {batch.Sequence}"));
    }

    private static void AddTail(
        List<CoverageGap> gaps, FolderBatch newest, Dictionary<uint, uint> heads, TaiTime last)
    {
        uint head = heads.GetValueOrDefault(newest.Epoch.Number);
        if (head > newest.Sequence)
        {
            gaps.Add(new CoverageGap(
                last,
                new TaiTime(long.MaxValue / 4),
                GapSource.MissingBatches,
                "missing batches",
                "",
                $"epoch {newest.Epoch.Number}, batches {newest.Sequence + 1} to {head}"));
        }
    }

    private static string Where(FolderBatch batch) => CoverageGap.WhereOf(batch.Epoch.Number, batch.Sequence);
}
