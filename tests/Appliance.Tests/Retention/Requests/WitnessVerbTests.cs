using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Requests;

/// <summary>A second witness, set up by the verbs.</summary>
public sealed class WitnessVerbTests : IDisposable
{
    private readonly OrderWorld world = new();

    public void Dispose() => world.Dispose();

    [Transcript("retention witness init")]
    [Fact]
    public void Without_the_pinned_witness_there_is_no_answer_and_with_it_there_is()
    {
        string[] log = world.Run("log", "--data", world.Data).Output.Split('\n');
        string[] init =
        [
            "witness", "init", "--witness", world.File("witness"), "--log", log[0]["log    ".Length..], "--log-key",
            log[1]["key    ".Length..],
        ];
        (int code, string output, _) = world.Run(init);
        (int again, _, string errors) = world.Run(init);
        world.SetUp(output.Split('\n')[1]["public   ".Length..]);
        world.StartWarden();
        string request = world.Request();
        world.Approve(request);

        (int alone, string refused, _) = world.Resolve(request);
        world.StartWitness();
        (int together, string answer, _) = world.Resolve(request);

        Assert.Matches("^witness  [0-9a-f]{32}\npublic   04[0-9a-f]{128}\n$", output);
        Assert.Equal((0, 2, true), (code, again, errors.Contains("is set up once", StringComparison.Ordinal)));
        Assert.Equal((1, true), (alone, refused.Contains("[witness.unreachable]", StringComparison.Ordinal)));
        Assert.Equal((0, true), (together, answer.Contains("line-1", StringComparison.Ordinal)));
        string[] kinds = [.. world.Run("log", "--data", world.Data).Output.Split('\n')[3..^1]
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2])];
        Assert.Equal(["request", "approval", "question", "refusal", "question"], kinds[..5]);
        Assert.Equal("delivery", kinds[^1]);
    }
}
