using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

/// <summary>
/// An index made anew where custody is split and ingest's keys are destroyed: the rows of the batches cannot be read
/// again, and what was read of them once stands in the index before alone.
/// </summary>
public sealed class RebuildTests : IDisposable
{
    private readonly TestBox box = new();
    private readonly TestStore store;
    private readonly ChainPosition head;
    private readonly string[] index;
    private readonly string[] receipts;

    public RebuildTests()
    {
        store = new TestStore(box);
        head = Fill();
        store.State(new TestBox(seed: 9).Start(1).Bytes);
        index = store.Index();
        receipts = Receipts();
        KeepNoKey();
    }

    public void Dispose()
    {
        store.Dispose();
        box.Dispose();
    }

    [Fact]
    public void What_this_tests_is_there()
    {
        foreach (string kind in (string[])["filter 1 0 1", "filter 1 2 2", "gap 1 0", "conflict 1 0", "doubt 1 2"])
        {
            Assert.Contains(index, line => line.StartsWith(kind, StringComparison.Ordinal));
        }

        Assert.Contains(index, line => line.StartsWith("alarm not enrolled", StringComparison.Ordinal));
        Assert.All(
            KeyRing.Sets(store.Folder), set => Assert.DoesNotContain(set.Recipients, key => key.HasPrivate));
    }

    [Theory]
    [InlineData("as it is")]
    [InlineData("of version 3")]
    [InlineData("its renaming cut short")]
    [InlineData("made anew once already")]
    public void A_rebuilt_index_is_the_index_before_with_the_same_receipts(string fate)
    {
        Suffer(fate);

        (int code, string output, string errors) = store.Run("verify", "--rebuild");

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("\nunopened  3 batches without day keys here\nunread    0 batches", output);
        Assert.Contains("\nfaults    0\n", output);
        Assert.Equal(index, store.Index());
        Assert.Equal(receipts, Receipts());
    }

    [Theory]
    [InlineData("of version 3", "has tables of version 3, this program knows 4: run `retention verify --rebuild`")]
    [InlineData("its renaming cut short", "lost while it was made anew: run `retention verify --rebuild`")]
    [InlineData("gone", "nothing was ingested yet, or this is no store's folder")]
    public void An_index_that_cannot_be_used_says_what_to_do(string fate, string said)
    {
        Suffer(fate);

        (int code, _, string errors) = store.Run("verify");

        Assert.Equal(2, code);
        Assert.Contains(said, errors);
    }

    [Theory]
    [InlineData("its renaming cut short")]
    [InlineData("gone")]
    public void A_store_with_batches_and_no_index_does_not_begin_another_ledger(string fate)
    {
        Suffer(fate);

        ArchiveException refused = Assert.Throws<ArchiveException>(() => store.Writer);

        Assert.Contains("is gone, and batches are here: run `retention verify --rebuild` first", refused.Message);
        Assert.False(File.Exists(store.Folder.Database));
    }

    [Theory]
    [InlineData("gone", "")]
    [InlineData("garbage", "retention: store.db cannot be read (SQLite Error 26")]
    public void Without_an_index_before_every_batch_is_kept_and_what_is_not_known_of_it_is_said(
        string fate, string said)
    {
        Suffer(fate);

        (int code, string output, string errors) = store.Run("verify", "--rebuild");

        Assert.Equal(0, code);
        Assert.StartsWith(said, errors);
        Assert.Equal(said.Length == 0 ? 0 : 1, errors.Count(letter => letter == '\n'));
        Assert.Contains("\nunread    3 batches that the index was made without: questions open them all\n", output);
        Assert.Equal(Lines("batch "), Lines("batch ", store.Index()));
        Assert.Equal(Lines("doubt "), Lines("doubt ", store.Index()));
        Assert.Equal(receipts, Receipts());
        Assert.Equal(3, Lines("gap ", store.Index()).Count(line => line.EndsWith("4records not read")));
        Assert.Contains("batches have no filter", store.Run("status").Output);
    }

    [Fact]
    public void What_was_not_read_is_not_known_after_the_next_rebuild_either_and_what_comes_later_is()
    {
        Suffer("gone");
        store.Run("verify", "--rebuild");
        string[] once = store.Index();
        File.Delete(store.Folder.Database + StoreDatabase.BeforeEnding);

        store.Run("verify", "--rebuild");

        Assert.Equal(once, store.Index());
    }

    [Fact]
    public void Expiry_takes_the_mark_of_what_was_not_read_with_the_batch()
    {
        Suffer("gone");
        store.Run("verify", "--rebuild");

        (int code, _, _) = store.Run("expire");

        Assert.Equal(0, code);
        Assert.Contains("\nunread    0 batches", store.Run("verify").Output);
    }

    [Fact]
    public void In_the_lab_the_wardens_keys_read_what_ingest_cannot_any_more()
    {
        string keys = Directory.GetFiles(store.Folder.Keys, "*" + StoreFolder.KeySetEnding)[0];
        File.WriteAllText(keys, box.Keys.Without(key => key.Role == KeyRole.Ingest, out _).ToJson());
        Suffer("gone");

        (int code, string output, _) = store.Run("verify", "--rebuild");

        Assert.Equal(0, code);
        Assert.Contains("\nunread    0 batches", output);
        Assert.Equal(index.Where(line => !line.StartsWith("alarm", StringComparison.Ordinal)), store.Index());
    }

    [Fact]
    public void A_batch_that_arrives_with_no_key_left_is_refused_as_ever()
    {
        StartedEpoch next = box.Start(2, head);
        store.State(next.Bytes);

        Outcome outcome = store.Add(box.Seal(next, 400))[0];

        Assert.Equal((OutcomeKind.Refused, Refusal.NoKey), (outcome.Kind, outcome.Reason));
    }

    private static RowBatch RowsWithGap()
    {
        RowBatch rows = TestBox.Rows(0);
        rows.Gaps.Add(new GapRow
        {
            From = TestBox.At(1),
            To = TestBox.At(2),
            Leg = rows.Strings.Add("outside"),
            Cause = rows.Strings.Add("ring"),
            Estimate = 12,
        });
        return rows;
    }

    private static RowBatch RowsWithConflict()
    {
        RowBatch rows = TestBox.Rows(60);
        FlowRow row = rows.Flows[0];
        row.First = new FlowId(1, 0, 0);
        row.Conflict = true;
        rows.Flows[0] = row;
        return rows;
    }

    private ChainPosition Fill()
    {
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);
        var doubt = new ClockDoubt(TestBox.At(60), TestBox.At(65), 900_000);
        ManifestEvent taken = new(TestBox.At(120), EventKind.Clock, doubt.Words());
        SealedBatch[] batches =
        [
            box.Seal(run, 0, RowsWithGap()),
            box.Seal(run, 60, RowsWithConflict()),
            box.Seal(run, 120, events: [taken]),
        ];
        store.Add(batches);
        return TestBox.PositionOf(run, batches[^1]);
    }

    private void KeepNoKey()
    {
        string keys = Directory.GetFiles(store.Folder.Keys, "*" + StoreFolder.KeySetEnding)[0];
        File.WriteAllText(keys, box.Keys.Without(_ => true, out _).ToJson());
    }

    private void Suffer(string fate)
    {
        string old = store.Folder.Database + StoreDatabase.BeforeEnding;
        store.Kill();
        switch (fate)
        {
            case "of version 3":
                using (StoreDatabase database = StoreDatabase.Open(store.Folder.Database, toWrite: true))
                {
                    database.Run("DROP TABLE doubts");
                    database.Run("PRAGMA user_version = 3");
                }

                break;
            case "its renaming cut short":
                File.Move(store.Folder.Database, old);
                break;
            case "made anew once already":
                store.Run("verify", "--rebuild");
                break;
            case "gone":
                File.Delete(store.Folder.Database);
                break;
            case "garbage":
                File.WriteAllText(store.Folder.Database, new string('x', 5000));
                break;
            default:
                Assert.Equal("as it is", fate);
                break;
        }
    }

    private IEnumerable<string> Lines(string begin, string[]? of = null) =>
        (of ?? index).Where(line => line.StartsWith(begin, StringComparison.Ordinal));

    /// <summary>Times of receipt, places in the ledger and its leaves: what a receipt says.</summary>
    private string[] Receipts()
    {
        using StoreDatabase database = StoreDatabase.Open(store.Folder.Database, toWrite: false);
        return
        [
            .. database.All(
                "SELECT hex(id) || ' ' || received_us || ' ' || ledger || hex(leaf) FROM batches b"
                    + " JOIN ledger l ON l.no = b.ledger ORDER BY b.ledger",
                row => row.GetString(0)),
        ];
    }
}
