using System.CommandLine;
using Appliance.Retention.Questions;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Commands;

/// <summary>The options of every question about a line: which line, and when.</summary>
internal sealed class LineOptions
{
    private readonly Argument<string?> name = new("SUBSCRIBER")
    {
        Description = "line as answers name it", Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> subscriber = new("--subscriber") { Description = "line as answers name it" };
    private readonly Option<string?> inside = new("--inside") { Description = "inside address of the line" };
    private readonly Option<string?> at = new("--at")
    {
        Description = "time with Z, offset or zone; 15:04Z is that minute",
    };

    private readonly Option<string?> from = new("--from") { Description = "begin, with Z, offset or zone" };
    private readonly Option<string?> to = new("--to") { Description = "end, with Z, offset or zone; included" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(name);
        foreach (Option option in new Option[] { subscriber, inside, at, from, to })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>One question for each reading of the time.</summary>
    public List<LineQuestion> Read(ParseResult parsed)
    {
        IReadOnlyList<AskedInterval> intervals = AskedValues.Intervals(
            parsed.GetValue(at), parsed.GetValue(from), parsed.GetValue(to), Limits.LineIntervalUs);
        string?[] given = [parsed.GetValue(name), parsed.GetValue(subscriber), parsed.GetValue(inside)];
        if (given.Count(text => !string.IsNullOrWhiteSpace(text)) != 1)
        {
            throw AskedValues.Bad("name one line: SUBSCRIBER, --subscriber SUBSCRIBER or --inside IP");
        }

        return
        [
            .. intervals.Select(interval => given[2] is { } address
                ? new LineQuestion { Inside = AskedValues.Address("--inside", address), Interval = interval }
                : LineQuestion.Of((given[0] ?? given[1])!.Trim(), interval)),
        ];
    }
}
