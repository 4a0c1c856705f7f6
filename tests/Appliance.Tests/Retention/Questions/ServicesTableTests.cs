using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>Communications services of a line, and the study's table over many lines.</summary>
public sealed class ServicesTableTests : IDisposable
{
    private static readonly string[] Afternoon = ["--from", "2024-10-04T15:00Z", "--to", "2024-10-04T15:59Z"];
    private readonly AskWorld world = new();

    public ServicesTableTests()
    {
        world.CoverTheDay();
        RowBatch batch = world.Batch();
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4000, "15:01", "15:02", "e1.whatsapp.net"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4001, "15:03", "15:04", "web.whatsapp.com"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4002, "15:05", "15:06", "edge.facebook.com"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.1", 4003, "15:07", "15:08", "www.wikipedia.org"));
        FlowRow lookup = AskWorld.Flow(batch, "100.64.0.1", 4004, "15:09", "15:09", "mail.google.com", "9.9.9.9", 53);
        (lookup.ServiceSource, lookup.Protocol) = (ServiceSource.Dns, 17);
        batch.Flows.Add(lookup);
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.2", 5000, "15:01", "15:02", "edge.facebook.com"));
        batch.Flows.Add(AskWorld.Flow(batch, "100.64.0.3", 5001, "15:01", "15:02", "shop.example"));
        world.Write();
    }

    public void Dispose() => world.Dispose();

    [Fact]
    public void A_line_s_communications_services_are_marked_from_the_list_and_summed_up_by_count_and_time()
    {
        (int code, string output, _) = world.Ask(["services", "100.64.0.1", .. Afternoon]);

        Assert.Equal(0, code);
        Assert.EndsWith(
            """
            Communications services, by the list of 2026-11
                   2 flows on 1 day   TA to TB  WhatsApp (Instant Messaging Service)
                   1 flows on 1 day   TC to TD  Facebook (Social Media Service)

            """,
            output.Replace(At("15:01"), "TA").Replace(At("15:04"), "TB").Replace(At("15:05"), "TC")
                .Replace(At("15:06"), "TD"));
    }

    [Fact]
    public void A_name_is_marked_with_where_the_list_has_it_from_and_what_is_not_listed_is_not_judged()
    {
        JsonElement answer = Json("100.64.0.1");
        Dictionary<string, JsonElement> known = answer.GetProperty("services").EnumerateArray().ToDictionary(
            used => used.GetProperty("service").GetString()!, used => used.GetProperty("known"));

        Assert.True(known["e1.whatsapp.net"].GetProperty("is_communications").GetBoolean());
        Assert.Equal("2026-11", known["e1.whatsapp.net"].GetProperty("as_of").GetString());
        Assert.Equal("domain of the service itself", known["e1.whatsapp.net"].GetProperty("source").GetString());
        Assert.False(known["www.wikipedia.org"].GetProperty("is_communications").GetBoolean());
        Assert.Equal(
            JsonValueKind.Null, Json("100.64.0.3").GetProperty("services")[0].GetProperty("known").ValueKind);
    }

    [Fact]
    public void An_answer_names_each_record_that_it_rests_on()
    {
        JsonElement answer = Json("100.64.0.1");

        Assert.Equal(5, answer.GetProperty("records").GetArrayLength());
        Assert.All(
            answer.GetProperty("records").EnumerateArray(),
            record => Assert.Matches("^[0-9]+-[0-9]+-[0-9]+$", record.GetProperty("record").GetString()!));
    }

    [Transcript("retention services-table")]
    [Fact]
    public void The_answers_of_many_lines_make_the_study_s_table()
    {
        string[] files = [.. new[] { "100.64.0.1", "100.64.0.2", "100.64.0.3", "100.64.0.4" }.Select(Keep)];

        Assert.Equal(
            """
            Services of 3 lines with records, of 4 that were asked about
              % of lines  lines     flows  communications service
                    67 %      2         2  Social Media Service: Facebook
                    33 %      1         2  Instant Messaging Service: WhatsApp

            """,
            Table(files));
    }

    [Fact]
    public void Of_two_readings_one_is_counted_and_a_line_that_a_service_is_counted_for_is_one_of_the_whole()
    {
        string readings = $"[{Reading("a", "found", 2)}, {Reading("a", "found", 3)}]";
        string twice = Keep("twice", $$"""{ "readings": {{readings}} }""");
        string part = Keep("part", Reading("b", "not covered", 4));

        Assert.Equal(
            """
            Services of 2 lines with records, of 2 that were asked about
              % of lines  lines     flows  communications service
                   100 %      2         7  Instant Messaging Service: WhatsApp

            """,
            Table([twice, part]));
    }

    private static string Reading(string line, string word, int flows) =>
        $$"""
        {
          "question": { "line": "{{line}}" }, "answer": "{{word}}",
          "communications": [
            { "name": "WhatsApp", "category": "Instant Messaging Service", "flows": {{flows}} }
          ]
        }
        """;

    private static string At(string time) => $"2024-10-04T{time}:00.000000Z";

    private static string Table(string[] files)
    {
        (int code, string output, string errors) = AskWorld.Run(["services-table", .. files]);
        return code == 0 ? output : throw new InvalidOperationException(errors);
    }

    private JsonElement Json(string line) => JsonDocument.Parse(AnswerOf(line)).RootElement;

    private string AnswerOf(string line) => world.Ask(["services", line, "--json", .. Afternoon]).Output;

    private string Keep(string line) => Keep(line, AnswerOf(line));

    private string Keep(string name, string answer)
    {
        string file = Path.Combine(world.FolderPath, name + ".json");
        File.WriteAllText(file, answer);
        return file;
    }
}
