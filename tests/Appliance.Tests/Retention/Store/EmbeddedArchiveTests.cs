using Appliance.Retention.Archive;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

public sealed class EmbeddedArchiveTests
{
    private static readonly Ip Public = TestBox.Address("192.0.2.1");

    [Fact]
    public void Batches_of_the_time_are_read_and_a_section_that_is_not_asked_for_stays_blank()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, 0, 100, 200);
        using EmbeddedArchive archive = EmbeddedArchive.Open(store.Folder);

        OpenedRows found = Assert.Single(archive.Read(
            TestBox.At(101), TestBox.At(103), SectionSet.Attribution, []));

        Assert.Equal((1u, SectionSet.Attribution), (found.Sequence, found.Opened));
        FlowRow row = Assert.Single(found.Rows.Flows);
        Assert.Equal((Public, (ushort)1100), (row.PublicAddress, row.PublicPort));
        Assert.Equal("line-1", found.Rows.Strings.Text(row.Subscriber));
        Assert.True(row.RemoteAddress.IsNone);
        Assert.Equal(0, row.Service);
    }

    [Fact]
    public void Both_sections_are_read_where_both_are_asked_for()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, 0);
        using EmbeddedArchive archive = EmbeddedArchive.Open(store.Folder);

        OpenedRows found = Assert.Single(archive.Read(TestBox.At(0), TestBox.At(1), SectionSet.Both, []));

        FlowRow row = Assert.Single(found.Rows.Flows);
        Assert.Equal("mail.example.org", found.Rows.Strings.Text(row.Service));
        Assert.Equal((Public, 443), (row.PublicAddress, row.RemotePort));
    }

    [Fact]
    public void Filters_pass_over_batches_that_cannot_answer()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, 0, 5, 10);
        using EmbeddedArchive archive = EmbeddedArchive.Open(store.Folder);
        (TaiTime from, TaiTime to) = (TestBox.At(0), TestBox.At(100));

        uint[] Found(SectionSet sections, params TokenQuery[] anyOf) =>
            [.. archive.Read(from, to, sections, anyOf).Select(rows => rows.Sequence)];

        Assert.Equal([1u], Found(SectionSet.Attribution, TokenQuery.PublicEndpoint(Public, 1005)));
        Assert.Equal([0u, 2u], Found(
            SectionSet.Attribution, TokenQuery.PublicEndpoint(Public, 1000), TokenQuery.PublicEndpoint(Public, 1010)));
        Assert.Empty(Found(SectionSet.Attribution, TokenQuery.PublicEndpoint(Public, 2000)));
        Assert.Equal([0u, 1u, 2u], Found(SectionSet.Attribution, TokenQuery.Subscriber("line-1")));
        Assert.Equal([0u, 1u, 2u], Found(SectionSet.Attribution, TokenQuery.Inside(TestBox.Address("100.64.0.1"))));
        Assert.Empty(Found(SectionSet.Attribution, TokenQuery.Inside(TestBox.Address("100.64.0.2"))));
        Assert.Equal([0u, 1u, 2u], Found(SectionSet.Both, TokenQuery.Service("mail.example.org")));
        Assert.Empty(Found(SectionSet.Both, TokenQuery.Service("other.example.org")));
    }

    [Fact]
    public void The_filter_of_a_section_that_is_not_asked_for_narrows_nothing()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, 0);
        using EmbeddedArchive archive = EmbeddedArchive.Open(store.Folder);

        IEnumerable<OpenedRows> found = archive.Read(
            TestBox.At(0), TestBox.At(1), SectionSet.Attribution, [TokenQuery.Service("other.example.org")]);

        Assert.Single(found);
    }

    [Theory]
    [InlineData("10.0.0.0", 8, "10.77.1.2")]
    [InlineData("10.64.0.0", 10, "10.77.1.2")]
    [InlineData("10.77.1.0", 26, "10.77.1.2")]
    [InlineData("10.77.1.2", 32, "10.77.1.2")]
    [InlineData("0.0.0.0", 0, "10.77.1.2")]
    [InlineData("2001:db8:7::", 48, "2001:db8:7:9::5")]
    [InlineData("2001:db8::", 29, "2001:db8:7:9::5")]
    [InlineData("2001:db8:7:9::", 72, "2001:db8:7:9::5")]
    public void A_session_is_found_by_any_address_of_its_prefix(string prefix, byte length, string address)
    {
        RowBatch rows = new();
        rows.Sessions.Add(new SessionRow { Address = TestBox.Address(prefix), PrefixLength = length });
        byte[] key = new byte[32];
        byte[] filter = new FilterTokens().Make(key, default, rows, 1);
        byte[] batchKey = new byte[32];
        FilterTokens.KeyOf(key, default, batchKey);

        bool Has(string text) => TokenQuery.Inside(TestBox.Address(text)).Tokens
            .Any(token => FilterTokens.MayHave(filter, batchKey, token));

        Assert.True(Has(address));
        // A prefix above the shortest that is kept whole is found by every address: too much, never too little.
        Assert.Equal(length == 29, Has("2a00::1"));
    }

    [Fact]
    public void Coverage_names_what_is_missing_recorded_and_between_runs()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch first = box.Start(1);
        store.State(first.Bytes);
        SealedBatch[] batches = [.. Enumerable.Range(0, 4).Select(i => box.Seal(first, i * 60))];
        store.Add(batches[0], batches[1], batches[3]);
        StartedEpoch second = box.Start(2, TestBox.PositionOf(first, batches[3]));
        store.State(second.Bytes);
        var recorded = new ManifestGap(TestBox.At(500), TestBox.At(501), GapCause.RingFull);
        store.Add(box.Seal(second, 500, gaps: [recorded]));
        store.Kill();
        using EmbeddedArchive archive = EmbeddedArchive.Open(store.Folder);

        DeviceCoverage whole = Assert.Single(archive.Coverage(TestBox.At(0), TestBox.At(1000)).Devices);

        Assert.Equal((TestBox.At(0), TestBox.At(505)), (whole.First, whole.Last));
        Assert.Equal(
            ["missing batches: epoch 1, batch 2", "restart: epoch 2", "ring full: epoch 2, batch 0"],
            whole.Gaps.Select(gap => $"{gap.Cause}: {gap.Where}"));
        Assert.Equal((TestBox.At(55), TestBox.At(185)), (whole.Gaps[0].From, whole.Gaps[0].To));
        Assert.Equal((TestBox.At(185), TestBox.At(500)), (whole.Gaps[1].From, whole.Gaps[1].To));
        Coverage quiet = archive.Coverage(TestBox.At(1), TestBox.At(50));
        Assert.True(quiet.IsWhole(TestBox.At(1), TestBox.At(50)));
        Assert.False(quiet.IsWhole(TestBox.At(-10), TestBox.At(50)));
    }

    [Theory]
    [InlineData(55, 0)]
    [InlineData(56, 1)]
    public void A_run_that_takes_over_at_the_instant_where_the_one_before_ended_leaves_no_gap(int begins, int gaps)
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch first = box.Start(1);
        store.State(first.Bytes);
        SealedBatch last = box.Seal(first, 50);
        store.Add(last);
        StartedEpoch second = box.Start(2, TestBox.PositionOf(first, last));
        store.State(second.Bytes);
        store.Add(box.Seal(second, begins));
        store.Kill();
        using EmbeddedArchive archive = EmbeddedArchive.Open(store.Folder);

        DeviceCoverage device = Assert.Single(archive.Coverage(TestBox.At(0), TestBox.At(1000)).Devices);

        Assert.Equal(gaps, device.Gaps.Count);
    }

    [Fact]
    public void A_file_that_was_changed_on_disk_is_not_answered_from()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, 0);
        string file = Assert.Single(Directory.GetFiles(store.Folder.Archive, "*", SearchOption.AllDirectories));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        using EmbeddedArchive archive = EmbeddedArchive.Open(store.Folder);

        var failure = Assert.Throws<ArchiveException>(() =>
            archive.Read(TestBox.At(0), TestBox.At(9), SectionSet.Attribution, []).ToList());

        Assert.Contains("is not what was stored: the sealed bytes of a section are not the ones", failure.Message);
    }

    private static TestStore Filled(TestBox box, params long[] seconds)
    {
        var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);
        foreach (long second in seconds)
        {
            store.Add(box.Seal(run, second));
        }

        store.Kill();
        return store;
    }
}
