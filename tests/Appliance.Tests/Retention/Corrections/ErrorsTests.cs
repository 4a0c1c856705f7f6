using System.Text.Json;
using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Corrections;

/// <summary>Whatever is corrected after an answer was given finds that answer, once, and no other.</summary>
public sealed class ErrorsTests : IDisposable
{
    private readonly OrderWorld world = new();

    public ErrorsTests()
    {
        world.SetUp();
        world.StartWarden();
    }

    public void Dispose() => world.Dispose();

    [Transcript("retention errors declare")]
    [Transcript("retention errors list")]
    [Transcript("retention errors show")]
    [Fact]
    public void A_clock_that_was_wrong_finds_the_answers_that_relied_on_its_records()
    {
        string request = Answered();
        (_, string before, _) = List();

        (int code, string declared, _) = Declare("2024-10-04T00:01Z", "2024-10-04T00:02Z");
        (_, string list, _) = List();
        (int shown, string notice, _) = world.Run("errors", "show", "1", "--data", world.Data);

        Assert.Equal("0 answers or parts of them were corrected, 0 of them new\n", before);
        Assert.Equal((0, "declared; 1 answers relied on it or on what else was corrected\n"), (code, declared));
        Assert.Equal(
            "1 answers or parts of them were corrected, 0 of them new\n"
                + $"   1  {request}  CP-17  clock: the clock of the box was 90 s ahead\n",
            list);
        Assert.Equal(0, shown);
        Assert.StartsWith($"To: County Police\nCase: CP-17\nRequest: {request}\nAnswer: entry ", notice);
        Assert.Matches("\nSHA-256 of the answer: [0-9a-f]{64}\n", notice);
        Assert.Contains("  the clock of the box was 90 s ahead.\n", notice);
        Assert.DoesNotContain("line-1", notice);
        Assert.DoesNotContain("192.0.2.1", notice);
    }

    [Fact]
    public void Each_finding_is_an_entry_of_the_log_that_refers_to_the_delivery()
    {
        Answered();
        Declare("2024-10-04T00:01Z", "2024-10-04T00:02Z");
        Declare("2024-10-04T00:01Z", "2024-10-04T00:02Z");

        JsonElement[] entries =
        [
            .. JsonDocument.Parse(world.Run("log", "--data", world.Data, "--json").Output).RootElement
                .GetProperty("entries").EnumerateArray(),
        ];
        JsonElement[] errors = [.. entries.Where(entry => entry.GetProperty("kind").GetString() == "error")];
        JsonElement delivery = entries.Single(entry => entry.GetProperty("kind").GetString() == "delivery");

        Assert.Equal(2, errors.Length);
        Assert.All(errors, error => Assert.Equal(
            delivery.GetProperty("index").GetInt32(), error.GetProperty("refers_to").GetInt32()));
    }

    [Theory]
    [InlineData("2024-10-04T00:02:30Z", "2024-10-04T00:03Z")]
    [InlineData("2024-10-04T06:00Z", "2024-10-04T07:00Z")]
    public void Records_that_no_answer_relied_on_find_nothing(string from, string to)
    {
        Answered();

        Assert.StartsWith("declared; 0 answers", Declare(from, to).Output);
    }

    [Fact]
    public void What_was_declared_before_an_answer_is_no_correction_of_it()
    {
        Declare("2024-10-04T00:01Z", "2024-10-04T00:02Z");
        world.Clock = new TestClock(world.Clock.GetUtcNow().AddHours(1));
        world.StartWarden();
        Answered();

        Assert.StartsWith("0 answers", List().Output);
    }

    [Fact]
    public void Records_that_came_late_and_witnesses_that_contradict_later_find_the_answer()
    {
        string request = Answered();
        world.Clock = new TestClock(world.Clock.GetUtcNow().AddHours(1));
        RowBatch rows = TestBox.Rows(100);
        FlowRow again = rows.Flows[0];
        again.First = new FlowId(1, 1, 0);
        again.Conflict = true;
        rows.Flows[0] = again;
        world.AddLater(100, rows);

        (_, string list, _) = List();
        (_, string twice, _) = List();

        Assert.StartsWith("2 answers or parts of them were corrected, 2 of them new\n", list);
        Assert.Contains($"{request}  CP-17  late: 1 batches of device ", list);
        Assert.Contains($"{request}  CP-17  conflict: witnesses of flow 1-1-0 ", list);
        Assert.StartsWith("2 answers or parts of them were corrected, 0 of them new\n", twice);
    }

    [Fact]
    public void A_corrected_address_plan_finds_the_answers_about_its_addresses()
    {
        string request = Answered();
        Import("192.0.2.0/24,shared,,,");
        Import("192.0.2.0/24,shared,,,\n198.51.100.0/24,fixed,,,");

        (int code, string output, _) = Import("192.0.2.0/24,infrastructure,,,\n198.51.100.0/24,fixed,,,");

        Assert.Equal(0, code);
        Assert.Contains("1 answers were about addresses that changed", output);
        Assert.Contains($"{request}  CP-17  plan: the address plan said shared", List().Output);
    }

    [Fact]
    public void The_register_is_none_of_people_and_forgets_with_the_records()
    {
        Answered();
        byte[] file = [.. Directory.GetFiles(world.Data, AnswerRegister.FileName + "*").SelectMany(File.ReadAllBytes)];
        world.Day = TestBox.Day + 366;
        Assert.Equal(0, world.Run("expire", "--data", world.Data).Code);

        string text = System.Text.Encoding.Latin1.GetString(file);
        Assert.DoesNotContain("line-1", text);
        Assert.DoesNotContain("192.0.2.1", text);
        using var register = AnswerRegister.Open(world.Store);
        Assert.Empty(register.Deliveries());
    }

    private string Answered()
    {
        string request = world.Request();
        world.Approve(request);
        (int code, string output, _) = world.Resolve(request);
        Assert.True(code == 0, output);
        return request;
    }

    private (int Code, string Output, string Errors) List() => world.Run("errors", "list", "--data", world.Data);

    private (int Code, string Output, string Errors) Declare(string from, string to) => world.Run(
        "errors", "declare", "--kind", "clock", "--device", world.Device.ToString(), "--from", from, "--to", to,
        "--text", "the clock of the box was 90 s ahead", "--data", world.Data);

    private (int Code, string Output, string Errors) Import(string lines)
    {
        string file = world.File("plan.csv");
        File.WriteAllText(file, $"{Appliance.Retention.AddressPlan.PlanFile.Header}\n{lines}\n");
        return world.Run("addresses", "import", file, "--data", world.Data);
    }
}
