using System.Text.Json;
using Appliance.Retention.Log;
using Appliance.Retention.Referrals;
using Appliance.Tests.Retention.Store;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>A referral under an order: some lines at a time, each asked once, logged before anything is told.</summary>
public sealed class OrderedReferralTests : IDisposable
{
    private readonly OrderedReferralWorld world = new();

    public void Dispose() => world.Dispose();

    [Transcript("retention referral")]
    [Fact]
    public void A_referral_that_an_order_names_is_answered_in_sealed_parts_which_make_the_report()
    {
        string request = world.Order();

        (int code, string output, _) = world.Refer(request);

        Assert.Equal(0, code);
        Assert.Equal(
            $"""
            Referral   11 lines, asked in 5 questions; 5 sealed parts in {world.Orders.File("out")}
                       `retention open {world.Orders.File("out")} --key FILE --out FOLDER` makes the report of them

            """,
            output);
        Assert.DoesNotContain("line-1", string.Concat(Parts().Select(File.ReadAllText)));
        string[] report = world.Report().Split('\n');
        Assert.Equal(
            """
            2,A,resolvable today,,shared,1,,line-1
            3,A,fixed,,fixed,,,
            4,B,only with a destination,,shared,2,1,line-2
            5,B,not resolvable,no address,,,,
            6,C,resolvable today,,shared,1,,line-1
            7,C,resolvable today,,shared,1,,line-1
            8,D,resolvable today,,shared,1,,line-1
            9,D,not resolvable,time refused,,,,
            10,E,not resolvable,not ours,,,,
            11,F,not resolvable,beyond the order,,,,
            12,F,not resolvable,nobody,shared,0,,
            """,
            string.Join('\n', report[1..12].Select(line => string.Join(',', line.Split(',')[..8]))));
    }

    [Fact]
    public void Each_line_is_asked_in_one_question_which_ends_before_its_part_is_handed_over()
    {
        string request = world.Order();
        world.Refer(request);

        AssertAskedOnce(request);
        var log = world.Log(request);
        ulong[] questions =
            [.. log.Where(entry => entry.Entry.Entry.Kind == LogKind.Question).Select(entry => entry.Entry.Index)];
        Assert.Equal(5, questions.Length);
        Assert.Equal(questions, log
            .Where(entry => entry.Entry.Entry.Kind == LogKind.Delivery)
            .Select(entry => entry.Entry.Entry.RefersTo!.Value));
        Assert.All(Parts(), part => Assert.Contains(Opened(part), world.Orders.DeliveredAnswers()));
    }

    [Fact]
    public void A_run_again_asks_nothing_and_hands_the_same_parts_over()
    {
        string request = world.Order();
        world.Refer(request);
        int before = world.Log(request).Count;

        Assert.Equal(0, world.Refer(request, "again").Code);

        Assert.Equal(before, world.Log(request).Count);
        Assert.Equal(world.Report(), world.Report("again"));
    }

    [Fact]
    public void Another_file_than_the_order_names_is_refused_and_logged()
    {
        string request = world.Order();
        File.AppendAllText(world.Orders.File("referral.csv"), "G,192.0.2.1,1200,2024-10-04T00:03:21Z,\n");

        (int code, string output, _) = world.Refer(request);

        Assert.Equal((1, true), (code, output.Contains("[question.referral]", StringComparison.Ordinal)));
        Assert.Equal(LogKind.Refusal, world.Log(request)[^1].Entry.Entry.Kind);
        Assert.False(Directory.Exists(world.Orders.File("out")));
    }

    [Fact]
    public void An_order_without_destinations_opens_none()
    {
        string request = world.Order(world.Statement("--source-only"));

        world.Refer(request);

        Assert.Contains("4,B,not resolvable,ambiguous,shared,2,,", world.Report());
    }

    [Theory]
    [InlineData(false, "[order.not-approved]")]
    [InlineData(true, "[question.referral]")]
    public void Without_approval_or_without_the_statement_nothing_is_asked(bool isApproved, string rule)
    {
        string request = isApproved
            ? world.Orders.Request()
            : world.Orders.Request(to: "2024-10-04T11:00Z", more: ("referral", world.Statement()));
        if (isApproved)
        {
            world.Orders.Approve(request);
        }

        (int code, string output, _) = world.Refer(request);

        Assert.Equal((1, true), (code, output.Contains(rule, StringComparison.Ordinal)));
        Assert.DoesNotContain(world.Log(request), entry => entry.Entry.Entry.Kind == LogKind.Question);
    }

    [Fact]
    public void Without_a_request_a_store_that_needs_one_refuses_and_logs_it()
    {
        (int code, string output, _) = world.Orders.Run(
            "referral", world.Orders.File("referral.csv"), "--data", world.Orders.Data, "--socket",
            world.Orders.Socket);

        Assert.Equal((1, true), (code, output.Contains("[question.request]", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_run_that_its_warden_left_alone_goes_on_under_the_same_questions()
    {
        string request = world.Order();
        world.Orders.StopWarden();
        (int gone, string output, _) = world.Refer(request);
        world.Orders.StartWarden();

        Assert.Equal((1, true), (gone, output.Contains("warden.unreachable", StringComparison.Ordinal)));
        Assert.Equal(0, world.Refer(request).Code);
        AssertAskedOnce(request);
    }

    [Fact]
    public void Of_more_ports_than_filters_are_asked_about_first_the_last_is_found_too()
    {
        IEnumerable<string> nobody = Enumerable.Range(40_000, 200).Select(
            port => $"A,192.0.2.1,{port},2024-10-04T00:01:42Z,");
        File.WriteAllLines(world.Orders.File("referral.csv"), [.. nobody, "B,192.0.2.1,1100,2024-10-04T00:01:42Z,"]);
        string request = world.Order();

        Assert.Equal(0, world.Refer(request).Code);

        string[] report = world.Report().Split('\n');
        Assert.StartsWith("200,A,not resolvable,nobody,", report[200]);
        Assert.StartsWith("201,B,resolvable today,", report[201]);
    }

    [Fact]
    public void A_warden_that_is_started_anew_between_two_questions_is_shown_the_file_before_the_next()
    {
        string request = world.Order();
        var referral = new OrderedReferral(
            new OrderedDoor(
                world.Orders.Data, request, world.Orders.Socket, world.Orders.WitnessSocket, world.Orders.Clock),
            KnownReferral.Read(world.Orders.File("referral.csv")),
            AnonymiserList.Empty,
            withDestinations: true,
            new PartFolder(world.Orders.File("out")));

        Assert.Equal(5, referral.Run(_ => world.Orders.StartWarden()));

        Assert.DoesNotContain(Entries(request), entry => entry.Entry.Kind is LogKind.Refusal or LogKind.Error);
    }

    [Fact]
    public void Each_run_that_is_killed_and_gone_on_with_begins_and_ends_in_the_log()
    {
        string request = world.Order();
        KillAtQuestion(request, 1);
        KillAtQuestion(request, 2);
        ulong[] killedTwice =
            [.. UnendedQuestions.Among(Entries(request)).Select(question => question.Index)];
        world.Orders.Clock = TestClock.OfDay(TestBox.Day);

        Assert.Equal(0, world.Refer(request).Code);

        List<LoggedEntry> log = [.. Entries(request).SkipWhile(entry => entry.Entry.Kind != LogKind.Question)];
        ulong first = log[0].Index;
        Assert.Equal([first + 2], killedTwice);
        Assert.Equal(
            [
                (LogKind.Question, null), (LogKind.Error, first), (LogKind.Question, first),
                (LogKind.Error, first + 2), (LogKind.Question, first), (LogKind.Delivery, first + 4),
            ],
            log.Take(6).Select(entry => (entry.Entry.Kind, entry.Entry.RefersTo)));
        Assert.Empty(UnendedQuestions.Among(log));
        Assert.Equal(0, world.Orders.Run(
            "audit", "--data", world.Orders.Data, "--copy", world.Orders.File("copy")).Code);
        AssertAskedOnce(request);
    }

    /// <summary>
    /// Runs until so many questions are in the log. From then on the process cannot log, sign or ask any more: to the
    /// disks it is gone.
    /// </summary>
    private void KillAtQuestion(string request, int count)
    {
        bool isDead = false;
        world.Orders.Clock = new TestClock(TestClock.OfDay(TestBox.Day).GetUtcNow())
        {
            OnRead = () =>
            {
                isDead = isDead || Entries(request).Count(entry => entry.Entry.Kind == LogKind.Question) == count;
                if (isDead)
                {
                    throw new IOException("the process was killed");
                }
            },
        };
        try
        {
            world.Refer(request);
        }
        catch (IOException)
        {
            // What else a process says that is killed matters to nobody.
        }

        Assert.True(isDead);
    }

    private List<LoggedEntry> Entries(string request) => [.. world.Log(request).Select(entry => entry.Entry)];

    private string[] Parts() => Directory.GetFiles(world.Orders.File("out"), "part-*");

    private string Opened(string part) => JsonDocument
        .Parse(world.Orders.Succeed("open", part, "--key", world.Orders.File("asker.json"), "--json"))
        .RootElement.GetProperty("sha256").GetString()!;

    private void AssertAskedOnce(string request)
    {
        int[] asked =
        [
            .. world.Log(request)
                .Where(entry => entry.Rows.Length > 0)
                .SelectMany(entry => RowList.Read(entry.Rows, 1000)!),
        ];
        Assert.Equal(Enumerable.Range(2, OrderedReferralWorld.LineCount), asked.Order());
    }
}
