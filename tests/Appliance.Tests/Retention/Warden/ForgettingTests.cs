using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Ingest;
using Appliance.Retention.Notices;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Warden;

/// <summary>
/// Every file of box, broker and store was kept aside by somebody; then the day's keys are destroyed where custody is
/// split. What was kept opens no more.
/// </summary>
public sealed class ForgettingTests : IDisposable
{
    private const int NextDay = 86_400;

    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("forget-");
    private readonly TestBox box = new();
    private readonly TestStore store;
    private readonly SealedBatch[] batches;

    public ForgettingTests()
    {
        store = new TestStore(box);
        StartedEpoch epoch = box.Start(1);
        store.State(box.LastStatement);
        batches = [box.Seal(epoch, 0), box.Seal(epoch, NextDay, day: TestBox.Day + 1)];
        store.Add(batches);
        store.Kill();
        foreach (string file in Directory.GetFiles(store.Folder.Keys, "*" + StoreFolder.KeySetEnding))
        {
            File.Delete(file);
        }

        KeyRing.Load(store.Folder).Add(store.Folder, box.Keys.ForRole(KeyRole.Ingest));
    }

    public void Dispose()
    {
        store.Dispose();
        box.Dispose();
        temporary.Delete(recursive: true);
    }

    [Fact]
    public void Nothing_that_was_kept_aside_opens_a_day_whose_keys_warden_and_ingest_destroyed()
    {
        WardenFolder folder = SetUp();
        using (OpenWarden open = OpenWarden.At(folder, TestClock.OfDay(TestBox.Day + 366)))
        {
            Assert.Equal(2, open.Forget());
            Assert.Equal(0, open.Forget());
        }

        Assert.Equal(0, store.Run("expire").Code);

        RecipientKey[] left = [.. PrivateKeys(store.Folder), .. PrivateKeys(folder.KeyFolder)];
        Assert.Equal([TestBox.Day + 1], left.Select(key => key.Day).Distinct());
        Assert.Equal([Refusal.NoKey, Refusal.None], batches.Select(batch => Open(batch, left)));
    }

    [Fact]
    public void A_warden_whose_clock_jumps_a_year_ahead_destroys_nothing_gives_nothing_of_it_and_says_so()
    {
        WardenFolder folder = SetUp();
        TestClock honest = TestClock.OfDay(TestBox.Day);
        var jumped = new TestClock(honest.GetUtcNow().AddDays(395)) { Ran = honest.Ran + TimeSpan.FromHours(1) };
        using OpenWarden open = OpenWarden.At(folder, jumped);

        Assert.Equal(0, open.Forget());

        Assert.Equal(2, PrivateKeys(folder.KeyFolder).Select(key => key.Day).Distinct().Count());
        Assert.Contains("every other sign of time only", open.Status.Read(open.Warden, null).Doubt);
    }

    [Fact]
    public void Manifests_of_its_device_tell_a_warden_that_was_off_for_a_year_the_time()
    {
        WardenFolder folder = SetUp();
        var later = new TestClock(TestClock.OfDay(TestBox.Day + 366).GetUtcNow())
        {
            Boot = "second", Ran = TimeSpan.FromMinutes(1),
        };
        StartedEpoch epoch = box.Start(2);
        SealedBatch newest = box.Seal(epoch, 366 * NextDay, day: TestBox.Day + 1);
        Assert.Equal(Refusal.None, BatchClaim.TryReadHeader(newest.Bytes, out ReadOnlyMemory<byte> header));
        using OpenWarden open = OpenWarden.At(folder, later);
        int before = open.Forget();

        TimeTold told = open.TellTime(new TimeAsk([new AskedBatch(header.ToArray(), epoch.Bytes.ToArray(), [], [])]));

        Assert.Equal((0, (string?)null), (before, told.Doubt));
        Assert.Equal([TestBox.Day + 1], PrivateKeys(folder.KeyFolder).Select(key => key.Day).Distinct());
    }

    [Fact]
    public void Before_the_end_of_retention_the_warden_keeps_every_key()
    {
        using OpenWarden open = OpenWarden.At(SetUp(), TestClock.OfDay(TestBox.Day + 365));

        Assert.Equal(0, open.Forget());
    }

    [Fact]
    public void Keys_added_for_ingest_leave_the_wardens_out()
    {
        using var other = new TestBox(seed: 9);
        string file = Path.Combine(temporary.FullName, "other.json");
        File.WriteAllText(file, other.Keys.ToJson());

        Assert.Equal(0, store.Run("keys", "add", file, "--for-ingest").Code);

        DeviceKeys keys = KeyRing.Load(store.Folder).Find(other.Keys.Device)!;
        Assert.Equal((false, 0), (keys.CanAnswer, keys.WardenKeys));
        Assert.True(KeyRing.Load(store.Folder).IsCustodySplit);
    }

    [Fact]
    public void Status_says_where_the_day_keys_are()
    {
        Assert.Contains("custody  split: a warden has the day keys;", store.Run("status").Output);
        KeyRing.Load(store.Folder).Add(store.Folder, box.Keys);
        Assert.Contains("custody  lab mode: custody is not split", store.Run("status").Output);
    }

    [Theory]
    [InlineData(7, 0)]
    [InlineData(8, 2)]
    public void Ingest_keeps_its_keys_of_a_day_for_a_week(int days, int destroyed)
    {
        var folder = new StoreFolder(store.Folder.Root);

        using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: true);
        var clock = TestClock.OfDay(TestBox.Day + days);
        int gone = new StoreExpiry(
            folder, database, NoticeBook.Of(folder), clock, ForgetClock.Open(folder.Root, clock))
            .Run(NoticeBook.DaysMax).Keys;

        Assert.Equal(destroyed, gone);
    }

    private static IEnumerable<RecipientKey> PrivateKeys(StoreFolder folder) =>
        Directory.GetFiles(folder.Keys, "*" + StoreFolder.KeySetEnding)
            .SelectMany(file => KeyRing.ReadSet(file).Recipients)
            .Where(key => key.HasPrivate);

    private Refusal Open(SealedBatch batch, RecipientKey[] keys)
    {
        var rules = new ReaderRules(box.Keys.Device, default, int.MaxValue);
        CertifiedEpoch.TryVerify(box.LastStatement, box.Keys.DeviceKey, rules, out CertifiedEpoch? epoch);
        BatchCheck.TryVerify(batch.Bytes, _ => epoch, rules, out VerifiedBatch? verified);
        return new RowOpener(keys).TryOpen(verified!, SectionSet.Both, out _, out _);
    }

    private WardenFolder SetUp()
    {
        var folder = new WardenFolder(Path.Combine(temporary.FullName, "warden"));
        Directory.CreateDirectory(folder.Root);
        folder.ReadOrMakeKey();
        using SigningKey one = SigningKey.New(new Random(1).NextBytes);
        using SigningKey two = SigningKey.New(new Random(2).NextBytes);
        new WardenTrust(new ControlTrust(one.Public, two.Public), box.Keys.Notice, one.Public, IsLab: true)
            .Write(folder.TrustFile);
        KeyRing.Load(folder.KeyFolder).Add(folder.KeyFolder, box.Keys.ForRole(KeyRole.WardenA));
        OpenWarden.At(folder, TestClock.OfDay(TestBox.Day)).Dispose();
        return folder;
    }
}
