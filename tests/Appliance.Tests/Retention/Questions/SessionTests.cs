using System.Text.Json.Nodes;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>Which line an inside address was, by the sessions that are recorded.</summary>
public sealed class SessionTests : IDisposable
{
    private const string Inside = "100.64.0.1";
    private readonly AskWorld world = new();

    public SessionTests() => world.CoverTheDay();

    [Fact]
    public void The_session_that_held_the_address_then_names_the_line()
    {
        Flow("15:04:10");
        Session("line-17", "12:00", "18:00");

        (int code, string output) = Resolve("15:04");

        Assert.Contains("Answer     identified\n", output);
        Assert.Contains("    1. line-17", output);
        Assert.Contains(
            "line line-17: 100.64.0.1/32 from 2024-10-04T12:00:00.000000Z to 2024-10-04T18:00:00.000000Z, radius",
            output);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Where_no_session_held_it_the_line_is_not_covered_and_the_inside_address_stands()
    {
        Flow("15:04:10");
        Session("line-17", "12:00", "15:00");

        (_, string output) = Resolve("15:04");

        Assert.Contains("    1. 100.64.0.1", output);
        Assert.Contains("       line: not covered by any session that is recorded\n", output);
        JsonNode candidate = Json("15:04")["candidates"]![0]!;
        Assert.Equal("not covered", (string?)candidate["line_reference"]);
        Assert.Null(candidate["session"]);
    }

    [Fact]
    public void An_address_used_again_within_a_second_names_both_lines_near_the_change_and_one_after_it()
    {
        Flow("15:04:00.700");
        Flow("15:10:00", port: 4001);
        Session("line-17", "12:00", "15:04:00.400");
        Session("line-18", "15:04:00.600", "18:00");

        Assert.Equal(["line-17", "line-18"], Lines("15:04"));
        Assert.Equal(["line-18"], Lines("15:10", 4001));
    }

    [Fact]
    public void The_record_of_its_end_counts_before_the_one_of_its_begin()
    {
        Flow("15:04:10");
        Session("line-17", "14:00", "");
        Session("line-17", "14:00", "15:00");

        Assert.Equal([Inside], Lines("15:04"));
    }

    [Fact]
    public void A_session_that_was_open_when_last_recorded_is_believed_for_a_while()
    {
        Flow("15:04:10");
        Flow("22:04:10", port: 4001);
        Session("line-17", "14:00", "");

        Assert.Equal(["line-17"], Lines("15:04"));
        Assert.Equal([Inside], Lines("22:04", 4001));
    }

    [Fact]
    public void An_open_session_is_not_believed_beyond_the_next_one_of_its_address()
    {
        Flow("15:04:10");
        Session("line-17", "14:00", "");
        Session("line-18", "15:00", "");

        Assert.Equal(["line-18"], Lines("15:04"));
    }

    [Fact]
    public void An_open_session_is_not_believed_beyond_a_restart_of_its_box()
    {
        Session("line-17", "14:00", "");
        world.Restart();
        Flow("15:04:10");
        RowBatch batch = world.Batch();
        batch.Gaps.Add(new GapRow
        {
            From = AskWorld.At("14:30"), To = AskWorld.At("14:31"), Cause = batch.Strings.Add("restart"),
        });

        Assert.Equal([Inside], Lines("15:04"));
    }

    [Fact]
    public void The_longest_prefix_counts()
    {
        Flow("15:04:10");
        Session("site-1", "14:30", "18:00", "100.64.0.0", 24);
        Session("line-17", "14:00", "18:00");

        Assert.Equal(["line-17"], Lines("15:04"));
    }

    [Fact]
    public void Another_realms_session_of_the_same_address_is_not_meant()
    {
        Flow("15:04:10");
        Session("line-17", "14:00", "18:00", realm: "vpn");

        Assert.Equal([Inside], Lines("15:04"));
    }

    [Fact]
    public void Flows_of_one_address_before_and_after_a_change_are_two_lines()
    {
        Flow("15:01:00", last: "15:01:30");
        Flow("15:04:10", port: 4000);
        Session("line-17", "12:00", "15:02");
        Session("line-18", "15:03", "18:00");

        (_, string output) = Resolve("15:04");

        Assert.Contains("    1. line-18", output);
        Assert.Contains("Before\n       line-17", output);
    }

    [Fact]
    public void Behind_a_softwire_the_session_of_the_lines_own_end_counts()
    {
        RowBatch batch = world.Batch();
        FlowRow row = AskWorld.Flow(batch, "192.168.0.2", 4000, "15:04:10", "15:04:20");
        row.Realm = batch.Strings.Add("default/2001:db8:100::7");
        batch.Flows.Add(row);
        Session("line-17", "14:00", "18:00", "2001:db8:100::", 56);
        Session("line-18", "14:00", "18:00", "2001:db8:100:100::", 56);

        Assert.Equal(["line-17"], Lines("15:04"));
    }

    [Fact]
    public void A_native_address_is_the_line_of_its_delegated_prefix_by_longest_match()
    {
        RowBatch batch = world.Batch();
        FlowRow row = AskWorld.Flow(batch, "2001:db8:100:5::9", 4000, "15:04:10", "15:04:20");
        row.PublicAddress = row.SubscriberAddress;
        (row.Translation, row.PublicPort) = (Translation.Direct, row.SubscriberPort);
        batch.Flows.Add(row);
        Session("site-1", "14:00", "18:00", "2001:db8::", 40);
        Session("line-17", "14:00", "18:00", "2001:db8:100::", 56);
        world.WriteAgain();

        (_, string output, _) = world.Ask(
            "resolve", "--ip", "2001:db8:100:5::9", "--port", $"{row.PublicPort}", "--at", $"{AskWorld.Date}T15:04Z");

        Assert.Contains("    1. line-17", output);
    }

    [Fact]
    public void What_a_line_had_is_found_by_its_sessions()
    {
        Flow("15:04:10");
        Flow("20:04:10", port: 4001);
        Session("line-17", "14:00", "18:00");
        world.WriteAgain();

        (_, string output, _) = world.Ask(
            "addresses-of", "--subscriber", "line-17", "--from", $"{AskWorld.Date}T00:40Z", "--to",
            $"{AskWorld.Date}T23:00Z");

        Assert.Contains("4000", output);
        Assert.DoesNotContain("4001", output);
    }

    public void Dispose() => world.Dispose();

    private void Flow(string start, ushort port = 4000, string? last = null)
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, Inside, port, start, last ?? start));
    }

    private void Session(
        string line, string start, string end, string address = Inside, byte length = 32, string realm = "default")
    {
        RowBatch batch = world.Batch();
        batch.Sessions.Add(new SessionRow
        {
            Subscriber = batch.Strings.Add(line),
            SubscriberType = batch.Strings.Add("line"),
            Realm = batch.Strings.Add(realm),
            Address = AskWorld.Address(address),
            PrefixLength = length,
            Start = AskWorld.At(start),
            End = end.Length == 0 ? default : AskWorld.At(end),
            Source = batch.Strings.Add("radius"),
        });
    }

    private (int Code, string Output) Resolve(string minute, ushort port = 4000, params string[] more)
    {
        world.WriteAgain();
        (int code, string output, _) = world.Ask(
            ["resolve", "--ip", AskWorld.Pub, "--port", $"{port}", "--at", $"{AskWorld.Date}T{minute}Z", .. more]);
        return (code, output);
    }

    private JsonNode Json(string minute, ushort port = 4000) => JsonNode.Parse(Resolve(minute, port, "--json").Output)!;

    private string[] Lines(string minute, ushort port = 4000) =>
        [.. Json(minute, port)["candidates"]!.AsArray().Select(candidate => (string)candidate!["line"]!).Order()];
}
