using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

public sealed class ResolveTests : IDisposable
{
    private readonly AskWorld world = new();

    public ResolveTests() => world.CoverTheDay();

    [Fact]
    public void A_port_that_was_used_again_names_the_holders_before_and_after()
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:00", "15:03:10"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 4000, "15:04:01", "15:04:20"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.3", 4000, "15:20", "15:21"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.4", 4000, "15:40", "15:41"));

        (int code, string output) = Resolve("--port", "4000", "--proto", "tcp", "--at", "2024-10-04T15:04Z");

        Assert.Equal(
            """
            Answer     identified
                       one line, and no other, held it in the interval
            Asked      who held 192.0.2.1 port 4000 tcp
                       at 2024-10-04T15:04Z
            UTC        2024-10-04T15:04:00.000000Z to 2024-10-04T15:04:59.999999Z
            Lines
                1. 100.64.0.2: opened in the interval
                   tcp 100.64.0.2:20384 as 192.0.2.1:4000
                     2024-10-04T15:04:01.000000Z to 2024-10-04T15:04:20.000000Z +-40 us; opened in the interval
                     mirror, 96 bits, 1 candidate; overlap certain; flow 1-1-1, record 1-1-1
            Before
                   100.64.0.1: tcp 100.64.0.1:20384 as 192.0.2.1:4000
                     2024-10-04T15:00:00.000000Z to 2024-10-04T15:03:10.000000Z +-40 us
            After
                   100.64.0.3: tcp 100.64.0.3:20384 as 192.0.2.1:4000
                     2024-10-04T15:20:00.000000Z to 2024-10-04T15:21:00.000000Z +-40 us
            If the time is wrong by   earlier        later          either way
              1 s                     1 same         1 same         1 same
              60 s                    1 other        0 other        2 other
              1 h                     0 other        0 other        4 other

            """,
            output);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Two_lines_on_one_port_at_once_are_both_named_and_the_remote_tells_them_apart()
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:03", "15:05:30", remote: "198.51.100.1"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 4000, "15:04:10", "15:06", remote: "198.51.100.2"));

        (int code, string output) = Resolve("--port", "4000", "--proto", "tcp", "--at", "2024-10-04T15:04Z");
        (_, string narrowed) = Resolve(
            "--port", "4000", "--at", "2024-10-04T15:04Z", "--remote", "198.51.100.1:443");

        Assert.StartsWith("Answer     ambiguous 2\n", output);
        Assert.Contains("1. 100.64.0.2: opened in the interval", output);
        Assert.Contains("2. 100.64.0.1: open, no packet shown in the interval", output);
        Assert.Contains("do so towards different remotes: the remote address and port would tell them apart", output);
        Assert.DoesNotContain("198.51.100", output);
        Assert.Equal(0, code);
        Assert.StartsWith("Answer     identified\n", narrowed);
        Assert.Contains("1. 100.64.0.1:", narrowed);
    }

    [Fact]
    public void A_minute_is_the_whole_minute_and_a_second_is_that_second()
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:04:59.9", "15:04:59.99"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 4000, "15:05:00.1", "15:05:01"));

        Assert.Equal(["100.64.0.1"], Lines("--port", "4000", "--at", "2024-10-04T15:04Z"));
        Assert.Equal(["100.64.0.1"], Lines("--port", "4000", "--at", "2024-10-04T15:04:59Z"));
        Assert.Empty(Lines("--port", "4000", "--at", "2024-10-04T15:04:58Z"));
        Assert.Equal(["100.64.0.2"], Lines("--port", "4000", "--at", "2024-10-04T15:05Z"));
        Assert.Equal(
            ["100.64.0.1", "100.64.0.2"],
            Lines("--port", "4000", "--from", "2024-10-04T15:04Z", "--to", "2024-10-04T15:05Z"));
    }

    [Fact]
    public void A_bound_reaches_exactly_as_far_as_it_says()
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:03", "15:03:59.999960"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 4000, "15:03", "15:03:59.999959"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.3", 4000, "15:05:00.000039", "15:06"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.4", 4000, "15:05:00.000040", "15:06"));

        using JsonDocument answer = Json("--port", "4000", "--at", "2024-10-04T15:04Z");

        Assert.Equal(["100.64.0.3", "100.64.0.1"], LinesOf(answer));
        Assert.All(
            answer.RootElement.GetProperty("candidates").EnumerateArray(),
            candidate => Assert.Equal("within bound", candidate.GetProperty("overlap").GetString()));
    }

    [Fact]
    public void The_sources_error_widens_the_interval_and_what_only_it_brings_in_is_marked()
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:03:50", "15:03:57.5"));

        Assert.Empty(Lines("--port", "4000", "--at", "2024-10-04T15:04Z", "--source-error", "2"));
        using JsonDocument answer = Json("--port", "4000", "--at", "2024-10-04T15:04Z", "--source-error", "2.5");

        Assert.Equal(["100.64.0.1"], LinesOf(answer));
        JsonElement only = answer.RootElement.GetProperty("candidates")[0];
        Assert.Equal("within source error", only.GetProperty("overlap").GetString());
        Assert.Equal(
            "2024-10-04T15:03:57.500000Z",
            answer.RootElement.GetProperty("question").GetProperty("searched_from").GetString());
    }

    [Fact]
    public void Rows_of_an_ambiguous_set_are_all_candidates_until_a_later_record_decides()
    {
        RowBatch batch = world.Batch();
        foreach (string line in (string[])["100.64.0.1", "100.64.0.2"])
        {
            FlowRow row = AskWorld.Flow(batch, line, 4000, "15:04:10", "15:04:15");
            (row.Attribution, row.Candidates, row.Group, row.Kind) = (Attribution.Ambiguous, 2, 7, FlowKind.Open);
            row.First = new FlowId(1, 1, 0);
            batch.Flows.Add(row);
        }

        (_, string undecided) = Resolve("--port", "4000", "--at", "2024-10-04T15:04Z");
        RowBatch later = world.Batch();
        FlowRow decided = AskWorld.Flow(later, "100.64.0.2", 4000, "15:04:10", "15:04:40");
        decided.First = new FlowId(1, 1, 0);
        later.Flows.Add(decided);

        Assert.StartsWith("Answer     ambiguous 2\n", undecided);
        Assert.Contains("2 flows that fit several lines equally: each of the lines is listed", undecided);
        Assert.Equal(["100.64.0.2"], Lines("--port", "4000", "--at", "2024-10-04T15:04Z"));
    }

    [Fact]
    public void Flows_whose_line_is_not_known_identify_nobody()
    {
        RowBatch batch = world.Batch();
        FlowRow row = AskWorld.Flow(batch, "100.64.0.1", 4000, "15:04:10", "15:04:15");
        (row.SubscriberAddress, row.SubscriberPort, row.Attribution) = (default, 0, Attribution.None);
        batch.Flows.Add(row);

        (int code, string output) = Resolve("--port", "4000", "--at", "2024-10-04T15:04Z");

        Assert.StartsWith(
            "Answer     not covered\n           flows held it, but the inside leg did not show whose they were\n",
            output);
        Assert.Equal(1, code);
    }

    [Fact]
    public void A_session_names_the_subscriber_behind_an_inside_address()
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:04:10", "15:04:15"));
        RowBatch sessions = world.Batch();
        foreach ((string name, string start, string end) in ((string, string, string)[])
            [("line-old", "09:00", "12:00"), ("line-17", "12:00:01", "18:00"), ("line-new", "18:00:01", "19:00")])
        {
            sessions.Sessions.Add(new SessionRow
            {
                Subscriber = sessions.Strings.Add(name),
                Realm = sessions.Strings.Add("default"),
                Address = AskWorld.Address("100.64.0.0"),
                PrefixLength = 29,
                Start = AskWorld.At(start),
                End = AskWorld.At(end),
            });
        }

        Assert.Equal(["line-17"], Lines("--port", "4000", "--at", "2024-10-04T15:04Z"));
    }

    [Fact]
    public void Where_no_flow_was_seen_the_block_of_ports_names_the_line()
    {
        RowBatch batch = world.Batch();
        batch.Blocks.Add(new BlockRow
        {
            Realm = batch.Strings.Add("default"), InsideAddress = AskWorld.Address("100.64.0.9"),
            PublicAddress = AskWorld.Address(AskWorld.Pub), PortFirst = 4000, PortLast = 4063,
            Start = AskWorld.At("14:00"), Source = batch.Strings.Add("syslog"),
        });

        (int code, string output) = Resolve("--port", "4063", "--at", "2024-10-04T15:04Z");

        Assert.Contains("1. 100.64.0.9: held the ports, no flow recorded\n", output);
        Assert.Contains(
            "block 192.0.2.1 ports 4000 to 4063, 2024-10-04T14:00:00.000000Z to open, syslog", output);
        Assert.Equal(0, code);
        Assert.Empty(Lines("--port", "4064", "--at", "2024-10-04T15:04Z"));
    }

    [Fact]
    public void A_lookup_of_the_name_is_no_use_of_the_service_and_an_unnamed_flow_counts_by_its_address()
    {
        RowBatch batch = world.Batch();
        FlowRow lookup = AskWorld.Flow(
            batch, "100.64.0.1", 4001, "15:04:01", "15:04:01", "mail.example", "9.9.9.9", 53);
        lookup.ServiceSource = ServiceSource.Dns;
        batch.Flows.Add(lookup);
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 4002, "15:04:02", "15:04:09", "imap.mail.example"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.3", 4003, "15:04:03", "15:04:09"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.4", 4004, "15:04:04", "15:04:09", remote: "198.51.100.8"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.5", 4005, "15:04:05", "15:04:09", "notmail.example"));

        (int code, string output) = Resolve("--at", "2024-10-04T15:04Z", "--service", "Mail.Example.");

        Assert.StartsWith("Answer     ambiguous 2\n", output);
        Assert.Contains("1. 100.64.0.2: opened in the interval\n", output);
        Assert.Contains("2. 100.64.0.3: opened in the interval, fits by address\n", output);
        Assert.Contains("1 flow without a name, to addresses at which nobody was seen to reach mail.example", output);
        Assert.Contains("1 flow that only looked the name up (DNS), left out", output);
        Assert.Equal(0, code);
    }

    [Fact]
    public void With_the_keys_of_attribution_alone_a_port_is_resolved_and_a_service_is_not()
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:04:10", "15:04:15", "mail.example"));
        world.Write();
        string file = Path.Combine(world.Keys, KeySet.FileName);
        JsonNode keys = JsonNode.Parse(File.ReadAllText(file))!;
        foreach (JsonNode? recipient in keys["recipients"]!.AsArray())
        {
            if ((int)recipient!["section"]! == SectionPlain.ContactNumber)
            {
                recipient.AsObject().Remove("private");
            }
        }

        File.WriteAllText(file, keys.ToJsonString());
        string[] question = ["resolve", "--ip", AskWorld.Pub, "--port", "4000", "--at", "2024-10-04T15:04Z"];

        Assert.Equal(0, world.Ask(question).Code);
        (int code, string output, string errors) = world.Ask([.. question, "--service", "mail.example"]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("it is not sealed for any of the keys at hand", errors);
    }

    [Fact]
    public void The_keys_of_the_json_answer_are_fixed()
    {
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:04:10", "15:04:15"));

        using JsonDocument answer = Json("--port", "4000", "--at", "2024-10-04T15:04Z");

        Assert.Equal(
            "answer word lines reason question plan candidates before after sensitivity separated_by covered gaps "
                + "notes sections_opened batches_opened",
            Names(answer.RootElement));
        Assert.Equal(
            "rank line realm subscriber line_reference session correction inside_ip activity fit overlap evidence_bits "
                + "flows blocks",
            Names(answer.RootElement.GetProperty("candidates")[0]));
        Assert.Equal(
            "flow_id record device batch proto sub_ip sub_port pub_ip pub_port rem_ip rem_port service start last end "
                + "bound_us recorded_bound_us attribution evidence_bits candidates conflict activity overlap fit",
            Names(answer.RootElement.GetProperty("candidates")[0].GetProperty("flows")[0]));
        Assert.Equal("[\"attribution\"]", answer.RootElement.GetProperty("sections_opened").ToString()
            .Replace(" ", "").Replace("\n", ""));

        static string Names(JsonElement element) =>
            string.Join(' ', element.EnumerateObject().Select(property => property.Name));
    }

    [Theory]
    [InlineData("--at", "2024-10-04T15:04", "has no time zone")]
    [InlineData("--at", "2024-10-04T15:04Z", "--from", "2024-10-04T15:04Z", "give either --at TIME or both")]
    [InlineData("--from", "2024-10-04T15:04Z", "give either --at TIME or both")]
    [InlineData("--from", "2024-10-04T15:04Z", "--to", "2024-10-04T15:04+01:00", "is later than --to")]
    [InlineData("--from", "2024-10-01T15:04Z", "--to", "2024-10-04T15:04Z", "ask for a shorter one")]
    [InlineData("--at", "2024-10-04T15:04Z", "--port", "70000", "is not a port")]
    [InlineData("--at", "2024-10-04T15:04Z", "--source-error", "-1", "is not a number of seconds")]
    [InlineData("--at", "2024-10-04T15:04Z", "--remote", "somewhere", "is not IP or IP:PORT")]
    [InlineData("--at", "2024-10-04T15:04Z", "--service", "https://mail.example/inbox", "is not a host name")]
    [InlineData("--at", "2024-10-04T15:04Z", "--proto", "sctp", "'sctp' not recognized")]
    [InlineData("--at", "2024-10-04T15:04Z", "--in", "nowhere", "--in and --keys belong together")]
    public void A_question_that_is_not_clear_is_refused_in_one_line(params string[] arguments)
    {
        (int code, string output, string errors) =
            AskWorld.Run(["resolve", "--ip", AskWorld.Pub, .. arguments[..^1]]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(arguments[^1], errors);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => world.Dispose();

    private (int Code, string Output) Resolve(params string[] arguments)
    {
        world.WriteAgain();
        (int code, string output, string errors) = world.Ask(["resolve", "--ip", AskWorld.Pub, .. arguments]);
        Assert.Equal("", errors);
        return (code, output);
    }

    private JsonDocument Json(params string[] arguments) =>
        JsonDocument.Parse(Resolve([.. arguments, "--json"]).Output);

    private List<string?> Lines(params string[] arguments)
    {
        using JsonDocument answer = Json(arguments);
        return LinesOf(answer);
    }

    private static List<string?> LinesOf(JsonDocument answer) =>
    [
        .. answer.RootElement.GetProperty("candidates").EnumerateArray()
            .Select(candidate => candidate.GetProperty("line").GetString()),
    ];
}
