using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using Appliance.Retention.Answers;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>Answers in the formats that they are handed over in; each says what is not covered.</summary>
public sealed class HandOverTests : IDisposable
{
    private static readonly XNamespace Etsi = AnswerXml.EtsiNamespace;
    private static readonly XNamespace Own = AnswerXml.OwnNamespace;
    private const string DebianPython = "/usr/bin/python3";
    private const string JsonSchema = "/usr/lib/python3/dist-packages/jsonschema/__init__.py";
    private readonly AskWorld world = new();

    public HandOverTests()
    {
        world.CoverTheDay();
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:01", "15:02:03.25", "mail.example"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4001, "15:10", "15:11", "", "203.0.113.9", 993));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 4000, "15:20", "15:21", "chat.example"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.3", 4002, "00:45", "01:45", "mail.example"));
        batch.Gaps.Add(new GapRow
        {
            From = AskWorld.At("15:30"), To = AskWorld.At("15:31"), Cause = batch.Strings.Add("ring"),
            Leg = batch.Strings.Add("inside"),
        });
        batch.Sessions.Add(new SessionRow
        {
            Subscriber = batch.Strings.Add("line-17"), Realm = batch.Strings.Add("default"),
            Equipment = batch.Strings.Add("imei-1"), Address = AskWorld.Address("100.64.0.1"), PrefixLength = 32,
            Start = AskWorld.At("14:00"),
        });
        batch.Blocks.Add(new BlockRow
        {
            Realm = batch.Strings.Add("default"), Source = batch.Strings.Add("syslog"),
            InsideAddress = AskWorld.Address("100.64.0.9"), PublicAddress = AskWorld.Address(AskWorld.Pub),
            PortFirst = 9000, PortLast = 9099, Start = AskWorld.At("13:00"), End = AskWorld.At("16:00"),
        });
        world.Write();
    }

    public static TheoryData<string[]> Questions => [.. Asked];

    private static string[][] Asked =>
    [
        ["resolve", "--ip", AskWorld.Pub, "--port", "4000", "--at", "2024-10-04T15:01Z"],
        ["resolve", "--ip", AskWorld.Pub, "--at", "2024-10-04T15:01Z", "--service", "mail.example"],
        ["resolve", "--ip", AskWorld.Pub, "--port", "9050", "--at", "2024-10-04T15:01Z"],
        ["resolve", "--ip", AskWorld.Pub, "--port", "4000", "--at", "2024-10-04T15:30Z"],
        ["resolve", "--ip", AskWorld.Pub, "--port", "4000", "--at", "2022-10-04T15:30Z"],
        ["resolve", "--ip", AskWorld.Pub, "--from", "2024-10-04T00:00Z", "--to", "2024-10-04T23:59Z"],
        ["resolve", "--ip", AskWorld.Pub, "--port", "4002", "--at", "2023-10-29T01:30 Europe/London"],
        ["addresses-of", "line-17", "--from", "2024-10-04T15:00Z", "--to", "2024-10-04T15:59Z"],
        ["addresses-of", "--inside", "100.64.0.9", "--from", "2024-10-04T15:00Z", "--to", "2024-10-04T15:59Z"],
        ["services", "line-17", "--from", "2024-10-04T15:00Z", "--to", "2024-10-04T15:59Z"],
        ["accessed", "line-17", "--service", "mail.example", "--at", "2024-10-04T15:01Z"],
        ["accessed", "line-17", "--service", "mail.example", "--at", "2022-10-04T15:01Z"],
    ];

    [Theory]
    [MemberData(nameof(Questions))]
    public void Real_answers_are_what_the_published_schema_says(string[] question)
    {
        using JsonDocument answer = JsonDocument.Parse(Ask(question, "json"));
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(SchemaPath));

        Assert.Empty(new JsonSchemaCheck(schema.RootElement).Faults(answer.RootElement));
    }

    [Fact]
    public void A_missing_a_foreign_and_a_wrong_property_are_faults()
    {
        string good = Ask(["resolve", "--ip", AskWorld.Pub, "--port", "4000", "--at", "2024-10-04T15:01Z"], "json");
        string[] wrong =
        [
            good.Replace("\"covered\": true,", ""), good.Replace("\"lines\": 1,", "\"lines\": 1, \"name\": 1,"),
            good.Replace("\"word\": \"identified\"", "\"word\": \"sure\""), good.Replace(":00.000000Z", ":00Z"),
        ];
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(SchemaPath));

        Assert.All(wrong, text =>
        {
            using JsonDocument answer = JsonDocument.Parse(text);
            Assert.NotEqual(good, text);
            Assert.NotEmpty(new JsonSchemaCheck(schema.RootElement).Faults(answer.RootElement));
        });
    }

    [ProgramFact(DebianPython, JsonSchema)]
    public void A_validator_that_knows_nothing_of_the_product_says_the_same_of_real_and_of_altered_answers()
    {
        string[] good = [.. Asked.Select(question => Ask(question, "json"))];
        string[] bad = [.. good.Select(text => text.Replace("\"covered\"", "\"coverd\""))];
        string[] files = [.. good.Concat(bad).Select((text, i) =>
        {
            string file = Path.Combine(world.FolderPath, $"answer-{i:D2}.json");
            File.WriteAllText(file, text);
            return file;
        })];
        var start = new ProcessStartInfo(
            DebianPython, ["-B", Path.Combine(Checkout.Root, "tests/second-reader/schema.py"), SchemaPath, .. files])
        {
            RedirectStandardOutput = true,
        };
        using Process validator = Process.Start(start)!;
        string said = validator.StandardOutput.ReadToEnd();
        validator.WaitForExit();

        string[] wanted =
        [
            .. good.Select((_, i) => $"fits answer-{i:D2}.json"),
            .. bad.Select((text, i) => text == good[i]
                ? $"fits answer-{good.Length + i:D2}.json" : $"does not fit answer-{good.Length + i:D2}.json"),
        ];
        Assert.Equal(wanted, said.TrimEnd().Split('\n'));
        Assert.True(bad.Zip(good).Count(pair => pair.First != pair.Second) > 5);
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public void Csv_has_one_header_for_every_verb_and_says_what_is_not_covered(string[] question)
    {
        string[] lines = Ask(question, "csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using JsonDocument json = JsonDocument.Parse(Ask(question, "json"));

        Assert.Equal(string.Join(',', AnswerRow.Columns), lines[0]);
        Assert.StartsWith("answer,1,", lines[1]);
        Assert.Equal(Gaps(json.RootElement), lines.Count(line => line.StartsWith("gap,", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public void Xml_has_a_record_for_each_row_and_says_what_is_not_covered_and_what_was_not_checked(string[] question)
    {
        string text = Ask(question, "xml");
        using JsonDocument json = JsonDocument.Parse(Ask(question, "json"));
        XElement root = XDocument.Parse(text).Root!;

        Assert.Equal(Etsi + "RetainedDataMessage", root.Name);
        Assert.Contains("Not checked against its schema", text);
        Assert.Equal(Gaps(json.RootElement), root.Descendants(Own + "notCovered").Count());
        Assert.Equal(
            root.Elements(Own + "answer").Select(answer => answer.Element(Own + "word")!.Value),
            Readings(json.RootElement).Select(answer => answer.GetProperty("answer").GetString()!));
    }

    [Fact]
    public void Xml_puts_line_equipment_times_and_the_port_where_the_specification_has_them()
    {
        XElement root = XDocument.Parse(Ask(
            ["resolve", "--ip", AskWorld.Pub, "--at", "2024-10-04T15:01Z", "--service", "mail.example"], "xml")).Root!;

        XElement record = Assert.Single(root.Elements(Etsi + "ResponseRecord"));
        XElement usage = record.Descendants(Etsi + "naServiceUsage").Single();
        XElement device = usage.Descendants(Etsi + "naDevice").Single();
        XElement external = usage.Descendants(Own + "external").Single();
        Assert.Equal("20241004150100Z", usage.Element(Etsi + "naAccessTime")!.Value);
        Assert.Equal("20241004150203Z", usage.Descendants(Etsi + "endTime").Single().Value);
        Assert.Equal("2024-10-04T15:02:03.250000Z", usage.Descendants(Own + "last").Single().Value);
        Assert.Equal(("imei-1", "line-17"), (
            device.Element(Etsi + "naDeviceId")!.Value, device.Element(Etsi + "subscriberID")!.Value));
        Assert.Equal(
            ["192.0.2.1", "4000", "198.51.100.7", "443"],
            external.Descendants().Where(each => !each.HasElements).Select(each => each.Value));
    }

    [Fact]
    public void Without_the_destination_in_the_question_no_format_has_it()
    {
        string[] question = ["resolve", "--ip", AskWorld.Pub, "--port", "4000", "--at", "2024-10-04T15:01Z"];

        Assert.All((string[])["json", "csv", "xml"], format =>
        {
            Assert.DoesNotContain("198.51.100.7", Ask(question, format));
            Assert.DoesNotContain("mail.example", Ask(question, format));
        });
    }

    [Fact]
    public void A_local_time_that_came_twice_is_answered_for_both_readings()
    {
        // On the day of this world no clock was put back; both readings of that other day are out of what is kept.
        string[] question =
            ["resolve", "--ip", AskWorld.Pub, "--port", "4002", "--at", "2024-10-27T01:30 Europe/London"];
        (int code, string text, _) = world.Ask(question);
        using JsonDocument json = JsonDocument.Parse(Ask(question, "json"));

        Assert.Equal(1, code);
        Assert.StartsWith("Reading    1 of 2: at 2024-10-27T01:30 Europe/London (+01:00)\nAnswer     ", text);
        Assert.Contains("\n\nReading    2 of 2: at 2024-10-27T01:30 Europe/London (+00:00)\nAnswer     ", text);
        Assert.Equal(
            ["2024-10-27T00:30:00.000000Z", "2024-10-27T01:30:00.000000Z"],
            Readings(json.RootElement).Select(answer =>
                answer.GetProperty("question").GetProperty("utc_from").GetString()!));
    }

    [Fact]
    public void A_naive_time_is_refused_in_every_format_and_an_unknown_format_too()
    {
        string[] question = ["resolve", "--ip", AskWorld.Pub, "--at", "2024-10-04T15:01"];

        Assert.All((string[])["text", "json", "csv", "xml", "pdf"], format =>
        {
            (int code, string output, _) = world.Ask([.. question, "--format", format]);
            Assert.Equal((2, ""), (code, output));
        });
    }

    public void Dispose() => world.Dispose();

    private static string SchemaPath => Path.Combine(
        Checkout.Root, "host", "Appliance.Retention", "Answers", "answer.schema.json");

    private string Ask(string[] question, string format)
    {
        (_, string output, string errors) = world.Ask([.. question, "--format", format]);
        Assert.Equal("", errors);
        return output;
    }

    private static List<JsonElement> Readings(JsonElement answer) =>
        answer.TryGetProperty("readings", out JsonElement readings) ? [.. readings.EnumerateArray()] : [answer];

    private static int Gaps(JsonElement answer) =>
        Readings(answer).Sum(reading => reading.GetProperty("gaps").GetArrayLength());
}
