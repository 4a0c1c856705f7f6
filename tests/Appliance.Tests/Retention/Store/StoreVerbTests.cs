using System.Text.Json;
using Appliance.Retention.Archive;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

/// <summary>Transcripts of the verbs on a store's data folder.</summary>
public sealed class StoreVerbTests
{
    [Transcript("retention ingest")]
    [Fact]
    public void Ingest_takes_a_folder_of_segments_and_passes_over_what_is_there()
    {
        using var box = new TestBox();
        using var store = new TestStore();
        using var segments = new Segments(box, withKeys: true);

        (int code, string output, string errors) = store.Run("ingest", segments.Folder);
        (int again, string outputAgain, string errorsAgain) = store.Run("ingest", segments.Folder);

        Assert.Equal(0, code);
        Assert.StartsWith("stored      3 batches, 3 records, ", output);
        Assert.Contains(
            "\nknown       0 batches were here already\nrefused     0\nwaiting     0\ndamaged     0 ", output);
        Assert.StartsWith($"retention: enrolled device {box.Keys.Device} with ", errors);
        Assert.EndsWith("retention: lab mode: custody is not split, this machine holds every day key\n", errors);
        Assert.Equal(0, again);
        Assert.StartsWith("stored      0 batches, 0 records, ", outputAgain);
        Assert.Contains("\nknown       3 batches", outputAgain);
        Assert.Equal("retention: lab mode: custody is not split, this machine holds every day key\n", errorsAgain);
    }

    [Fact]
    public void A_carried_folder_does_not_bring_its_own_trust_to_a_store_that_has_devices()
    {
        using var box = new TestBox();
        using var stranger = new TestBox(2);
        using var store = new TestStore(box);
        using var segments = new Segments(stranger, withKeys: true);

        (int code, string output, string errors) = store.Run("ingest", segments.Folder);

        Assert.Equal(1, code);
        Assert.StartsWith("stored      0 batches", output);
        Assert.Contains("segment 1 at 4096: refused: no accepted epoch statement names its epoch", errors);
    }

    [Fact]
    public void Ingest_says_what_to_do_where_it_cannot_begin()
    {
        using var box = new TestBox();
        using var store = new TestStore();
        using var segments = new Segments(box, withKeys: false);

        (int code, string output, string errors) = store.Run("ingest", segments.Folder);
        (int none, _, string noneErrors) = store.Run("ingest", Path.Combine(segments.Folder, "keys"));

        Assert.Equal((2, ""), (code, output));
        Assert.Equal(
            "retention: no device is enrolled here; give its key set with --keys or `retention keys add`\n", errors);
        Assert.Equal(2, none);
        Assert.Contains("is not a folder", noneErrors);
    }

    [Transcript("retention status")]
    [Fact]
    public void Status_says_what_is_here_what_is_missing_and_what_is_wrong()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out _);

        (int code, string output, _) = store.Run("status");

        string device = box.Keys.Device.ToString();
        Assert.Equal(0, code);
        Assert.Contains(
            $"""
            device   {device}
              records   2024-10-04T00:00:00.000000Z to 2024-10-04T00:03:05.000000Z
              here      3 batches, 3 records,
            """.TrimEnd(), output);
        Assert.Contains("\n  chain     whole up to 1-1; 1 missing, 0 waiting, 1 forks\n", output);
        Assert.Contains("\n  epoch 1   accepted, 3 batches, 3 records, 1 missing after 1\n", output);
        Assert.Contains("\nday      2024-10-04: 3 batches, 3 records, ", output);
        Assert.Contains(
            $"\nalarms   1\n  2024-10-04T12:00:00Z fork {device} epoch 1 batch 0: another batch with the same position "
                + "or another successor of the same batch exists (1 times)\n",
            output);
    }

    [Fact]
    public void Status_as_json_has_stable_names()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out _);

        (_, string output, _) = store.Run("status", "--json");

        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement device = json.RootElement.GetProperty("devices")[0];
        Assert.False(json.RootElement.GetProperty("custody_is_split").GetBoolean());
        Assert.Equal("1-1", device.GetProperty("contiguous").GetString());
        Assert.Equal(1, device.GetProperty("missing").GetInt64());
        Assert.Equal(180, device.GetProperty("counters").GetProperty("packets_inside").GetInt64());
        Assert.Equal(3, device.GetProperty("epochs")[0].GetProperty("head").GetInt64());
        Assert.Equal(3, json.RootElement.GetProperty("ledger").GetProperty("entries").GetInt64());
        Assert.Equal("fork", json.RootElement.GetProperty("alarms")[0].GetProperty("kind").GetString());
    }

    [Transcript("retention verify")]
    [Fact]
    public void Verify_finds_nothing_wrong_in_a_store_that_is_as_it_was_written()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out _);

        (int code, string output, string errors) = store.Run("verify");

        Assert.Equal("", errors);
        Assert.Equal(
            "verified  3 batches, 3 records, 1 statements\nledger    3 entries\n"
                + "unopened  0 batches without day keys here\n"
                + "unread    0 batches that the index was made without: questions open them all\n"
                + "expired   0 batches of which the manifest is left\n"
                + "missing   1 batches that never came\nfaults    0\n",
            output);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("flip", "the sealed bytes of a section are not the ones that were signed")]
    [InlineData("delete", "cannot be read")]
    [InlineData("stray", "not in the index; run `retention verify --rebuild`")]
    [InlineData("filter", "its filter in the index is not that of its rows")]
    [InlineData("receipt", "the receipt in the index is not this store's receipt for it")]
    [InlineData("leaf", "entry 0 of the ledger is another one")]
    [InlineData("row", "1 batches that have an entry are not in the index")]
    public void Verify_names_each_fault_in_one_line_and_fails(string damage, string sentence)
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out string file);
        Damage(store, file, damage);

        (int code, string output, string errors) = store.Run("verify");

        Assert.Equal(1, code);
        Assert.Contains(sentence, errors);
        Assert.DoesNotContain("faults    0", output);
        Assert.All(errors.TrimEnd().Split('\n'), line => Assert.StartsWith("retention: ", line));
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("garbage")]
    [InlineData("kept")]
    public void A_rebuilt_index_is_the_index_with_the_same_ledger(string fate)
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out _);
        string[] before = store.Index();
        (_, string statusBefore, _) = store.Run("status", "--json");
        if (fate == "lost")
        {
            File.Delete(store.Folder.Database);
        }
        else if (fate == "garbage")
        {
            File.WriteAllText(store.Folder.Database, new string('x', 5000));
        }

        (int code, string output, string errors) = store.Run("verify", "--rebuild");

        string said = fate == "garbage" ? "retention: store.db cannot be read (" : "";
        Assert.StartsWith(said, errors);
        Assert.Equal(said.Length == 0, errors.Length == 0);
        Assert.Equal(0, code);
        Assert.Contains("\nfaults    0\n", output);
        Assert.Equal(before, store.Index());
        (_, string statusAfter, _) = store.Run("status", "--json");
        Assert.Equal(statusBefore, statusAfter);
    }

    [Fact]
    public void Rebuilding_takes_up_a_file_that_a_crash_left_without_its_row()
    {
        using var box = new TestBox();
        using TestStore store = Filled(box, out string file);
        using (StoreDatabase database = StoreDatabase.Open(store.Folder.Database, toWrite: true))
        {
            database.Run("DELETE FROM batches WHERE seq = 0");
        }

        (int code, _, _) = store.Run("verify", "--rebuild");

        Assert.Equal(0, code);
        Assert.Equal(3, store.Index().Count(line => line.StartsWith("batch ")));
        Assert.True(File.Exists(file));
    }

    [Transcript("retention keys list")]
    [Fact]
    public void Keys_list_shows_what_a_device_must_pin_and_who_is_enrolled()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);

        (int code, string output, _) = store.Run("keys", "list");
        (_, string json, _) = store.Run("keys", "list", "--json");

        StoreKey key = KeyRing.Load(store.Folder).Store!;
        Assert.Equal(0, code);
        Assert.Equal(
            $"store   {key.Store}\npublic  {Convert.ToHexStringLower(key.Public.Point.Span)}\n"
                + $"device  {box.Keys.Device}\n",
            output);
        Assert.Contains($"\"{box.Keys.Device}\"", json);
    }

    /// <summary>Batches 0, 1 and 3 of 4, and a fork of batch 0.</summary>
    private static TestStore Filled(TestBox box, out string fileOfFirst)
    {
        var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        var twin = new StartedEpochCopy(box, run);
        store.State(run.Bytes);
        SealedBatch[] batches = [.. Enumerable.Range(0, 4).Select(i => box.Seal(run, i * 60))];
        store.Add(batches[0], batches[1], batches[3]);
        store.Add(twin.Seal(7));
        store.Kill();
        fileOfFirst = store.Folder.BatchOf(box.Keys.Device, TestBox.Day, 1, 0);
        return store;
    }

    private static void Damage(TestStore store, string file, string damage)
    {
        if (damage == "flip")
        {
            DateTime time = File.GetLastWriteTimeUtc(file);
            byte[] bytes = File.ReadAllBytes(file);
            bytes[^1] ^= 1;
            File.WriteAllBytes(file, bytes);
            File.SetLastWriteTimeUtc(file, time);
            return;
        }

        if (damage == "delete")
        {
            File.Delete(file);
            return;
        }

        using StoreDatabase database = StoreDatabase.Open(store.Folder.Database, toWrite: true);
        database.Run(damage switch
        {
            "stray" => "UPDATE batches SET path = 'archive/elsewhere' WHERE seq = 0",
            "filter" => "UPDATE filters SET tokens = x'00112233'",
            "receipt" => "UPDATE batches SET receipt = (SELECT receipt FROM batches WHERE seq = 1) WHERE seq = 0",
            "leaf" => "UPDATE ledger SET leaf = zeroblob(32) WHERE no = 0",
            _ => "DELETE FROM batches WHERE seq = 0",
        });
    }
}
