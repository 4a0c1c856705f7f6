using Appliance.Retention.Archive;
using Appliance.Retention.Holds;
using Appliance.Retention.Notices;
using Appliance.Retention.Warden;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using static System.StringComparison;

namespace Appliance.Tests.Retention.Notices;

/// <summary>
/// Operator and custodian withdraw a notice while a warden holds the day keys: what was kept because of it alone opens
/// nowhere any more, and everybody is told.
/// </summary>
public sealed class WithdrawnNoticeTests : IDisposable
{
    private readonly OrderWorld world = new();
    private readonly string aside;

    public WithdrawnNoticeTests()
    {
        aside = world.File("aside");
        world.SetUp();
        world.StartWarden();
    }

    private string Notice => world.Box.Keys.Notice.ToString();

    public void Dispose() => world.Dispose();

    [Fact]
    public void Nothing_opens_with_every_file_of_box_broker_store_and_warden_kept_aside_before()
    {
        Directory.CreateDirectory(world.File("box"));
        File.WriteAllText(Path.Combine(world.File("box"), KeySet.FileName), world.Box.Keys.ForDevice().ToJson());
        File.Delete(world.File("box.json"));
        string[] live = [world.Data, world.WardenFolder, world.File("box")];
        SectionSet[] before = Opened(live);
        foreach (string folder in live)
        {
            KeptAside.Copy(folder, Path.Combine(aside, Path.GetFileName(folder)));
        }

        byte[][] filters = Filters();
        Assert.All(filters, tokens => Assert.Contains("store.db", KeptAside.FilesWith(tokens, world.Data)));
        Withdraw();

        Assert.Equal([SectionSet.Both, SectionSet.Both, SectionSet.Both], before);
        Assert.Equal([default, default, default], Opened([.. live, aside]));
        Assert.NotEmpty(filters);
        Assert.All(filters, tokens => Assert.Empty(KeptAside.FilesWith(tokens, world.Data)));
        Assert.All(world.Batches, batch => Assert.Empty(
            KeptAside.FilesWith(batch.Bytes.ToArray()[^64..], world.Data)));
    }

    [Transcript("retention notice new")]
    [Transcript("retention notice sign")]
    [Transcript("retention notice add")]
    [Transcript("retention notice list")]
    [Fact]
    public void The_end_of_a_notice_is_signed_by_two_logged_stated_and_shown()
    {
        string half = New("--withdraw");
        (int early, _, string notYet) = world.Run("notice", "add", half, "--data", world.Data);
        string both = Sign(half);
        (int added, string output, string errors) = Add(both);
        string list = world.Succeed("notice", "list", "--data", world.Data);
        string status = world.Succeed("status", "--data", world.Data);
        string[] log = world.Run("log", "--data", world.Data).Output.Split('\n');

        Assert.Equal((2, true), (early, notYet.Contains("holds for nothing here", Ordinal)));
        Assert.Equal((0, ""), (added, errors));
        Assert.StartsWith($"notice {Notice} is withdrawn at once: everything under it is destroyed", output);
        Assert.Contains("forgot    3 batches, 3 records,", output);
        Assert.Contains("log       2 statements of destruction,", output);
        string line = $"notice   {Notice}: withdrawn since 2024-10-04T12:00:00.000000Z (court order); "
            + "nothing is kept under it\n";
        Assert.Equal(line, list);
        Assert.Contains(line, status);
        Assert.Equal(["store", "warden"], ActorsOf(log, "destroy"));
        Assert.Equal(["operator", "custodian"], ActorsOf(log, "control").TakeLast(2));
        Assert.Equal(0, world.Run("audit", "--data", world.Data, "--copy", world.File("copy")).Code);
    }

    [Fact]
    public void A_question_about_its_time_is_out_of_period_and_a_legal_hold_still_opens()
    {
        string request = Approved();
        (int held, string found, string made) = world.Resolve(request, "--hold-until", "2026-06-30T00:00Z");
        string hold = made.Split("hold ")[1][..32];
        Withdraw();

        (int code, string answer, _) = world.Resolve(request);
        string later = Approved((HeldOrder.Statement, hold));
        (int shown, string records, string errors) = world.Run(
            "hold", "show", hold, "--request", later, "--data", world.Data, "--socket", world.Socket);

        Assert.Equal((0, true), (held, found.Contains("identified", Ordinal)));
        Assert.Equal((1, true), (code, answer.Contains("out of period", Ordinal)));
        Assert.Equal((0, ""), (shown, errors));
        Assert.Contains("\nproven   1 records of 1 batches\n", records);
    }

    [Fact]
    public void What_is_withdrawn_from_a_day_on_is_kept_until_then_and_no_copy_of_a_key_comes_back()
    {
        Add(Sign(New("--withdraw", "--from", "2024-10-06T00:00Z")));
        string kept = world.Succeed("status", "--data", world.Data);
        world.StopWarden();
        world.Day = TestBox.Day + 2;
        world.StartWarden();
        world.Succeed("expire", "--data", world.Data, "--socket", world.Socket);

        world.Succeed("warden", "keys", world.File("box.json"), "--warden", world.WardenFolder);
        world.Succeed("keys", "add", world.File("box.json"), "--data", world.Data);

        Assert.Contains("kept from 2023-10-05 on; withdrawn from 2024-10-06T00:00:00.000000Z on (court order)\n", kept);
        Assert.Contains("day      2024-10-04: 3 batches", kept);
        File.Delete(world.File("box.json"));
        Assert.Equal([default, default, default], Opened([world.Data, world.WardenFolder]));
    }

    [Fact]
    public void Where_the_warden_cannot_act_on_it_whoever_brings_it_is_told_and_it_is_acted_on_later()
    {
        string broken = Path.Combine(new WardenFolder(world.WardenFolder).Notices, "broken" + NoticeBook.Ending);
        Directory.CreateDirectory(Path.GetDirectoryName(broken)!);
        File.WriteAllText(broken, "no order");
        string both = Sign(New("--withdraw"));

        (int added, _, string said) = Add(both);
        string status = world.Succeed("warden", "status", "--socket", world.Socket);
        (int expired, _, string again) = Expire();
        File.Delete(broken);
        (int mended, string output, string errors) = Expire();

        Assert.Equal((1, 1), (added, expired));
        Assert.Contains("the warden has the order and does not act on it", said);
        Assert.Contains(broken, again);
        Assert.Contains("notices    orders are not acted on", status);
        Assert.Equal((0, ""), (mended, errors));
        Assert.Contains("log       1 statements of destruction,", output);
        Assert.DoesNotContain("notices  ", world.Succeed("warden", "status", "--socket", world.Socket));
    }

    [Fact]
    public void The_warden_acts_on_an_order_when_it_comes_and_not_whenever_it_is_shown_again()
    {
        byte[] order = File.ReadAllBytes(Sign(New("--days", "30")));
        world.StopWarden();
        int reads = 0;
        var clock = new TestClock(world.Clock.GetUtcNow()) { OnRead = () => reads++ };
        using OpenWarden warden = OpenWarden.At(new WardenFolder(world.WardenFolder), clock);

        Assert.Null(warden.Keep(order));
        int first = reads;
        Assert.Null(warden.Keep(order));

        Assert.Equal((true, first), (first > 0, reads));
    }

    [Fact]
    public void An_order_that_comes_after_a_withdrawal_is_acted_on_alone()
    {
        Withdraw();
        string half = NewOf("00112233445566778899aabbccddeeff", "--days", "30");

        (int code, string output, _) = Add(Sign(half));

        Assert.Equal(0, code);
        Assert.EndsWith("the next `retention expire` acts on it, here and at the warden\n", output);
    }

    [Fact]
    public void A_withdrawal_that_only_a_doubted_clock_calls_due_destroys_nothing_and_does_not_end_well()
    {
        string both = Sign(New("--withdraw", "--from", "2024-12-24T00:00Z"));
        world.Succeed("expire", "--data", world.Data, "--socket", world.Socket);
        TimeSpan ran = world.Clock.Ran;
        world.Clock = new TestClock(world.Clock.GetUtcNow().AddDays(100)) { Ran = ran };

        (int code, string output, string errors) = Add(both);

        Assert.Contains("destroyed 0 private day keys", output);
        Assert.Contains("retention: store: this machine's clock says 2025-01-12T12:00:00.000000Z, ", errors);
        Assert.Equal(1, code);
    }

    private (int Code, string Output, string Errors) Expire() =>
        world.Run("expire", "--data", world.Data, "--socket", world.Socket);

    private string Approved(params (string Id, string Text)[] more)
    {
        string request = world.Request(more: more);
        world.Approve(request);
        return request;
    }

    private void Withdraw()
    {
        (int code, string output, string errors) = Add(Sign(New("--withdraw")));
        Assert.True(code == 0 && errors.Length == 0, output + errors);
    }

    private string New(params string[] more) => NewOf(Notice, more);

    private string NewOf(string notice, params string[] more)
    {
        string half = world.File("notice.half");
        world.Succeed(
        [
            "notice", "new", notice, .. more, "--reason", "court order", "--key", world.File("operator.json"), "--out",
            half,
        ]);
        return half;
    }

    private string Sign(string half)
    {
        string both = world.File("notice.both");
        world.Succeed("notice", "sign", half, "--key", world.File("custodian.json"), "--out", both);
        return both;
    }

    private (int Code, string Output, string Errors) Add(string both) =>
        world.Run("notice", "add", both, "--data", world.Data, "--socket", world.Socket);

    private SectionSet[] Opened(string[] folders) =>
    [
        .. world.Batches.Select(batch => KeptAside.Opened(
            world.Box.Keys, world.Box.LastStatement, batch, folders)),
    ];

    private byte[][] Filters()
    {
        using StoreDatabase database = StoreDatabase.Open(world.Store.Database, toWrite: false);
        return [.. database.All("SELECT tokens FROM filters", row => row.GetFieldValue<byte[]>(0))];
    }

    private static IEnumerable<string> ActorsOf(string[] log, string kind) => log
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length > 3 && words[2] == kind)
        .Select(words => words[3]);
}
