using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

/// <summary>Questions of a store with split custody whose index was made anew without ingest's keys.</summary>
public sealed class RebuiltStoreTests : IDisposable
{
    private readonly WardenWorld world = new(rowsOf: RowsWithGap);

    public RebuiltStoreTests() => KeyRing.DestroyExpired(world.Store, (_, _) => true);

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void With_the_filters_of_the_index_before_a_question_opens_one_batch_and_without_it_all(
        bool isKept, int opened)
    {
        Rebuild(isKept);
        Request request = world.Request();

        OpenedRows[] rows = world.Read(
            world.Papers(request), request, WardenWorld.Question(request), SectionSet.Attribution);

        Assert.Equal(opened, rows.Length);
        Assert.Single(rows, batch => batch.Rows.Flows[0].PublicPort == 1100);
    }

    [Fact]
    public void Gaps_of_batches_that_were_not_read_are_known_once_a_question_opened_them()
    {
        Rebuild(isKept: false);
        Request request = world.Request();
        using OrderedArchive archive = world.Ordered(
            world.Papers(request), request, WardenWorld.Question(request));

        string[] before = Causes(archive);
        TokenQuery query = TokenQuery.PublicEndpoint(TestBox.Address("192.0.2.1"), 1100);
        int opened = archive.Read(TestBox.At(0), TestBox.At(300), SectionSet.Attribution, [query]).Count();
        string[] after = Causes(archive);

        Assert.Equal(3, opened);
        Assert.Equal(Enumerable.Repeat("records not read", 3), before);
        Assert.Equal(["ring", "ring", "ring"], after);
    }

    [Fact]
    public void With_the_index_before_the_gaps_are_known_unopened()
    {
        Rebuild(isKept: true);
        Request request = world.Request();
        using OrderedArchive archive = world.Ordered(
            world.Papers(request), request, WardenWorld.Question(request));

        Assert.Equal(["ring", "ring", "ring"], Causes(archive));
    }

    private static RowBatch RowsWithGap(long second)
    {
        RowBatch rows = TestBox.Rows(second);
        rows.Gaps.Add(new GapRow
        {
            From = TestBox.At(second + 1),
            To = TestBox.At(second + 2),
            Cause = rows.Strings.Add("ring"),
            Estimate = 1,
        });
        return rows;
    }

    private static string[] Causes(OrderedArchive archive) =>
        [.. archive.Coverage(TestBox.At(0), TestBox.At(204)).Devices[0].Gaps.Select(gap => gap.Cause)];

    private void Rebuild(bool isKept)
    {
        if (!isKept)
        {
            File.Delete(world.Store.Database);
        }

        RebuildReport report = new StoreRebuild(world.Store, TestClock.OfDay(TestBox.Day)).Run();
        Assert.Empty(report.Refused);
        Assert.Empty(report.NotTakenOver);
    }
}
