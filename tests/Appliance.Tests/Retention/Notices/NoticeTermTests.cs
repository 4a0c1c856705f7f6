using System.Text.RegularExpressions;
using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Ingest;
using Appliance.Retention.Notices;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;
using Refusal = Appliance.Wire.Refusal;

namespace Appliance.Tests.Retention.Notices;

/// <summary>Two boxes under two notices, of which one keeps for 30 days.</summary>
public sealed partial class NoticeTermTests : IDisposable
{
    private const int NextDay = 86_400;
    private readonly TestBox brief = new(seed: 21);
    private readonly TestBox whole = new(seed: 22);
    private readonly TestStore store;
    private readonly SigningKey operatorKey = SigningKey.New(new Random(1).NextBytes);
    private readonly SigningKey custodianKey = SigningKey.New(new Random(2).NextBytes);
    private readonly StartedEpoch briefEpoch;
    private ulong number = 1;

    public NoticeTermTests()
    {
        store = new TestStore(brief, whole);
        new WardenTrust(
            new ControlTrust(operatorKey.Public, custodianKey.Public), whole.Keys.Notice, operatorKey.Public, true)
            .Write(store.Folder.TrustFile);
        briefEpoch = brief.Start(1);
        store.State(brief.LastStatement);
        store.Add(brief.Seal(briefEpoch, 0), brief.Seal(briefEpoch, NextDay, day: TestBox.Day + 1));
        StartedEpoch other = whole.Start(1);
        store.State(whole.LastStatement);
        store.Add(whole.Seal(other, 0));
        store.Kill();
    }

    public void Dispose()
    {
        store.Dispose();
        brief.Dispose();
        whole.Dispose();
        operatorKey.Dispose();
        custodianKey.Dispose();
    }

    [Fact]
    public void Each_notice_forgets_by_its_own_term_and_by_the_time_of_the_records()
    {
        Order(KeepingKind.Term, days: 30);

        ExpiryReport early = Expire(TestBox.Day + 30);
        ExpiryReport due = Expire(TestBox.Day + 31);

        Assert.Equal((0, 0L), (early.Keys, early.Batches));
        Assert.Equal((6, 1L), (due.Keys, due.Batches));
        Assert.Equal([TestBox.Day + 1], DaysWithKeys(brief));
        Assert.Equal([TestBox.Day, TestBox.Day + 1], DaysWithKeys(whole));
    }

    [Fact]
    public void The_last_key_of_a_schedule_goes_in_time_too_and_its_batches_with_it()
    {
        Order(KeepingKind.Term, days: 30);

        ExpiryReport due = Expire(TestBox.Day + 60);

        Assert.Equal((12, 2L), (due.Keys, due.Batches));
        Assert.Empty(DaysWithKeys(brief));
    }

    [Fact]
    public void A_longer_term_revives_nothing_whatever_comes_back_from_a_copy()
    {
        Order(KeepingKind.Term, days: 30);
        Expire(TestBox.Day + 31);
        Order(KeepingKind.Term, days: 300);
        string copy = Path.Combine(store.Folder.Root, "copy.json");
        File.WriteAllText(copy, brief.Keys.ToJson());
        Array.ForEach(Directory.GetFiles(store.Folder.Keys, $"{brief.Keys.Device}*"), File.Delete);

        Assert.Equal(0, store.Run("keys", "add", copy).Code);

        Assert.Equal([TestBox.Day + 1], DaysWithKeys(brief));
        Assert.Equal(0, Expire(TestBox.Day + 32).Batches);
    }

    [Fact]
    public void A_withdrawal_is_remembered_when_its_order_is_gone_and_no_key_comes_back_from_a_copy()
    {
        Order(KeepingKind.Withdrawn);
        Expire(TestBox.Day);
        Array.ForEach(Directory.GetFiles(store.Folder.Notices, "*" + NoticeBook.Ending), File.Delete);
        string copy = Path.Combine(store.Folder.Root, "copy.json");
        File.WriteAllText(copy, brief.Keys.ToJson());
        Array.ForEach(Directory.GetFiles(store.Folder.Keys, $"{brief.Keys.Device}*"), File.Delete);

        Assert.Equal(0, store.Run("keys", "add", copy).Code);

        Assert.Empty(DaysWithKeys(brief));
        Assert.Contains(
            $"notice   {brief.Keys.Notice}: withdrawn, by an order that is not here any more; nothing is kept under it",
            store.Run("status").Output);
        Assert.Equal(OutcomeKind.Refused, store.Add(brief.Seal(briefEpoch, 300))[0].Kind);
    }

    [Fact]
    public void Where_one_notice_is_acted_on_alone_the_others_keep_even_what_is_over()
    {
        Order(KeepingKind.Withdrawn);

        ExpiryReport report = Expire(TestBox.Day + 400, only: brief.Keys.Notice);

        Assert.Equal((12, 2L), (report.Keys, report.Batches));
        Assert.Equal([TestBox.Day, TestBox.Day + 1], DaysWithKeys(whole));
        Assert.Equal(1, Expire(TestBox.Day + 400).Batches);
    }

    [Fact]
    public void Nobody_can_order_more_than_twelve_months()
    {
        Order(KeepingKind.Term, days: 4000);

        Assert.Equal(0, Expire(TestBox.Day + 365).Batches);
        Assert.Equal(2, Expire(TestBox.Day + 366).Batches);
    }

    [Fact]
    public void Of_a_batch_that_comes_after_its_retention_the_manifest_alone_is_kept_and_the_chain_is_whole()
    {
        Order(KeepingKind.Term, days: 30);
        Expire(TestBox.Day + 31);
        store.Clock = TestClock.OfDay(TestBox.Day + 31);
        SealedBatch late = brief.Seal(briefEpoch, 200);

        Outcome outcome = store.Add(late)[0];
        Receipt receipt = store.ReadReceipt(outcome, brief.Keys.Device);
        store.Kill();

        Assert.Equal((OutcomeKind.Stored, 0), (outcome.Kind, outcome.Rows));
        Assert.Equal((Refusal.None, late.Id), (receipt.Reason, receipt.Id));
        string path = store.Folder.BatchOf(brief.Keys.Device, TestBox.Day, 1, late.Sequence);
        Assert.Equal((false, true), (File.Exists(path), File.Exists(StoreFolder.ManifestOf(path))));
        Assert.Empty(KeptAside.FilesWith(late.Bytes.ToArray()[^64..], store.Folder.Root));
        Assert.Contains("too late", store.Run("status").Output);
        Assert.Equal((0, ""), (store.Run("verify").Code, store.Run("verify").Errors));
        Assert.Equal((0, ""), (store.Run("verify", "--rebuild").Code, store.Run("verify").Errors));
        Assert.Equal(OutcomeKind.Duplicate, store.Add(late)[0].Kind);
    }

    [Fact]
    public void Under_a_withdrawn_notice_nothing_more_is_taken_and_the_box_is_told_why()
    {
        _ = store.Writer;
        Order(KeepingKind.Withdrawn);

        IReadOnlyList<Outcome> refused = store.Add(brief.Seal(briefEpoch, 300), brief.Seal(briefEpoch, 400));

        Assert.All(refused, outcome => Assert.Equal(
            (OutcomeKind.Refused, Refusal.NoticeWithdrawn),
            (outcome.Kind, store.ReadReceipt(outcome, brief.Keys.Device).Reason)));
        string status = store.Run("status").Output;
        Assert.Contains(
            $"notice withdrawn {brief.Keys.Device} epoch 1 batch 0: its notice is withdrawn, nothing may be kept under "
                + "it any more (2 times)\n",
            status);
    }

    [Fact]
    public void An_order_that_one_alone_signed_counts_for_nothing_and_stops_the_verbs()
    {
        Directory.CreateDirectory(store.Folder.Notices);
        var order = new KeepingOrder(KeepingKind.Withdrawn, brief.Keys.Notice, 1, 0, "alone");
        File.WriteAllBytes(
            Path.Combine(store.Folder.Notices, "alone" + NoticeBook.Ending),
            TwoSigned.Sign(SignedType.Keeping, order.Encode(), operatorKey, null));

        (int code, _, string errors) = store.Run("expire");

        Assert.Equal(2, code);
        Assert.Contains("is no order to rely on", errors);
    }

    [Fact]
    public void The_filter_key_of_one_notice_never_stands_in_for_that_of_another()
    {
        var device = new DeviceKeys(brief.Keys);
        string other = NoDeviceSecret().Replace(
            whole.Keys.ToJson()
                .Replace(whole.Keys.Device.ToString(), brief.Keys.Device.ToString(), StringComparison.Ordinal)
                .Replace(Hex(whole.Keys), Hex(brief.Keys), StringComparison.Ordinal),
            "$1}");
        Assert.True(KeySet.TryParse(other, out KeySet? second, out string wrong), wrong);
        Assert.True(device.TryAdd(second!.Without(_ => true, out _)));

        Assert.NotNull(device.IndexKey(brief.Keys.Notice, 1, TestBox.Day));
        Assert.Null(device.IndexKey(whole.Keys.Notice, 1, TestBox.Day));
    }

    [GeneratedRegex("(\"device_key\": \\{[^}]*),\\s*\"private\"[^}]*\\}")]
    private static partial Regex NoDeviceSecret();

    private static string Hex(KeySet set) => Convert.ToHexStringLower(set.DeviceKey.Point.Span);

    private ExpiryReport Expire(int day, Id16? only = null)
    {
        store.Kill();
        using StoreDatabase database = StoreDatabase.Open(store.Folder.Database, toWrite: true);
        var clock = TestClock.OfDay(day);
        var forget = ForgetClock.Open(store.Folder.Root, clock);
        var book = NoticeBook.Of(store.Folder);
        return new StoreExpiry(store.Folder, database, book, clock, forget) { Only = only }.Run(NoticeBook.DaysMax);
    }

    private void Order(KeepingKind kind, uint days = 0)
    {
        Directory.CreateDirectory(store.Folder.Notices);
        var order = new KeepingOrder(kind, brief.Keys.Notice, number++, days, "test");
        File.WriteAllBytes(
            Path.Combine(store.Folder.Notices, NoticeBook.NameOf(order) + NoticeBook.Ending),
            order.Sign(operatorKey, custodianKey));
    }

    private IEnumerable<int> DaysWithKeys(TestBox box) => KeyRing.Sets(store.Folder)
        .Where(set => set.Device == box.Keys.Device)
        .SelectMany(set => set.Recipients)
        .Where(key => key.HasPrivate)
        .Select(key => key.Day)
        .Distinct()
        .Order();
}
