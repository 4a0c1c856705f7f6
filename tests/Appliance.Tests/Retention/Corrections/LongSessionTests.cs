using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Corrections;

/// <summary>
/// A session of many hours is recorded again every six, and a long flow every five minutes: a question reads only what
/// lies around it. A correction names either by what it is, so it holds whichever record is read.
/// </summary>
public sealed class LongSessionTests : IDisposable
{
    private const long Hour = 3600;
    private const string Port = "47800";
    private static readonly string[] Stretch = ["--from", "2024-10-04T12:30Z", "--to", "2024-10-04T13:30Z"];
    private readonly OrderWorld world;

    public LongSessionTests()
    {
        world = new OrderWorld((rows, second) =>
        {
            if (second == 0)
            {
                rows.Sessions.Add(Corrected.Record(rows, default));
            }
        });
        world.SetUp();
        world.Clock = new TestClock(world.Clock.GetUtcNow().AddHours(3));
        AddLater(6 * Hour, TestBox.At(6 * Hour), "", default);
        AddLater(12 * Hour, TestBox.At(12 * Hour), "", default);
    }

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData(Corrected.Session)]
    [InlineData("cgn 100.64.0.1/32 2024-10-03T23:50:00.000000Z")]
    public void A_correction_holds_though_the_first_record_of_the_session_was_not_read(string session)
    {
        AddLater(13 * Hour, TestBox.At(13 * Hour), "", default);
        string before = Asked();

        string added = Correct("--session", session, "--line", "line-8");
        string after = Asked();

        Assert.Contains("    1. line-7", before);
        Assert.EndsWith("1 answers relied on it or on what else was corrected\n", added);
        Assert.Contains("    1. line-8", after);
    }

    [Fact]
    public void Other_sessions_are_not_corrected_and_no_answer_is_found()
    {
        AddLater(13 * Hour, TestBox.At(13 * Hour), "", default);
        Asked();

        string[] others =
        [
            "cgn 100.64.0.1 2024-10-03T23:51Z", "cgn 100.64.0.2 2024-10-03T23:50Z",
            "other 100.64.0.1 2024-10-03T23:50Z",
        ];
        Assert.All(others, other => Assert.EndsWith(
            "0 answers relied on it or on what else was corrected\n",
            Correct("--session", other, "--line", "line-8")));
        Assert.Contains("    1. line-7", Asked());
    }

    [Fact]
    public void A_flow_is_named_by_its_first_record_whichever_later_one_is_read()
    {
        AddLater((13 * Hour) - 900, TestBox.At((13 * Hour) - 900), "line-7", default);
        AddLater(13 * Hour, TestBox.At((13 * Hour) - 900), "line-7", new FlowId(1, 5, 0));
        string before = Asked();

        string added = Correct("--record", "1-5-0", "--line", "line-8");

        Assert.Contains("    1. line-7", before);
        Assert.EndsWith("1 answers relied on it or on what else was corrected\n", added);
        Assert.Contains("    1. line-8", Asked());
    }

    [Fact]
    public void What_names_no_session_is_refused()
    {
        string[] wrong =
        [
            "cgn 100.64.0.1", "cgn 100.64.0.1/33 2024-10-03T23:50Z", "cgn 100.64.0.1 2024-10-03T23:50",
        ];
        Assert.All(wrong, session =>
        {
            (int code, _, string errors) = world.Run(
                [.. Corrected.New(world, world.File("half")), "--session", session, "--line", "line-8"]);

            Assert.Equal(2, code);
            Assert.Contains($"--session {session}: ", errors);
        });
    }

    private string Correct(params string[] what) => Corrected.Correct(world, [.. Stretch, .. what]);

    private string Asked()
    {
        world.Clock = new TestClock(world.Clock.GetUtcNow().AddMinutes(1));
        world.StartWarden();
        string request = world.Request($"192.0.2.1:{Port}", "2024-10-04T14:00Z");
        world.Approve(request);
        return world.Run(
            "resolve", "--data", world.Data, "--socket", world.Socket, "--witness-socket", world.WitnessSocket, "--ip",
            "192.0.2.1", "--port", Port, "--at", "2024-10-04T13:00:02Z", "--request", request).Output;
    }

    // The session again, and a flow that began then.
    private void AddLater(long second, TaiTime began, string subscriber, FlowId first)
    {
        RowBatch rows = TestBox.Rows(second);
        FlowRow flow = rows.Flows[0];
        flow.Start = began;
        flow.First = first;
        flow.PublicPort = subscriber.Length > 0 ? ushort.Parse(Port, null) : flow.PublicPort;
        flow.Subscriber = rows.Strings.Add(subscriber);
        rows.Flows[0] = flow;
        rows.Sessions.Add(Corrected.Record(rows, default));
        world.AddLater(second, rows);
    }
}
