using System.Text;
using System.Text.Json;
using Appliance.Tests.Retention.Questions;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Cases;

/// <summary>
/// Case studies 1 to 11 of the operational case, put to a network of 40 lines behind one address: once where Internet
/// Connection Records are kept, once where only who had which address is. CASES.md is written from the answers.
/// </summary>
public sealed class CaseStudyTests(CaseStudyTests.Networks networks) : IClassFixture<CaseStudyTests.Networks>
{
    private const int Lines = 40;

    private static string TablePath => Path.Combine(Checkout.Root, "tests", "Appliance.Tests", "CASES.md");

    public static TheoryData<int> Numbers => [.. CaseStudy.All.Select(study => study.Number)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Records_answer_the_case_and_without_them_it_stays_as_the_document_says(int number)
    {
        foreach (CaseQuestion question in CaseStudy.All.Single(study => study.Number == number).Questions)
        {
            Assert.Equal(question.With, Answer(networks.With, question));
            Assert.Equal(question.Without, Answer(networks.Without, question));
        }
    }

    [Fact]
    public void All_eleven_are_there_in_the_order_of_the_document() =>
        Assert.Equal(Enumerable.Range(1, 11), CaseStudy.All.Select(study => study.Number));

    [Fact]
    public void The_checked_in_table_is_what_is_answered()
    {
        var table = new StringBuilder(
            """
            # The case studies of the operational case

            Written by `CaseStudyTests` from the answers. The document's annexes A and B tell of investigations that
            came to an end because a shared address could not be resolved, or because nobody could say which services a
            device used. Each is put to a network of 40 lines behind one public address, whose port the source did not
            keep: once with Internet Connection Records, once where the notice keeps no more than who had which
            address. Lines are inside addresses; no person is in it. What records cannot answer (who held the device)
            is not asked.

            | case study | purpose | question | with records | without |
            |---|---|---|---|---|

            """);
        foreach (CaseStudy study in CaseStudy.All)
        {
            foreach (CaseQuestion question in study.Questions)
            {
                object[] cells =
                [
                    $"{study.Number} – {study.Title}", question.Purpose, question.Text,
                    Answer(networks.With, question), Answer(networks.Without, question),
                ];
                table.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
            }
        }

        string before = File.Exists(TablePath) ? File.ReadAllText(TablePath) : "";
        if (before != table.ToString())
        {
            File.WriteAllText(TablePath, table.ToString());
        }

        Assert.True(before == table.ToString(), "CASES.md was not what is answered; it is written anew: commit it.");
    }

    private static string Answer(AskWorld world, CaseQuestion question)
    {
        using JsonDocument json = JsonDocument.Parse(world.Ask([.. question.Arguments, "--json"]).Output);
        JsonElement answer = json.RootElement;
        string word = answer.GetProperty("answer").GetString()!;
        string[] names = word switch
        {
            "identified" => [answer.GetProperty("candidates")[0].GetProperty("line").GetString()!],
            "found" => [.. answer.GetProperty("services").EnumerateArray()
                .Select(service => service.GetProperty("service").GetString() ?? "no name").Order()],
            _ => [],
        };
        return names.Length == 0 ? word : $"{word}: {string.Join(", ", names)}";
    }

    /// <summary>The network of the cases, once with all that a notice may keep and once with the least.</summary>
    public sealed class Networks : IDisposable
    {
        public Networks()
        {
            Fill(With);
            Fill(Without);
        }

        internal AskWorld With { get; } = new();

        internal AskWorld Without { get; } = new() { IsSourceOnly = true };

        public void Dispose()
        {
            With.Dispose();
            Without.Dispose();
        }

        private static void Fill(AskWorld world)
        {
            world.CoverTheDay();
            RowBatch batch = world.Batch();
            for (int i = 1; i <= Lines; i++)
            {
                batch.Flows.Add(AskWorld.Flow(
                    batch, $"100.64.1.{i}", (ushort)(20_000 + i), "14:55", "15:55", "everybody.example"));
            }

            ushort port = 30_000;
            foreach ((string line, string start, string last, string service, string remote) in CaseStudy.Uses)
            {
                ushort to = (ushort)(service.Length == 0 ? 51_413 : 443);
                batch.Flows.Add(AskWorld.Flow(batch, line, port++, start, last, service, remote, to));
            }

            world.Write();
        }
    }
}
