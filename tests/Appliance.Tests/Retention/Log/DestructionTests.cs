using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Log;

/// <summary>Whoever destroys day keys signs which, and the log has it.</summary>
public sealed class DestructionTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("destroy-");
    private readonly StoreKey identity = StoreKey.New(new Random(4).NextBytes);
    private readonly TestBox box = new();
    private readonly TestStore store;

    public DestructionTests()
    {
        store = new TestStore(box);
        StartedEpoch epoch = box.Start(1);
        store.State(box.LastStatement);
        store.Add(box.Seal(epoch, 0), box.Seal(epoch, 86_400, day: TestBox.Day + 1));
    }

    public void Dispose()
    {
        store.Dispose();
        box.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void What_expire_destroyed_stands_signed_in_the_log_key_by_key()
    {
        store.Kill();
        RecipientKey[] before = Private();
        Assert.Equal(0, store.Run("expire").Code);
        RecipientKey[] after = Private();

        (LoggedEntry entry, byte[] content) = Assert.Single(Logged());
        PublicKey key = KeyRing.Load(store.Folder).Store!.Public;
        Assert.Equal(Refusal.None, DestroyStatement.TryVerify(content, key, out DestroyStatement? statement));
        Assert.Equal(
            before.Select(one => one.Kid).Except(after.Select(one => one.Kid)).Order(),
            statement!.Keys.Select(one => one.Kid).Order());
        Assert.All(statement.Keys, one => Assert.Equal(
            (TestBox.Day, box.Keys.Device, box.Keys.Notice), (one.Day, one.Device, one.Notice)));
        Assert.Equal((LogActor.Store, 1ul), (entry.Entry.Actor, entry.Entry.Batches));
        Assert.Contains(
            $"1 statements: {statement.Keys.Count} day keys destroyed, up to 2024-10-04", store.Run("status").Output);
    }

    [Fact]
    public void Expiring_again_says_nothing_new()
    {
        store.Run("expire");
        store.Run("expire");

        Assert.Single(Logged());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_died_while_destroying_is_stated_by_the_next(bool beforeKeysWent)
    {
        var made = new Destructions(folder.FullName, identity, TestClock.OfDay(TestBox.Day));
        DestroyedKey[] keys = Keys(3);
        bool gone = false;
        Assert.Throws<IOException>(() => made.Run(keys, () =>
        {
            gone = !beforeKeysWent;
            throw new IOException("power");
        }));
        Assert.Empty(made.Waiting());

        // The keys that went are not found any more; only what was written down before tells of them.
        Assert.Equal(3, made.Run(gone ? [] : keys, () => gone = true));

        DestroyStatement.TryVerify(Assert.Single(made.Waiting()), identity.Public, out DestroyStatement? statement);
        Assert.True(gone);
        Assert.Equal(keys.Order(ByKid), statement!.Keys.Order(ByKid));
        Assert.Equal(0, made.Run([], () => throw new InvalidOperationException("nothing is left to destroy")));
    }

    [Fact]
    public void More_keys_than_one_statement_holds_make_several()
    {
        var made = new Destructions(folder.FullName, identity, TestClock.OfDay(TestBox.Day));
        int times = 0;

        Assert.Equal(Limits.KeySetKeysMax + 1, made.Run(Keys(Limits.KeySetKeysMax + 1), () => times++));

        Assert.Equal((2, 1), (made.Waiting().Count, times));
        Assert.All(made.Waiting(), bytes => made.Logged(bytes));
        Assert.Empty(made.Waiting());
    }

    private static IComparer<DestroyedKey> ByKid =>
        Comparer<DestroyedKey>.Create((left, right) => left.Kid.Value.CompareTo(right.Kid.Value));

    private static DestroyedKey[] Keys(int count)
    {
        var random = new Random(6);
        byte[] kid = new byte[KeyId.Size];
        var device = Id16.New(random.NextBytes);
        var keys = new DestroyedKey[count];
        for (int i = 0; i < count; i++)
        {
            random.NextBytes(kid);
            keys[i] = new DestroyedKey(device, device, 1, i, KeyRole.Ingest, KeyId.FromBytes(kid));
        }

        return keys;
    }

    private RecipientKey[] Private() =>
    [
        .. Directory.GetFiles(store.Folder.Keys, "*" + StoreFolder.KeySetEnding)
            .SelectMany(file => KeyRing.ReadSet(file).Recipients)
            .Where(key => key.HasPrivate),
    ];

    private IReadOnlyList<(LoggedEntry Entry, byte[] Content)> Logged()
    {
        using var log = TransparencyLog.Open(store.Folder.Log, TestClock.OfDay(TestBox.Day));
        return log.Open(LogKind.Destroy);
    }
}
