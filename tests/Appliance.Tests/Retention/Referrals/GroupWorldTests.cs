using Appliance.Retention.Questions;
using Appliance.Tests.Retention.Questions;
using Appliance.Wire;
using Xunit;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>
/// Questions that are answered together by counting over one table get, on worlds made by chance, what each gets
/// alone by evaluating everything around it; and what a line of a referral relied on is the same.
/// </summary>
public sealed class GroupWorldTests
{
    private const int Seeds = 20;
    private const int Questions = 25;
    private static readonly TaiTime Oldest = AskWorld.At("00:00");

    [Fact]
    public void On_any_world_a_group_answers_as_single_questions_do()
    {
        var words = new Dictionary<AnswerWord, int>();
        int most = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var world = new GroupWorld(seed);
            foreach (bool contact in (bool[])[false, true])
            {
                ResolveQuestion[] questions = [.. Enumerable.Range(0, Questions).Select(_ => world.Question(contact))];
                GroupAnswer[] group = new GroupResolver(world, Oldest).Answer(questions);
                var alone = new Resolver(world, plan: null, Oldest);
                for (int i = 0; i < questions.Length; i++)
                {
                    ResolveAnswer single = alone.Answer(questions[i]);
                    Compare(single, group[i], $"seed {seed}, contact {contact}, question {i}");
                    words[single.Word] = words.GetValueOrDefault(single.Word) + 1;
                    most = Math.Max(most, single.Result.Lines);
                }
            }
        }

        // What is compared has to be there.
        AnswerWord[] wanted =
            [AnswerWord.Identified, AnswerWord.Ambiguous, AnswerWord.None, AnswerWord.NotCovered];
        Assert.All(wanted, word => Assert.True(words.GetValueOrDefault(word) > 10, $"{word}"));
        Assert.True(most > Limits.SessionLinesMax, $"{most} lines at most");
    }

    private static void Compare(ResolveAnswer alone, GroupAnswer together, string where)
    {
        Assert.True(
            (alone.Word, alone.Reason, alone.Result.Lines) == (together.Word, together.Reason, together.Lines),
            $"{where}: alone {alone.Words} ({alone.Reason}), together {together.Word} ({together.Reason})");
        Assert.True((together.Result is null) == (together.Word == AnswerWord.Ambiguous), where);
        if (together.Result is { } result)
        {
            Assert.True(alone.Result.Names.SetEquals(result.Names), $"{where}: other lines");
            string[] single = [.. Records(alone.Result).Order(StringComparer.Ordinal)];
            string[] group = [.. Records(result).Order(StringComparer.Ordinal)];
            Assert.True(
                single.SequenceEqual(group),
                $"{where}: alone {string.Join("; ", single)}, together {string.Join("; ", group)}");
        }
    }

    /// <summary>What names each line: its flows with all that is told of them, and the sessions behind.</summary>
    private static IEnumerable<string> Records(Evaluation result) =>
        from candidate in result.Candidates
        from held in candidate.Flows
        let holding = held.Holding
        select $"{candidate.Name} {holding.Device} {holding.Place} {holding.Flow} {holding.Batch} {holding.Line} "
            + $"{holding.Row.Start.Microseconds} {holding.Row.Last.Microseconds} {holding.Row.End.Microseconds} "
            + $"{holding.BoundUs} {holding.RecordedBoundUs} {holding.Service} {holding.Leg} {holding.HasContact} "
            + $"{string.Join(',', holding.Seen.Select(time => time.Microseconds))} {holding.Session?.Place} "
            + $"{held.Activity} {held.Overlap} {held.Fit}";
}
