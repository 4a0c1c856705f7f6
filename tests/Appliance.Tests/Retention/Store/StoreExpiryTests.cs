using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Retention.Notices;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

/// <summary>A year and a day later the first of two days is forgotten.</summary>
public sealed class StoreExpiryTests
{
    private const long NextDay = 86_400;

    [Transcript("retention expire")]
    [Fact]
    public void Keys_and_records_of_a_day_go_and_the_chain_still_verifies()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out SealedBatch[] batches);
        string old = store.Folder.BatchOf(box.Keys.Device, TestBox.Day, 1, 0);

        (int code, string output, _) = store.Run("expire");
        (int verified, string verifyOutput, string faults) = store.Run("verify");

        Assert.Equal(0, code);
        int bytes = batches[0].Bytes.Length + batches[1].Bytes.Length;
        Assert.Equal(
            "kept from 2024-10-05 on\ndestroyed 6 private day keys\n"
                + $"forgot    2 batches, 2 records, {bytes} bytes; manifests stay\n"
                + "removed   0 batches beside the archive\n"
                + "log       1 statements of destruction, 0 contents forgotten\n",
            output);
        Assert.Equal((0, ""), (verified, faults));
        Assert.Contains("expired   2 batches of which the manifest is left\nmissing   0 ", verifyOutput);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(StoreFolder.ManifestOf(old)));
    }

    [Fact]
    public void No_copy_of_a_forgotten_batch_opens_with_what_the_store_has_left()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out SealedBatch[] batches);
        store.Run("expire");

        DeviceKeys keys = KeyRing.Load(store.Folder).Find(box.Keys.Device)!;

        Assert.Equal(Refusal.NoKey, Open(box, keys, batches[0]));
        Assert.Equal(Refusal.None, Open(box, keys, batches[2]));
        using EmbeddedArchive archive = EmbeddedArchive.Open(store.Folder);
        OpenedRows left = Assert.Single(archive.Read(
            TestBox.At(0), TestBox.At(2 * NextDay), SectionSet.Attribution, []));
        Assert.Equal(2u, left.Sequence);
        Assert.Equal(TestBox.At(NextDay), Assert.Single(archive.Coverage(default, default).Devices).First);
    }

    [Fact]
    public void Forgetting_again_forgets_nothing_and_what_a_crash_left_goes()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out SealedBatch[] batches);
        store.Run("expire");
        string old = store.Folder.BatchOf(box.Keys.Device, TestBox.Day, 1, 0);
        File.WriteAllBytes(old, batches[0].Bytes.ToArray());
        string[] before = store.Index();

        (int code, string output, _) = store.Run("expire");

        Assert.Equal(0, code);
        Assert.Contains("destroyed 0 private day keys\nforgot    0 batches", output);
        Assert.False(File.Exists(old));
        Assert.Equal(before, store.Index());
    }

    [Fact]
    public void A_forgotten_batch_that_comes_again_gets_its_receipt_and_an_index_made_anew_knows_it()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out SealedBatch[] batches);
        store.Run("expire");

        Outcome again = store.Add(batches[0])[0];
        (int code, _, string errors) = store.Run("verify", "--rebuild");

        Assert.Equal(OutcomeKind.Duplicate, again.Kind);
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(OutcomeKind.Duplicate, store.Add(batches[0])[0].Kind);
    }

    [Fact]
    public void Beside_a_store_that_is_served_the_keys_go_at_once_and_who_serves_forgets_the_rest()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out SealedBatch[] batches);
        string old = store.Folder.BatchOf(box.Keys.Device, TestBox.Day, 1, 0);
        using StoreWriter serving = StoreWriter.Open(store.Folder, TestClock.OfDay(TestBox.Day + 366));

        (int code, string output, string errors) = store.Run("expire");

        Assert.Equal(0, code);
        Assert.Contains("destroyed 6 private day keys\nforgot    0 batches", output);
        Assert.Contains("log       1 statements of destruction", output);
        Assert.Contains("the store is being served: keys are destroyed now", errors);
        Assert.Equal(Refusal.NoKey, Open(box, KeyRing.Load(store.Folder).Find(box.Keys.Device)!, batches[0]));
        Assert.True(File.Exists(old));
        ExpiryReport rest = serving.Forget(NoticeBook.DaysMax);
        Assert.Equal((0, 2), (rest.Keys, rest.Batches));
        Assert.False(File.Exists(old));
        serving.AddBatch(batches[0].Bytes, "again");
        Assert.Equal(OutcomeKind.Duplicate, Assert.Single(serving.Commit()).Kind);
    }

    [Fact]
    public void Today_is_never_forgotten()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out _);

        (int code, string output, string errors) = store.Run("expire", "--keep-days", "0");

        Assert.Equal((2, ""), (code, output));
        Assert.Equal("retention: --keep-days must be at least 1: today is never forgotten\n", errors);
    }

    private static Refusal Open(TestBox box, DeviceKeys keys, SealedBatch batch)
    {
        var chain = new ChainVerifier(keys.DeviceKey, new ReaderRules(keys.Device, default, int.MaxValue));
        chain.AddEpoch(box.LastStatement);
        chain.AddBatch(batch.Bytes, out VerifiedBatch? verified);
        return keys.Reader.TryOpen(verified!, SectionSet.Attribution, out _, out _);
    }

    /// <summary>Two batches of the first day, one of the next.</summary>
    private static TestStore Filled(TestBox box, out SealedBatch[] batches)
    {
        var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);
        batches = [box.Seal(run, 0), box.Seal(run, 60), box.Seal(run, NextDay, day: TestBox.Day + 1)];
        store.Add(batches);
        store.Kill();
        return store;
    }
}
