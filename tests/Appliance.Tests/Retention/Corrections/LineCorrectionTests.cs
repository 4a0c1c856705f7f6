using Appliance.Retention.Commands;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Corrections;

/// <summary>
/// A session that named the wrong line: operator and custodian sign the correction, the register finds the answers that
/// named a line by it in that time, and answers from then on carry the right line and say so.
/// </summary>
public sealed class LineCorrectionTests : IDisposable
{
    private readonly OrderWorld world = new(Corrected.Sessions);

    public LineCorrectionTests()
    {
        world.SetUp();
        world.StartWarden();
    }

    public void Dispose() => world.Dispose();

    [Transcript("retention errors correct new")]
    [Transcript("retention errors correct sign")]
    [Transcript("retention errors correct add")]
    [Fact]
    public void A_corrected_session_finds_the_answer_that_named_a_line_by_it_and_the_next_one_says_the_right_line()
    {
        string request = Answered("192.0.2.1:1100", "1100", "00:01:42Z", "line-7");
        string other = Answered("192.0.2.1:1200", "1200", "00:03:22Z", "line-7");
        byte[][] before = world.StoredBatches();

        string added = Correct("--session", Corrected.Session, "--line", "line-8");
        string list = List();
        (_, string answer, _) = Ask(Approved("192.0.2.1:1100"), "1100", "00:01:42Z");

        Assert.EndsWith(
            "it was line-8; a wrong user name in the accounting server; it is logged\n"
                + "1 answers relied on it or on what else was corrected\n",
            added);
        Assert.Contains($"{request}  CP-17  session: what device {world.Device} recorded from ", list);
        Assert.DoesNotContain(other, list);
        Assert.DoesNotContain("line-8", list);
        Assert.Contains("    1. line-8", answer);
        Assert.Contains("corrected: the line is line-8 from 2024-10-04T00:01:00.000000Z", answer);
        Assert.Contains("1 flow whose line operator and custodian corrected", answer);
        Assert.Equal(before, world.StoredBatches());
    }

    [Fact]
    public void A_paper_that_names_the_record_of_a_session_corrects_no_session_and_finds_no_answer()
    {
        Answered("192.0.2.1:1100", "1100", "00:01:42Z", "line-7");

        string added = Correct("--record", "1-0-1", "--line", "line-8");

        Assert.EndsWith("0 answers relied on it or on what else was corrected\n", added);
        Assert.Contains("    1. line-7", Ask(Approved("192.0.2.1:1100"), "1100", "00:01:42Z").Output);
    }

    [Fact]
    public void Before_and_after_the_stretch_the_recorded_line_stands()
    {
        Correct("--session", Corrected.Session, "--line", "line-8");

        Assert.Contains("    1. line-7", Ask(Approved("192.0.2.1:1200"), "1200", "00:03:22Z").Output);
        Assert.Contains("    1. line-7", Ask(Approved("192.0.2.1:1000"), "1000", "00:00:02Z").Output);
    }

    [Fact]
    public void A_stretch_that_is_withdrawn_leaves_the_inside_address_and_finds_every_answer_that_named_a_line_in_it()
    {
        string request = Answered("192.0.2.1:1100", "1100", "00:01:42Z", "line-7");
        string other = Answered("192.0.2.1:1200", "1200", "00:03:22Z", "line-7");

        Correct("--withdraw");
        string list = List();
        (_, string answer, _) = Ask(Approved("192.0.2.1:1100"), "1100", "00:01:42Z");

        Assert.Contains($"{request}  CP-17  session: ", list);
        Assert.DoesNotContain(other, list);
        Assert.Contains("    1. cgn/100.64.0.1", answer);
        Assert.Contains("corrected: the line is not known", answer);
    }

    [Fact]
    public void A_line_question_finds_what_a_correction_gives_it_and_not_what_it_takes()
    {
        Correct("--session", Corrected.Session, "--line", "line-8");

        string right = AddressesOf("line-8");
        string wrong = AddressesOf("line-7");

        Assert.Contains("1100", right);
        Assert.DoesNotContain("1200", right);
        Assert.Contains("1200", wrong);
        Assert.DoesNotContain("1100", wrong);
    }

    [Fact]
    public void A_flow_that_began_in_the_stretch_and_still_ran_when_it_was_asked_about_is_the_right_lines()
    {
        using var running = new OrderWorld((rows, second) =>
        {
            Corrected.Sessions(rows, second);
            if (second == 200)
            {
                FlowRow flow = rows.Flows[0];
                flow.Start = TestBox.At(110);
                rows.Flows[0] = flow;
            }
        });
        running.SetUp();
        Corrected.Correct(running, "--session", Corrected.Session, "--line", "line-8");

        Assert.Contains("1200", running.AddressesOf("line-8", "2024-10-04T00:03:15Z"));
    }

    [Fact]
    public void An_answer_about_a_line_that_named_a_block_by_who_held_it_at_its_begin_is_found_by_that_time()
    {
        using var blocks = new OrderWorld((rows, second) =>
        {
            Corrected.Sessions(rows, second);
            if (second == 200)
            {
                rows.Blocks.Add(new BlockRow
                {
                    Realm = rows.Strings.Add("cgn"),
                    InsideAddress = TestBox.Address("100.64.0.1"),
                    PublicAddress = TestBox.Address("192.0.2.1"),
                    PortFirst = 2000,
                    PortLast = 2063,
                    Start = TestBox.At(70),
                    End = TestBox.At(230),
                    Source = rows.Strings.Add("syslog"),
                });
            }
        });
        blocks.SetUp();
        blocks.StartWarden();
        Assert.Contains("2063", blocks.AddressesOf("line-7", "2024-10-04T00:03:15Z"));

        string added = Corrected.Correct(blocks, "--session", Corrected.Session, "--line", "line-8");

        Assert.EndsWith("1 answers relied on it or on what else was corrected\n", added);
    }

    [Fact]
    public void A_correction_that_is_taken_in_while_an_answer_is_under_way_finds_it()
    {
        Answered("192.0.2.1:1200", "1200", "00:03:22Z", "line-7");
        string both = Corrected.Sign(world, "--session", Corrected.Session, "--line", "line-8");
        string request = Approved("192.0.2.1:1100");
        var moving = new TestClock(world.Clock.GetUtcNow());
        (AskedQuestion question, ResolveQuestion asked) = At100(request);
        StringWriter answer = new();
        using (AskDoor door = AskDoor.OpenOrdered(
            world.Data, question, world.Socket, moving, world.WitnessSocket))
        {
            world.Clock = new TestClock(world.Clock.GetUtcNow().AddSeconds(10));
            string added = world.Succeed("errors", "correct", "add", both, "--data", world.Data);
            Assert.EndsWith("0 answers relied on it or on what else was corrected\n", added);
            moving.Ahead = TimeSpan.FromSeconds(20);
            door.Answer(answer, output =>
            {
                output.Write(Assert.Single(Assert.Single(door.Resolve([asked])).Result.Candidates).Line.Subscriber);
                return 0;
            });
        }

        world.Clock = new TestClock(world.Clock.GetUtcNow().AddSeconds(60));
        string list = List();

        Assert.Equal("line-7", answer.ToString());
        Assert.Contains($"{request}  CP-17  session: ", list);
    }

    [Fact]
    public void What_one_alone_signed_corrects_nothing()
    {
        string half = world.File("half");
        world.Succeed([.. Corrected.New(world, half), "--session", Corrected.Session, "--line", "line-8"]);

        (int code, _, string errors) = world.Run("errors", "correct", "add", half, "--data", world.Data);

        Assert.Equal(2, code);
        Assert.Contains("operator and custodian sign it", errors);
        Assert.Contains("    1. line-7", Ask(Approved("192.0.2.1:1100"), "1100", "00:01:42Z").Output);
    }

    [Fact]
    public void A_line_is_given_to_records_that_are_named_and_never_to_a_whole_device()
    {
        (int code, _, string errors) = world.Run([.. Corrected.New(world, world.File("half")), "--line", "line-8"]);

        Assert.Equal(2, code);
        Assert.Contains("--line needs --record or --session", errors);
    }

    [Fact]
    public void A_damaged_paper_is_named_and_keeps_no_statement_of_destroyed_keys_out_of_the_log()
    {
        Correct("--session", Corrected.Session, "--line", "line-8");
        string paper = Assert.Single(Directory.GetFiles(world.Store.Corrections));
        File.WriteAllText(paper, "damaged");
        world.Day = TestBox.Day + 366;

        (int code, string output, string errors) = world.Run("expire", "--data", world.Data);

        Assert.Equal(1, code);
        Assert.Contains(paper, errors);
        Assert.Contains("forgot    3 batches", output);
        using var log = TransparencyLog.Open(world.Store.Log, world.Clock);
        Assert.Contains(log.Entries(0, int.MaxValue), entry => entry.Entry.Kind == LogKind.Destroy);
    }

    [Fact]
    public void The_paper_goes_when_its_records_go()
    {
        Correct("--session", Corrected.Session, "--line", "line-8");
        Assert.Single(Directory.GetFiles(world.Store.Corrections));
        world.Day = TestBox.Day + 366;

        Assert.Equal(0, world.Run("expire", "--data", world.Data).Code);

        Assert.Empty(Directory.GetFiles(world.Store.Corrections));
    }

    private (AskedQuestion Question, ResolveQuestion Asked) At100(string request)
    {
        var window = new Window(TestBox.At(102), TestBox.At(103));
        var question = new AskedQuestion
        {
            Verb = "resolve",
            Request = request,
            Address = "192.0.2.1",
            Port = 1100,
            FromUtcUs = (ulong)LeapSeconds.ToUtc(window.From),
            ToUtcUs = (ulong)LeapSeconds.ToUtc(window.To),
        };
        return (question, new ResolveQuestion
        {
            Address = TestBox.Address("192.0.2.1"),
            Port = 1100,
            Interval = new AskedInterval("then", window),
        });
    }

    private string Correct(params string[] what) => Corrected.Correct(world, what);

    private string Approved(string address)
    {
        string request = world.Request(address);
        world.Approve(request);
        return request;
    }

    private string Answered(string address, string port, string time, string line)
    {
        string request = Approved(address);
        (int code, string output, string errors) = Ask(request, port, time);
        Assert.True(code == 0 && output.Contains($"    1. {line}", StringComparison.Ordinal), output + errors);
        return request;
    }

    private (int Code, string Output, string Errors) Ask(string request, string port, string time) => world.Run(
        "resolve", "--data", world.Data, "--socket", world.Socket, "--witness-socket", world.WitnessSocket, "--ip",
        "192.0.2.1", "--port", port, "--at", $"2024-10-04T{time}", "--request", request);

    private string AddressesOf(string line) => world.AddressesOf(line);

    private string List() => world.Run("errors", "list", "--data", world.Data).Output;
}
