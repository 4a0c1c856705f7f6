using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>Questions about a known line: its addresses, its services, one service.</summary>
public sealed class LineTests : IDisposable
{
    private static readonly string[] Afternoon = ["--from", "2024-10-04T15:00Z", "--to", "2024-10-04T15:59Z"];
    private readonly AskWorld world = new();

    public LineTests()
    {
        world.CoverTheDay();
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:01", "15:02", "mail.example"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:01:30", "15:03", "news.example", "198.51.100.8"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:20", "15:21", "mail.example"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4001, "15:30", "15:31", "", "203.0.113.9", 993));
        FlowRow lookup = AskWorld.Flow(
            batch, "100.64.0.1", 4002, "15:00:59", "15:00:59", "chat.example", "9.9.9.9", 53);
        (lookup.ServiceSource, lookup.Protocol) = (ServiceSource.Dns, 17);
        batch.Flows.Add(lookup);
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4003, "16:30", "16:31", "later.example"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 5000, "15:01", "15:02", "chat.example"));
        foreach (string line in (string[])["100.64.0.3", "100.64.0.4"])
        {
            FlowRow row = AskWorld.Flow(batch, line, 6000, "15:10", "15:11", "chat.example");
            (row.Attribution, row.Candidates, row.Group) = (Attribution.Ambiguous, 2, 3);
            row.First = new FlowId(1, 1, 7);
            batch.Flows.Add(row);
        }
    }

    [Transcript("retention addresses-of")]
    [Fact]
    public void The_public_addresses_of_a_line_are_listed_with_the_times_it_had_them()
    {
        (int code, string output) = Ask(["addresses-of", "--inside", "100.64.0.1", .. Afternoon]);

        Assert.Equal(
            """
            Answer     found
                       flows of this line are recorded
            Asked      of line 100.64.0.1, which public addresses it had
                       from 2024-10-04T15:00Z to 2024-10-04T15:59Z
            UTC        2024-10-04T15:00:00.000000Z to 2024-10-04T15:59:59.999999Z
              2024-10-04T15:00:59.000000Z to 2024-10-04T15:00:59.000000Z  192.0.2.1 udp 4002 (mirror)
              2024-10-04T15:01:00.000000Z to 2024-10-04T15:03:00.000000Z  192.0.2.1 tcp 4000 (mirror)
              2024-10-04T15:20:00.000000Z to 2024-10-04T15:21:00.000000Z  192.0.2.1 tcp 4000 (mirror)
              2024-10-04T15:30:00.000000Z to 2024-10-04T15:31:00.000000Z  192.0.2.1 tcp 4001 (mirror)

            """,
            output);
        Assert.Equal(0, code);
    }

    [Transcript("retention services")]
    [Fact]
    public void The_services_of_a_line_are_counted_and_a_lookup_is_told_from_a_use()
    {
        (int code, string output) = Ask(["services", "100.64.0.1", .. Afternoon]);

        Assert.Equal(
            """
            Answer     found
                       flows of this line are recorded
            Asked      of line 100.64.0.1, which services it used
                       from 2024-10-04T15:00Z to 2024-10-04T15:59Z
            UTC        2024-10-04T15:00:00.000000Z to 2024-10-04T15:59:59.999999Z
                   2 flows  2024-10-04T15:01:00.000000Z to 2024-10-04T15:21:00.000000Z  mail.example
                   1 flows  2024-10-04T15:01:30.000000Z to 2024-10-04T15:03:00.000000Z  news.example
                   1 flows  2024-10-04T15:30:00.000000Z to 2024-10-04T15:31:00.000000Z  203.0.113.9:993 (no name seen)
                   1 flows  2024-10-04T15:00:59.000000Z to 2024-10-04T15:00:59.000000Z  chat.example (only looked up)

            """,
            output);
        Assert.Equal(0, code);
    }

    [Transcript("retention accessed")]
    [Fact]
    public void Whether_a_line_used_a_service_is_yes_with_the_times()
    {
        (int code, string output) = Ask(["accessed", "100.64.0.1", "--service", "mail.example", .. Afternoon]);

        Assert.Equal(
            """
            Answer     yes
                       flows of this line to the service are recorded
            Asked      of line 100.64.0.1, whether it used mail.example
                       from 2024-10-04T15:00Z to 2024-10-04T15:59Z
            UTC        2024-10-04T15:00:00.000000Z to 2024-10-04T15:59:59.999999Z
              2024-10-04T15:01:00.000000Z to 2024-10-04T15:02:00.000000Z +-40 us
                mail.example at 198.51.100.7:443 (mirror)
              2024-10-04T15:20:00.000000Z to 2024-10-04T15:21:00.000000Z +-40 us
                mail.example at 198.51.100.7:443 (mirror)

            """,
            output);
        Assert.Equal(0, code);
    }

    [Fact]
    public void No_is_said_only_where_nothing_is_missing_and_a_lookup_is_no_use()
    {
        string[] question = ["accessed", "100.64.0.1", "--service", "chat.example"];

        (int code, string no) = Ask([.. question, .. Afternoon]);
        (_, string late) = Ask([.. question, "--from", "2024-10-04T23:00Z", "--to", "2024-10-04T23:59Z"]);

        Assert.StartsWith("Answer     no\n", no);
        Assert.Contains("lookups of the name (DNS): 1; that is no use of it", no);
        Assert.StartsWith("Answer     not covered\n", late);
        Assert.Contains("after the last record", late);
        Assert.Equal(1, code);
    }

    [Fact]
    public void A_flow_that_fits_two_lines_is_perhaps_for_each()
    {
        (int code, string output) = Ask(["accessed", "100.64.0.3", "--service", "chat.example", .. Afternoon]);

        Assert.StartsWith("Answer     perhaps\n", output);
        Assert.Contains("1 flow that fit other lines as well (ambiguous)", output);
        Assert.Equal(1, code);
    }

    [Fact]
    public void A_line_is_found_by_its_reference_through_the_sessions_of_its_address()
    {
        RowBatch sessions = world.Batch();
        sessions.Sessions.Add(new SessionRow
        {
            Subscriber = sessions.Strings.Add("line-17"), Realm = sessions.Strings.Add("default"),
            Address = AskWorld.Address("100.64.0.1"), PrefixLength = 32, Start = AskWorld.At("15:10"),
        });

        using JsonDocument answer = JsonDocument.Parse(Ask(["addresses-of", "line-17", .. Afternoon, "--json"]).Output);
        (int code, string nobody) = Ask(["addresses-of", "line-18", .. Afternoon]);

        JsonElement addresses = answer.RootElement.GetProperty("addresses");
        Assert.Equal(["15:20", "15:30"], addresses.EnumerateArray().Select(port => Clock(port.GetProperty("start"))));
        Assert.Equal("[\"attribution\"]", answer.RootElement.GetProperty("sections_opened").ToString()
            .Replace(" ", "").Replace("\n", ""));
        Assert.StartsWith("Answer     none\n", nobody);
        Assert.Equal(1, code);

        static string Clock(JsonElement time) => time.GetString()![11..16];
    }

    [Theory]
    [InlineData("addresses-of", "--from", "2024-10-04T15:00Z", "--to", "2024-10-04T15:59Z", "name one line")]
    [InlineData("services", "a", "--inside", "100.64.0.1", "--at", "2024-10-04T15:00Z", "name one line")]
    [InlineData("accessed", "a", "--at", "2024-10-04T15:00Z", "--service")]
    [InlineData("services", "a", "--at", "2024-10-04T15:00", "has no time zone")]
    public void A_question_that_is_not_clear_is_refused_in_one_line(params string[] arguments)
    {
        (int code, string output, string errors) = AskWorld.Run(arguments[..^1]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(arguments[^1], errors);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => world.Dispose();

    private (int Code, string Output) Ask(string[] arguments)
    {
        world.WriteAgain();
        (int code, string output, string errors) = world.Ask(arguments);
        Assert.Equal("", errors);
        return (code, output);
    }
}
