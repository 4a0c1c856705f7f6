using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Store;

/// <summary>Devices that are enrolled beside a writer that runs.</summary>
public sealed class EnrolTests
{
    [Fact]
    public void A_writer_that_runs_takes_keys_that_were_added_beside_it()
    {
        using var box = new TestBox();
        using var store = new TestStore();
        StartedEpoch run = box.Start(1);
        SealedBatch batch = box.Seal(run, 0);
        Outcome statementBefore = store.State(run.Bytes);
        Outcome before = store.Add(batch)[0];

        KeyRing.Load(store.Folder).Add(store.Folder, box.Keys);

        Assert.Equal(OutcomeKind.StatementRefused, statementBefore.Kind);
        Assert.Equal((OutcomeKind.Refused, Refusal.UnknownEpoch), (before.Kind, before.Reason));
        Assert.Equal(OutcomeKind.Noted, store.State(run.Bytes).Kind);
        Assert.Equal(OutcomeKind.Stored, store.Add(batch)[0].Kind);
    }

    [Fact]
    public void A_key_file_that_is_none_is_an_alarm_and_those_that_were_there_go_on()
    {
        using var box = new TestBox();
        using var store = new TestStore(box);
        StartedEpoch run = box.Start(1);
        store.State(run.Bytes);

        File.WriteAllText(Path.Combine(store.Folder.Keys, "0" + StoreFolder.KeySetEnding), "{}");

        Assert.Equal(OutcomeKind.Stored, store.Add(box.Seal(run, 0))[0].Kind);
        Assert.Contains(store.Index(), line => line.StartsWith("alarm keys") && line.Contains("0.keyset.json"));
    }

    [Fact]
    public void Two_who_enrol_at_once_cannot_enrol_one_device_with_two_device_keys()
    {
        using var box = new TestBox();
        using var other = new TestBox(2);
        using var store = new TestStore();
        KeyRing first = KeyRing.Load(store.Folder);
        KeyRing second = KeyRing.Load(store.Folder);
        string twin = other.Keys.ToJson().Replace(other.Keys.Device.ToString(), box.Keys.Device.ToString());
        Assert.True(KeySet.TryParse(twin, out KeySet? impostor, out string wrong), wrong);

        first.Add(store.Folder, box.Keys);
        ArchiveException refused = Assert.Throws<ArchiveException>(() => second.Add(store.Folder, impostor!));

        Assert.Contains("is enrolled here with another device key", refused.Message);
        Assert.Single(Directory.GetFiles(store.Folder.Keys, "*" + StoreFolder.KeySetEnding));
    }

    [Transcript("retention keys add")]
    [Fact]
    public void Keys_add_needs_no_lock_of_a_writer_that_runs()
    {
        using var box = new TestBox();
        using var store = new TestStore();
        using var another = StoreWriter.Open(store.Folder, TestClock.OfDay(TestBox.Day));
        string file = Path.Combine(store.Folder.Root, "set.json");
        File.WriteAllText(file, box.Keys.ToJson());

        (int code, string output, string errors) = store.Run("keys", "add", file);

        Assert.Equal((0, $"device {box.Keys.Device} is enrolled\n", ""), (code, output, errors));
    }
}
