using System.CommandLine;
using Xunit;

namespace Appliance.Tests.House;

/// <summary>Every verb has a transcript, and its help; the table shows which.</summary>
public sealed class VerbTableTests
{
    public static TheoryData<string> Verbs => [.. VerbTable.Built().Keys];

    [Fact]
    public void The_checked_in_table_is_what_the_tests_are_marked_with()
    {
        string table = VerbTable.Write(VerbTable.Built().Keys, VerbTable.Transcripts());
        string before = File.Exists(VerbTable.Path) ? File.ReadAllText(VerbTable.Path) : "";
        if (before != table)
        {
            File.WriteAllText(VerbTable.Path, table);
        }

        Assert.True(before == table, "VERBS.md was not what the tests are marked with; it is written anew: commit it.");
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_a_transcript(string verb) =>
        Assert.Contains(VerbTable.Transcripts(), transcript => transcript.Verb == verb);

    [Fact]
    public void A_marked_test_is_of_a_verb_that_there_is_and_asserts_what_is_printed()
    {
        List<Transcript> transcripts = VerbTable.Transcripts();
        string[] wrong =
        [
            .. transcripts
                .Where(transcript => !VerbTable.Built().ContainsKey(transcript.Verb)
                    || !transcript.Body.Contains("Assert"))
                .Select(transcript => $"{transcript.Verb}: {transcript.Test}"),
        ];

        Assert.NotEmpty(transcripts);
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_explains_itself_and_each_of_its_options(string verb)
    {
        Command command = VerbTable.Built()[verb];
        string[] words = [.. verb.Split(' ').Skip(1)];
        StringWriter output = new();
        RootCommand root = verb.StartsWith("icrctl", StringComparison.Ordinal)
            ? Appliance.Icrctl.Verbs.Create()
            : Appliance.Retention.Verbs.Create();

        int code = root.Parse([.. words, "--help"]).Invoke(new InvocationConfiguration { Output = output });

        Assert.Equal(0, code);
        Assert.Contains(command.Description!, output.ToString());
        Assert.All(command.Options, option => Assert.Contains(option.Name, output.ToString()));
        Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
    }
}
