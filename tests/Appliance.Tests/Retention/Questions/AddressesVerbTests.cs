using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>Transcripts of <c>retention addresses</c>.</summary>
public sealed class AddressesVerbTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("addresses-");

    private string Data => Path.Combine(folder.FullName, "store");

    public void Dispose() => folder.Delete(recursive: true);

    [Transcript("retention addresses import")]
    [Transcript("retention addresses list")]
    [Fact]
    public void A_plan_is_taken_in_whole_and_printed_the_longest_prefixes_first()
    {
        string plan = Plan("192.0.2.0/24,shared,cgn,,", "192.0.2.8/32,fixed,cgn,2024-01-01T00:00Z,");

        (int imported, string output, string errors) = AskWorld.Run("addresses", "import", plan, "--data", Data);
        (int listed, string list, _) = AskWorld.Run("addresses", "list", "--data", Data);

        Assert.Equal((0, "the address plan has 2 entries now\n", ""), (imported, output, errors));
        Assert.Equal(
            """
            prefix,use,realm,from,to
            192.0.2.8/32,fixed,cgn,2024-01-01T00:00:00.000000Z,
            192.0.2.0/24,shared,cgn,,

            """,
            list);
        Assert.Equal(0, listed);
    }

    [Fact]
    public void A_line_that_is_none_is_named_and_the_plan_stays_as_it_was()
    {
        string plan = Plan("192.0.2.0/24,perhaps,cgn,,");

        (int code, string output, string errors) = AskWorld.Run("addresses", "import", plan, "--data", Data);
        (int listed, _, string none) = AskWorld.Run("addresses", "list", "--data", Data);

        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"retention: {plan}: line 2", errors);
        Assert.Equal(
            (1, $"retention: {Data} has no address plan; give it one with `retention addresses import FILE`\n"),
            (listed, none));
    }

    private string Plan(params string[] lines)
    {
        Directory.CreateDirectory(Data);
        string plan = Path.Combine(folder.FullName, "plan.csv");
        File.WriteAllText(plan, string.Join('\n', (string[])["prefix,use,realm,from,to", .. lines]) + "\n");
        return plan;
    }
}
