using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire.Rows;

public sealed class RowSorterTests
{
    [Fact]
    public void Rows_end_in_the_order_of_kind_and_start_and_equal_ones_stay_as_they_came()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            RowBatch batch = RowSamples.Traffic(700, 40, seed, 5_000_000);
            FlowRow[] before = [.. batch.Flows];
            FlowRow[] expected = [.. before.OrderBy(r => r.Kind).ThenBy(r => r.Start.Microseconds)];

            ReadOnlySpan<int> places = new RowSorter().Sort(batch);

            Assert.Equal(expected, batch.Flows);
            for (int i = 0; i < before.Length; i++)
            {
                Assert.Equal(before[i], batch.Flows[places[i]]);
            }

            Assert.Equal(before.Length, places.ToArray().Distinct().Count());
        }
    }

    [Fact]
    public void An_empty_batch_and_a_batch_of_extreme_times_are_sorted()
    {
        RowSorter sorter = new();
        Assert.Equal(0, sorter.Sort(new RowBatch()).Length);

        RowBatch batch = new();
        batch.Flows.Add(new FlowRow { Start = new TaiTime(long.MaxValue), Kind = FlowKind.End });
        batch.Flows.Add(new FlowRow { Start = new TaiTime(0), Kind = FlowKind.End });
        batch.Flows.Add(new FlowRow { Start = new TaiTime(long.MaxValue) });
        Assert.Equal([2, 1, 0], sorter.Sort(batch).ToArray());
    }

    [Fact]
    public void A_batch_of_ordinary_traffic_stays_small_and_encoding_it_again_takes_no_memory()
    {
        const int Rows = 65_536;
        RowSorter sorter = new();
        RowEncoder encoder = new();
        RowBatch batch = RowSamples.Traffic(Rows, 5_000, 1, 20_000);
        sorter.Sort(batch);
        int bytes = encoder.Encode(batch, 1).Columns.Length + encoder.Encode(batch, 2).Columns.Length;
        Assert.InRange(bytes / (double)Rows, 12, 20);

        sorter.Sort(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sorter.Sort(batch);
        encoder.Encode(batch, 1);
        encoder.Encode(batch, 2);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
    }
}
