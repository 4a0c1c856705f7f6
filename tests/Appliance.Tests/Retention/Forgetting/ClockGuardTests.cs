using Appliance.Retention.Archive;
using Appliance.Retention.Commands;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Ingest;
using Appliance.Retention.Log;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using static System.StringComparison;
using Refusal = Appliance.Wire.Refusal;

namespace Appliance.Tests.Retention.Forgetting;

/// <summary>A store with two days of records whose machine's clock is set wrong, and then asked to forget.</summary>
public sealed class ClockGuardTests : IDisposable
{
    private const int NextDay = 86_400;
    private static readonly TestClock First = TestClock.OfDay(TestBox.Day);
    private readonly TestBox box = new();
    private readonly TestStore store;
    private readonly StartedEpoch run;

    public ClockGuardTests()
    {
        store = new TestStore(box);
        run = box.Start(1);
        store.State(run.Bytes);
        store.Add(box.Seal(run, 0), box.Seal(run, NextDay, day: TestBox.Day + 1));
        store.Kill();
    }

    public void Dispose()
    {
        store.Dispose();
        box.Dispose();
    }

    [Fact]
    public void Thirteen_months_ahead_nothing_goes_and_verb_status_alarm_and_log_say_so()
    {
        store.Clock = store.Later = Jumped(395);

        (int code, string output, string errors) = store.Run("expire");
        string status = store.Run("status").Output;

        Assert.Equal(1, code);
        Assert.Contains("destroyed 0 private day keys\nforgot    0 batches", output);
        Assert.StartsWith("retention: store: this machine's clock says 2025-11-03T12:00:00.000000Z, ", errors);
        Assert.Contains("clock    ahead: this machine's clock says", status);
        Assert.Contains(" clock: this machine's clock is not believed;", status);
        using var log = TransparencyLog.Open(store.Folder.Log, First);
        Assert.Contains(log.Entries(0, 10), entry => entry.Entry is { Kind: LogKind.Error, Actor: LogActor.Store });
    }

    [Fact]
    public void A_day_ahead_is_believed_and_what_is_due_goes()
    {
        store.Later = new TestClock(First.GetUtcNow().AddDays(366)) { Ran = First.Ran + TimeSpan.FromDays(365) };

        (int code, string output, string errors) = store.Run("expire");

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("forgot    1 batches", output);
    }

    [Fact]
    public void A_batch_that_the_clock_alone_calls_too_late_is_kept_whole()
    {
        store.Clock = Jumped(395);

        Outcome outcome = store.Add(box.Seal(run, 100))[0];

        Assert.Equal((OutcomeKind.Stored, 1), (outcome.Kind, outcome.Rows));
    }

    [Fact]
    public void While_the_clock_is_ahead_nothing_is_answered_that_it_calls_over_and_set_right_again_all_is()
    {
        TaiTime wrong = AskDoor.OldestOf(store.Folder, Jumped(395));
        TaiTime right = AskDoor.OldestOf(store.Folder, First);

        Assert.True(wrong > TestBox.At(2 * NextDay), $"{wrong}");
        Assert.True(right < TestBox.At(0), $"{right}");
    }

    [Fact]
    public void A_clock_set_back_opens_no_period_again_and_revives_nothing()
    {
        store.Later = TestClock.OfDay(TestBox.Day + 366);
        store.Run("expire");
        TestClock back = new(First.GetUtcNow()) { Ran = store.Later.Ran + TimeSpan.FromHours(1) };
        store.Clock = store.Later = back;

        (int code, _, string errors) = store.Run("expire");
        Outcome late = store.Add(box.Seal(run, 200))[0];
        TaiTime oldest = AskDoor.OldestOf(store.Folder, back);

        Assert.Equal((1, true), (code, errors.Contains("it is at least 2025-10-05T", Ordinal)));
        Assert.Equal((OutcomeKind.Stored, 0), (late.Kind, late.Rows));
        Assert.True(oldest > TestBox.At(0), $"{oldest}");
    }

    [Fact]
    public void A_quiet_store_goes_on_forgetting_as_its_machine_runs()
    {
        for (int day = 1; day <= 366; day += 61)
        {
            store.Later = TestClock.OfDay(TestBox.Day + day);
            Assert.Equal(0, store.Run("expire").Code);
        }

        store.Later = TestClock.OfDay(TestBox.Day + 367);
        Assert.Contains("forgot    2 batches", store.Run("expire").Output);
    }

    [Fact]
    public void In_a_lab_one_person_may_say_that_the_clock_is_right_and_the_log_says_who()
    {
        store.Later = Jumped(366);

        (int code, string output, string errors) = store.Run("expire", "--clock-is-right");

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("forgot    1 batches", output);
        using var log = TransparencyLog.Open(store.Folder.Log, First);
        Assert.Contains(
            log.Entries(0, 10), entry => entry.Entry is { Kind: LogKind.Control, Actor: LogActor.Operator });
    }

    [Transcript("retention notice clock")]
    [Fact]
    public void Where_custody_is_split_operator_and_custodian_confirm_the_time_for_store_and_warden()
    {
        using var world = new OrderWorld();
        world.SetUp();
        world.StartWarden();
        world.StopWarden();
        world.Clock = Jumped(366);
        world.StartWarden();
        string[] expire = ["expire", "--data", world.Data, "--socket", world.Socket];

        (int doubted, _, string errors) = world.Run(expire);
        (int alone, _, string refused) = world.Run([.. expire, "--clock-is-right"]);
        (int typed, _, string wrong) = world.Run(Confirm(world, "2026-10-05T12:00Z"));
        string half = world.Succeed(Confirm(world, "2025-10-05T12:00Z"));
        world.Succeed(
            "notice", "sign", world.File("half"), "--key", world.File("custodian.json"), "--out", world.File("both"));
        world.Succeed("notice", "add", world.File("both"), "--data", world.Data);
        (int confirmed, string output, string rest) = world.Run(expire);

        Assert.Equal((1, 2), (doubted, errors.Split('\n').Count(line => line.Contains("clock says", Ordinal))));
        Assert.Equal((2, true), (alone, refused.Contains("operator and custodian confirm the time", Ordinal)));
        Assert.Equal((2, true), (typed, wrong.Contains("this machine's clock says 2025-10-05T12:00", Ordinal)));
        Assert.Contains("it was 2025-10-05T12:00:00.000000Z: a clock that says so is right; looked\n", half);
        Assert.Equal((0, ""), (confirmed, rest));
        Assert.Contains("forgot    3 batches", output);
        Assert.Contains("log       2 statements of destruction", output);
    }

    [Fact]
    public void A_withdrawal_is_owed_until_the_sealed_bytes_are_gone_and_needs_no_belief_in_a_clock()
    {
        using SigningKey one = SigningKey.New(new Random(1).NextBytes);
        using SigningKey two = SigningKey.New(new Random(2).NextBytes);
        new WardenTrust(new ControlTrust(one.Public, two.Public), box.Keys.Notice, one.Public, true)
            .Write(store.Folder.TrustFile);
        store.Clock = Jumped(395);
        bool before = store.Writer.OwesWithdrawal();
        Directory.CreateDirectory(store.Folder.Notices);
        var order = new KeepingOrder(KeepingKind.Withdrawn, box.Keys.Notice, 1, 0, "test");
        File.WriteAllBytes(Path.Combine(store.Folder.Notices, "w.keeping"), order.Sign(one, two));

        bool owed = store.Writer.OwesWithdrawal();
        ExpiryReport report = store.Writer.Forget(null);

        Assert.Equal((false, true, false), (before, owed, store.Writer.OwesWithdrawal()));
        Assert.Equal((12, 2L), (report.Keys, report.Batches));
        Assert.Equal(Refusal.NoticeWithdrawn, store.Add(box.Seal(run, 300))[0].Reason);
    }

    [Fact]
    public void Without_a_term_of_its_own_only_what_is_withdrawn_goes()
    {
        store.Clock = TestClock.OfDay(TestBox.Day + 500);

        ExpiryReport report = store.Writer.Forget(null);

        Assert.Equal((0, 0L), (report.Keys, report.Batches));
    }

    private static string[] Confirm(OrderWorld world, string time) =>
    [
        "notice", "clock", time, "--reason", "looked", "--key", world.File("operator.json"), "--out",
        world.File("half"),
    ];

    /// <summary>The clock is so many days ahead of the first; the machine has run an hour.</summary>
    private static TestClock Jumped(int days) =>
        new(First.GetUtcNow().AddDays(days)) { Ran = First.Ran + TimeSpan.FromHours(1) };
}
