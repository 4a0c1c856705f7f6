using System.CommandLine;
using Appliance.Retention.Answers;
using Appliance.Retention.Questions;

namespace Appliance.Retention.Commands;

/// <summary><c>retention accessed</c>: whether a line used a service.</summary>
internal static class AccessedCommand
{
    public static Command Create(TimeProvider? clock = null)
    {
        Option<string> service = new("--service") { Description = "host name, or a domain above it", Required = true };
        LineOptions line = new();
        AskOptions options = new(clock);
        Command command = new("accessed", "whether a line used a service") { service };
        line.AddTo(command);
        options.AddTo(command);
        command.SetAction(parsed => options.Ask(
            parsed,
            () => (line.Read(parsed), Name: AskedValues.Service("--service", parsed.GetValue(service)!)),
            (asked, door, output) =>
            {
                (List<LineQuestion> questions, string name) = asked;
                List<LineAnswer> answers = door.AskLine(
                    questions, (asker, question) => asker.Accessed(question, name));
                options.HandOver(parsed, output).Write(
                    answers, name, answer => LineText.WriteAccessed(output, answer, name, options.All(parsed)));
                return answers.TrueForAll(answer => answer.IsAnswered) ? Exit.Success : Exit.CheckFailed;
            }));
        return command;
    }
}
