using Appliance.Retention.Ingest;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

public sealed class StoreWriterTests
{
    [Fact]
    public void A_batch_gets_a_receipt_that_says_where_it_stands_in_chain_and_ledger()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);
        SealedBatch[] batches = [box.Seal(run, 0), box.Seal(run, 5)];

        IReadOnlyList<Outcome> outcomes = store.Add(batches);

        Assert.Equal([OutcomeKind.Stored, OutcomeKind.Stored], outcomes.Select(o => o.Kind));
        Receipt receipt = store.ReadReceipt(outcomes[1], box.Keys.Device);
        Assert.Equal(batches[1].Id, receipt.Id);
        Assert.Equal((Refusal.None, 1u, 1ul), (receipt.Reason, receipt.Copies, receipt.LedgerIndex));
        Assert.Equal((run.Statement.Epoch, 1u), (receipt.ContiguousEpoch, receipt.ContiguousSequence));
        Assert.Equal((run.Statement.Epoch, 1u), (receipt.Epoch, receipt.Sequence));
        var tree = new MerkleTree([.. outcomes.SelectMany((o, i) =>
            LedgerLeaf.Hash(batches[i].Id, store.ReadReceipt(o, box.Keys.Device).ReceivedUtcUs).ToArray())]);
        Assert.Equal((2ul, tree.Root()), store.Writer.LedgerHead);
    }

    [Fact]
    public void A_batch_that_comes_again_gets_the_same_receipt_and_no_second_place()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);
        SealedBatch batch = box.Seal(run, 0);
        byte[]? first = store.Add(batch)[0].Receipt;
        string[] before = store.Index();

        Outcome again = store.Add(batch)[0];

        Assert.Equal(OutcomeKind.Duplicate, again.Kind);
        Assert.Equal(first, again.Receipt);
        Assert.Equal(before, store.Index());
    }

    [Fact]
    public void Batches_out_of_order_are_kept_and_the_gap_closes_when_the_missing_one_comes()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);
        SealedBatch[] batches = [.. Enumerable.Range(0, 4).Select(i => box.Seal(run, i * 5))];

        Outcome early = store.Add(batches[0], batches[3], batches[2])[2];
        Outcome late = store.Add(batches[1])[0];

        Assert.Equal(0u, store.ReadReceipt(early, box.Keys.Device).ContiguousSequence);
        Assert.Equal(OutcomeKind.Stored, late.Kind);
        Assert.Equal(3u, store.ReadReceipt(late, box.Keys.Device).ContiguousSequence);
    }

    [Fact]
    public void Another_batch_of_the_same_place_is_a_fork_that_is_kept_alarmed_and_refused()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        var twin = new StartedEpochCopy(box, run);
        store.State(run.Bytes);
        SealedBatch one = box.Seal(run, 0);
        SealedBatch other = twin.Seal(7);
        store.Add(one);

        Outcome fork = store.Add(other)[0];

        Assert.Equal((OutcomeKind.Refused, Refusal.Fork), (fork.Kind, fork.Reason));
        Assert.Equal(Refusal.Fork, store.ReadReceipt(fork, box.Keys.Device).Reason);
        Assert.Single(Directory.GetFiles(store.Folder.Forks, "*.batch", SearchOption.AllDirectories));
        Assert.Single(store.Index(), line => line.StartsWith("alarm fork1 0"));
        Assert.Single(store.Index(), line => line.StartsWith("batch "));
    }

    [Fact]
    public void A_run_that_continues_from_before_the_known_head_is_a_rollback_and_so_are_its_batches()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch first = box.Start(1);
        store.State(first.Bytes);
        SealedBatch[] batches = [box.Seal(first, 0), box.Seal(first, 5)];
        store.Add(batches);
        StartedEpoch second = box.Start(2, TestBox.PositionOf(first, batches[0]));

        Outcome statement = store.State(second.Bytes);
        Outcome batch = store.Add(box.Seal(second, 20))[0];

        Assert.Equal((OutcomeKind.StatementRefused, Refusal.Rollback), (statement.Kind, statement.Reason));
        Assert.Equal((OutcomeKind.Refused, Refusal.Rollback), (batch.Kind, batch.Reason));
        Assert.Equal(2, store.Index().Count(line => line.StartsWith("alarm rollback")));
    }

    [Fact]
    public void A_batch_before_its_epoch_statement_waits_and_is_receipted_with_it()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        SealedBatch batch = box.Seal(run, 0);

        Outcome early = store.Add(batch)[0];
        store.Kill();
        store.Writer.AddStatement(run.Bytes, "icr/v1/box/epoch");
        IReadOnlyList<Outcome> outcomes = store.Writer.Commit();

        Assert.Equal((OutcomeKind.Waiting, (byte[]?)null), (early.Kind, early.Receipt));
        Assert.Equal([OutcomeKind.Noted, OutcomeKind.Stored], outcomes.Select(o => o.Kind));
        Assert.Equal(batch.Id, store.ReadReceipt(outcomes[1], box.Keys.Device).Id);
        Assert.Empty(Directory.GetFiles(store.Folder.Waiting, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Waiting_is_bounded_and_what_is_more_is_refused_as_of_an_unknown_epoch()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        for (int i = 0; i < Appliance.Retention.StoreLimits.WaitingPerDeviceMax; i++)
        {
            Assert.Equal(OutcomeKind.Waiting, store.Add(box.Seal(run, i))[0].Kind);
        }

        Outcome over = store.Add(box.Seal(run, 1000))[0];

        Assert.Equal((OutcomeKind.Refused, Refusal.UnknownEpoch), (over.Kind, over.Reason));
    }

    [Fact]
    public void What_was_changed_on_the_way_is_refused_by_name_and_stored_nowhere()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);
        byte[] bytes = box.Seal(run, 0).Bytes.ToArray();
        bytes[^1] ^= 1;
        store.Writer.AddBatch(bytes, "icr/v1/box/batch");
        store.Writer.AddBatch(new byte[] { 1, 2, 3 }, "icr/v1/box/batch");

        IReadOnlyList<Outcome> outcomes = store.Writer.Commit();

        Assert.Equal(Refusal.CiphertextHash, store.ReadReceipt(outcomes[0], box.Keys.Device).Reason);
        Assert.Equal((OutcomeKind.Unreadable, (byte[]?)null), (outcomes[1].Kind, outcomes[1].Receipt));
        Assert.False(Directory.Exists(store.Folder.Archive));
    }

    [Fact]
    public void A_device_that_is_not_enrolled_is_refused_and_named()
    {
        using var box = new TestBox();
        using var stranger = new TestBox(2);
        using var store = new TestStore(box);
        StartedEpoch run = stranger.Start(1);

        Outcome statement = store.State(run.Bytes);
        Outcome batch = store.Add(stranger.Seal(run, 0))[0];

        Assert.Equal(OutcomeKind.StatementRefused, statement.Kind);
        Assert.Equal((OutcomeKind.Refused, Refusal.UnknownEpoch), (batch.Kind, batch.Reason));
        Assert.Contains(store.Index(), line => line.StartsWith("alarm not enrolled"));
    }

    [Fact]
    public void A_counter_that_falls_is_an_alarm_and_the_batch_is_kept()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);

        IReadOnlyList<Outcome> outcomes = store.Add(
            box.Seal(run, 0, counters: [10, 5]),
            box.Seal(run, 5, counters: [11, 4]),
            box.Seal(run, 10, counters: [11, 4]));

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Stored, outcome.Kind));
        string alarm = Assert.Single(store.Index(), line => line.StartsWith("alarm "));
        Assert.Contains("counter PacketsOutside falls", alarm);
    }

    [Fact]
    public void A_second_process_is_kept_out_of_the_store()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        Assert.NotNull(store.Writer);

        var refused = Assert.Throws<Appliance.Journal.JournalDeviceException>(
            () => StoreWriter.Open(store.Folder, TimeProvider.System));

        Assert.Contains("is in use by process", refused.Message);
    }
}
