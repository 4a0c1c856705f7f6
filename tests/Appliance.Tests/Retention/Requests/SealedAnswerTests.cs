using System.Text.Json;
using Appliance.Retention.Requests;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Requests;

/// <summary>Outside a lab an answer leaves the house sealed to the requester's key.</summary>
public sealed class SealedAnswerTests : IDisposable
{
    private readonly OrderWorld world = new();

    public SealedAnswerTests()
    {
        world.SetUp(live: true);
        world.StartWarden();
    }

    public void Dispose() => world.Dispose();

    [Transcript("retention open")]
    [Fact]
    public void Who_carries_an_answer_cannot_read_it_and_the_requester_can()
    {
        (int code, string output, _) = Answer();
        File.WriteAllText(world.File("answer.txt"), output);

        (int opened, string answer, _) = Open("asker");
        (int other, string nothing, string errors) = Open("chief");

        Assert.Equal(0, code);
        Assert.StartsWith("-----BEGIN SEALED ANSWER-----\n", output);
        Assert.DoesNotContain("identified", output);
        Assert.Equal((0, true), (opened, answer.Contains("line-1", StringComparison.Ordinal)));
        Assert.StartsWith("Answer     identified\n", answer);
        Assert.Equal((1, ""), (other, nothing));
        Assert.Contains("it is sealed to key ", errors);
    }

    [Fact]
    public void The_log_commits_to_the_answer_that_the_requester_reads()
    {
        (_, string output, _) = Answer("--json");
        File.WriteAllText(world.File("answer.txt"), output);

        JsonElement opened = JsonDocument.Parse(Open("asker", "--json").Output).RootElement;

        Assert.Equal("identified", JsonDocument.Parse(opened.GetProperty("answer").GetString()!).RootElement
            .GetProperty("answer").GetString());
        Assert.Contains(opened.GetProperty("sha256").GetString()!, world.DeliveredAnswers());
    }

    [Fact]
    public void An_answer_that_was_altered_on_its_way_does_not_open()
    {
        (_, string output, _) = Answer();
        char[] text = output.ToCharArray();
        int at = output.Length / 2;
        text[at] = text[at] == 'A' ? 'B' : 'A';
        File.WriteAllText(world.File("answer.txt"), new string(text));

        Assert.Equal(1, Open("asker").Code);
    }

    [Fact]
    public void Plain_output_needs_a_reason_that_two_people_signed()
    {
        string request = world.Request(more: (AnswerKey.PlainStatement, "a court reads it out at once"));
        world.Approve(request);

        Assert.StartsWith("Answer     identified\n", world.Resolve(request).Output);
    }

    private (int Code, string Output, string Errors) Answer(params string[] more)
    {
        string request = world.Request();
        world.Approve(request);
        return world.Resolve(request, more);
    }

    private (int Code, string Output, string Errors) Open(string key, params string[] more) => world.Run(
        ["open", world.File("answer.txt"), "--key", world.File(key + ".json"), .. more]);
}
