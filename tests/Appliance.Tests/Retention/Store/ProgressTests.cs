using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Ingest;
using Appliance.Retention.Notices;
using Appliance.Retention.Reports;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

/// <summary>What long work on a store says of how far it has come; how it looks is ProgressLine's.</summary>
public sealed class ProgressTests : IDisposable
{
    private readonly TestBox box = new();
    private readonly TestStore store;
    private readonly List<(long Done, long Total)> told = [];

    public ProgressTests() => store = new TestStore(box);

    public void Dispose()
    {
        store.Dispose();
        box.Dispose();
    }

    [Fact]
    public void Verify_tells_each_batch_of_all()
    {
        Fill();
        using StoreDatabase database = StoreDatabase.Open(store.Folder.Database, toWrite: false);

        VerifyReport report = new StoreVerifier(store.Folder, KeyRing.Load(store.Folder), database, Tell).Run();

        Assert.True(report.IsGood);
        Assert.Equal([(1, 3), (2, 3), (3, 3)], told);
    }

    [Fact]
    public void A_rebuild_tells_each_file_of_all()
    {
        Fill();

        IReadOnlyList<string> refused = new StoreRebuild(store.Folder, TimeProvider.System, Tell).Run().Refused;

        Assert.Empty(refused);
        Assert.Equal([(1, 4), (2, 4), (3, 4), (4, 4)], told);
    }

    [Fact]
    public void Expiry_tells_each_batch_of_those_that_go()
    {
        Fill();
        using StoreDatabase database = StoreDatabase.Open(store.Folder.Database, toWrite: true);

        var clock = TestClock.OfDay(TestBox.Day + 366);
        ExpiryReport report = new StoreExpiry(
            store.Folder,
            database,
            NoticeBook.Of(store.Folder),
            clock,
            ForgetClock.Open(store.Folder.Root, clock)).Run(NoticeBook.DaysMax, Tell);

        Assert.Equal(3, report.Batches);
        Assert.Equal([(1, 3), (2, 3), (3, 3)], told);
    }

    [Fact]
    public void Ingest_tells_how_much_of_the_segments_it_has_read()
    {
        using var segments = new Segments(box, withKeys: false);
        using FlashFolder flash = FlashFolder.OpenForReading(segments.Folder);
        long size = flash.List().Where(name => flash.Length(name) > 4096).Sum(flash.Length);

        IngestReport report = new SegmentIngest(store.Writer, Assert.Fail, Tell).Run(new JournalReader(flash));

        Assert.Equal(3, report.Stored);
        Assert.Equal(4, told.Count);
        Assert.Equal(told.Order(), told);
        Assert.All(told, progress => Assert.Equal(size, progress.Total));
        Assert.InRange(told[^1].Done, 1, size);
    }

    private void Tell(long done, long total) => told.Add((done, total));

    private void Fill()
    {
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);
        store.Add([.. Enumerable.Range(0, 3).Select(i => box.Seal(run, i * 5))]);
        store.Kill();
    }
}
