using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>What a resolve says where records are missing, too old, or of addresses that are not ours.</summary>
public sealed class ResolveCoverageTests : IDisposable
{
    private const string Minute = "2024-10-04T15:04Z";
    private readonly AskWorld world = new();

    [Fact]
    public void A_gap_in_the_records_makes_no_answer_out_of_nobody()
    {
        world.CoverTheDay();
        AddGap("15:04:10", "15:04:20", "ring");

        (int code, string output) = Resolve("--port", "4000", "--at", Minute);

        Assert.StartsWith(
            "Answer     not covered\n           nothing is recorded of it, but ring: 2024-10-04T15:04:10.000000Z to "
                + "2024-10-04T15:04:20.000000Z (device DEVICE, epoch 1, batch 1, leg inside)\n",
            output);
        Assert.Equal(1, code);
        Assert.StartsWith("Answer     none\n", Resolve("--port", "4000", "--at", "2024-10-04T15:05Z").Output);
    }

    [Fact]
    public void A_gap_takes_away_what_rests_on_nobody_else_being_seen_and_not_what_a_record_shows()
    {
        world.CoverTheDay();
        AddGap("15:04:10", "15:04:20", "ring");
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:04:30", "15:04:40"));

        (int code, string withPort) = Resolve("--port", "4000", "--at", Minute);
        (int codeWithout, string without) = Resolve("--at", Minute);

        Assert.StartsWith("Answer     identified\n", withPort);
        Assert.Contains("part of the interval is not covered, so there may be more lines than are listed", withPort);
        Assert.StartsWith(
            "Answer     not covered\n           one line is recorded, but others may not be: ring: ", without);
        Assert.Contains("1. 100.64.0.1: opened in the interval", without);
        Assert.Equal((0, 1), (code, codeWithout));
    }

    [Fact]
    public void An_estimate_of_loss_before_the_box_is_no_gap()
    {
        world.CoverTheDay();
        AddGap("15:04:10", "15:04:20", "estimate");

        Assert.StartsWith("Answer     none\n", Resolve("--port", "4000", "--at", Minute).Output);
    }

    [Theory]
    [InlineData(uint.MaxValue, true)]
    [InlineData(3_600_000_001, true)]
    [InlineData(3_600_000_000, false)]
    public void Times_that_a_clock_took_back_and_nothing_bounds_within_an_hour_are_a_gap(uint boundUs, bool isGap)
    {
        world.CoverTheDay();
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:03:30", "15:04:40"));
        world.TakeBack("15:04", "15:05", boundUs);

        (_, string output) = Resolve("--port", "4000", "--at", Minute);

        Assert.Equal(isGap, output.Contains("clock in doubt", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2024-10-04T00:29Z", "before the first record")]
    [InlineData("2024-10-04T23:30Z", "after the last record")]
    public void Outside_what_was_recorded_nothing_is_covered(string at, string words)
    {
        world.CoverTheDay();

        (int code, string output) = Resolve("--port", "4000", "--at", at);

        Assert.StartsWith("Answer     not covered\n", output);
        Assert.Contains(words, output);
        Assert.Equal(1, code);
    }

    [Fact]
    public void A_batch_that_did_not_arrive_is_a_gap_from_the_one_before_to_the_one_after()
    {
        AddFlow(world.Batch(), "100.64.0.1", 4000, "15:00", "15:02");
        AddFlow(world.Batch(lost: true), "100.64.0.2", 4001, "15:03", "15:04:10");
        AddFlow(world.Batch(), "100.64.0.3", 4002, "15:05", "15:06");

        (_, string output) = Resolve("--port", "4001", "--at", Minute);

        Assert.StartsWith("Answer     not covered\n           nothing is recorded of it, but missing batches", output);
        Assert.Contains("epoch 1, batches 1 to 1", output);
    }

    [Fact]
    public void While_the_box_restarted_the_holder_of_before_is_named_but_not_identified()
    {
        RowBatch batch = world.Batch();
        AddFlow(batch, "100.64.0.9", 9, "15:00", "15:03:50");
        FlowRow open = AskWorld.Flow(batch, "100.64.0.1", 4000, "15:03:40", "15:03:45");
        (open.Kind, open.EndReason, open.End) = (FlowKind.Open, EndReason.None, default);
        batch.Flows.Add(open);
        world.Restart();
        AddFlow(world.Batch(), "100.64.0.1", 4000, "15:04:40", "15:05");

        (int code, string output) = Resolve("--port", "4000", "--at", "2024-10-04T15:04:10Z");

        Assert.StartsWith("Answer     not covered\n           lines held it before, but restart: ", output);
        Assert.Contains("1. 100.64.0.1: open before, then not covered\n", output);
        Assert.Contains("After\n       100.64.0.1: tcp", output);
        Assert.Equal(1, code);
    }

    [Fact]
    public void A_run_that_took_over_without_a_gap_is_no_restart_to_an_answer()
    {
        AddFlow(world.Batch(), "100.64.0.9", 4000, "15:00", "15:04:10");
        world.Restart();
        AddFlow(world.Batch(), "100.64.0.1", 4001, "15:04:10", "15:05");

        (int code, string output) = Resolve("--port", "4000", "--at", "2024-10-04T15:04:10Z");

        Assert.StartsWith("Answer     identified\n", output);
        Assert.DoesNotContain("restart", output);
        Assert.Equal(0, code);
    }

    [Fact]
    public void A_restart_that_the_chain_and_the_manifest_tell_of_is_said_once()
    {
        AddFlow(world.Batch(), "100.64.0.9", 9, "15:00", "15:03:50");
        world.Restart();
        ManifestGap told = new(AskWorld.At("15:03:51"), AskWorld.At("15:04:39"), GapCause.Restart);
        AddFlow(world.Batch(lost: false, told), "100.64.0.1", 4001, "15:04:40", "15:05");

        (_, string output) = Resolve("--port", "4000", "--at", "2024-10-04T15:04:10Z");

        Assert.Single(output.Split('\n'), line => line.StartsWith("  - restart: ", StringComparison.Ordinal));
    }

    [Fact]
    public void An_open_flow_whose_next_record_never_came_was_silent_where_nothing_is_missing()
    {
        world.CoverTheDay();
        RowBatch batch = world.Batch();
        FlowRow open = AskWorld.Flow(batch, "100.64.0.1", 4000, "15:03:40", "15:03:45");
        (open.Kind, open.EndReason, open.End) = (FlowKind.Open, EndReason.None, default);
        batch.Flows.Add(open);

        (_, string output) = Resolve("--port", "4000", "--at", "2024-10-04T15:04:10Z");

        Assert.StartsWith("Answer     none\n", output);
        Assert.Contains("Before\n       100.64.0.1: tcp", output);
    }

    [Theory]
    [InlineData("198.51.100.0/24,shared,,,", "not ours", "the address plan does not give 192.0.2.1 to customers")]
    [InlineData("192.0.2.0/24,not-ours,,,", "not ours", "the address plan does not give")]
    [InlineData("192.0.2.0/24,shared,,2024-10-05,", "not ours", "the address plan does not give")]
    [InlineData("192.0.2.0/24,shared,,,2024-10-04T15:04Z", "not ours", "the address plan does not give")]
    [InlineData("192.0.2.0/24,infrastructure,,,", "none", "is infrastructure (192.0.2.0/24): no line is behind it")]
    [InlineData("192.0.2.0/24,not-ours,,,\n192.0.2.0/25,shared,cgn,2024-10-04,2024-10-05", "identified", "realm cgn")]
    public void The_plan_says_whose_an_address_was_at_the_time(string lines, string word, string words)
    {
        world.CoverTheDay();
        AddFlow(world.Batch(), "100.64.0.1", 4000, "15:03", "15:04:10");
        string plan = Path.Combine(world.FolderPath, "plan.csv");
        File.WriteAllText(plan, $"prefix,use,realm,from,to\n{lines}\n");

        (int code, string output) = Resolve("--port", "4000", "--at", Minute, "--plan", plan);

        Assert.StartsWith($"Answer     {word}\n", output);
        Assert.Contains(words, output);
        Assert.Equal(word == "identified" ? 0 : 1, code);
    }

    [Fact]
    public void What_is_older_than_the_period_is_not_looked_for()
    {
        world.CoverTheDay();

        Assert.StartsWith(
            "Answer     out of period\n           records are kept from 2023-10-04T00:00:00.000000Z on; what is older "
                + "is gone\n",
            Resolve("--port", "4000", "--at", "2023-10-03T23:59:59Z").Output);
        Assert.StartsWith("Answer     not covered\n", Resolve("--port", "4000", "--at", "2023-10-04T00:00Z").Output);
    }

    [Fact]
    public void A_store_answers_as_the_folder_that_it_was_filled_from()
    {
        world.CoverTheDay();
        AddFlow(world.Batch(), "100.64.0.1", 4000, "15:03", "15:04:10");
        string[] question = ["resolve", "--ip", AskWorld.Pub, "--port", "4000", "--at", Minute];
        string data = Path.Combine(world.FolderPath, "store");
        (_, string inFolder) = Resolve("--port", "4000", "--at", Minute);
        string plan = Path.Combine(world.FolderPath, "plan.csv");
        File.WriteAllText(plan, "prefix,use,realm,from,to\n192.0.2.0/24,shared,default,,\n");

        (int ingested, _, string said) =
            AskWorld.Run("ingest", world.Segments, "--keys", world.Keys, "--data", data);
        (int code, string inStore, string errors) = AskWorld.Run([.. question, "--data", data]);
        (int imported, _, _) = AskWorld.Run("addresses", "import", plan, "--data", data);
        (_, string planned, _) = AskWorld.Run([.. question, "--data", data]);
        (_, string listed, _) = AskWorld.Run("addresses", "list", "--data", data);

        Assert.Equal((0, ""), (ingested, said));
        Assert.Equal((0, inFolder, ""), (code, inStore, errors));
        Assert.Equal(0, imported);
        Assert.Contains("Plan       192.0.2.0/24 is shared, realm default\n", planned);
        Assert.Equal("prefix,use,realm,from,to\n192.0.2.0/24,shared,default,,\n", listed);
    }

    [Fact]
    public void A_store_without_day_keys_refuses_every_question()
    {
        string data = Path.Combine(world.FolderPath, "store");
        Directory.CreateDirectory(data);
        string[] question = ["resolve", "--ip", AskWorld.Pub, "--at", Minute, "--data", data];

        (int code, string output, string errors) = AskWorld.Run(question);
        (int codeWith, string outputWith, string errorsWith) = AskWorld.Run([.. question, "--request", "R-1"]);

        Assert.Equal(
            $"Answer     refused\n           {data} holds no day keys, so each question needs --request ID of an "
                + "approved request\n",
            output);
        Assert.Equal((1, ""), (code, errors));
        Assert.Equal((2, ""), (codeWith, outputWith));
        Assert.Contains("set the warden up with `retention warden init`", errorsWith);
    }

    public void Dispose() => world.Dispose();

    private static void AddFlow(RowBatch batch, string line, ushort port, string start, string last) =>
        batch.Flows.Add(AskWorld.Flow(batch, line, port, start, last));

    private void AddGap(string from, string to, string cause)
    {
        RowBatch batch = world.Batch();
        batch.Gaps.Add(new GapRow
        {
            From = AskWorld.At(from), To = AskWorld.At(to), Leg = batch.Strings.Add("inside"),
            Cause = batch.Strings.Add(cause), Estimate = ulong.MaxValue,
        });
    }

    private (int Code, string Output) Resolve(params string[] arguments)
    {
        world.WriteAgain();
        (int code, string output, string errors) = world.Ask(["resolve", "--ip", AskWorld.Pub, .. arguments]);
        Assert.Equal("", errors);
        string json = File.ReadAllText(Path.Combine(world.Keys, KeySet.FileName));
        Assert.True(KeySet.TryParse(json, out KeySet? keys, out string problem), problem);
        return (code, output.Replace(keys!.Device.ToString(), "DEVICE"));
    }
}
