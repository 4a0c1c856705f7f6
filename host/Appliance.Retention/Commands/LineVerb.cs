using System.CommandLine;
using Appliance.Retention.Answers;
using Appliance.Retention.Questions;

namespace Appliance.Retention.Commands;

/// <summary>A verb that asks one thing of one line: only what is asked and how it is printed differ.</summary>
internal static class LineVerb
{
    public static Command Create(
        string name,
        string description,
        TimeProvider? clock,
        Func<LineAsker, LineQuestion, LineAnswer> ask,
        Action<TextWriter, LineAnswer, bool> write)
    {
        LineOptions line = new();
        AskOptions options = new(clock);
        Command command = new(name, description);
        line.AddTo(command);
        options.AddTo(command);
        command.SetAction(parsed => options.Ask(parsed, () => line.Read(parsed), (questions, door, output) =>
        {
            List<LineAnswer> answers = door.AskLine(questions, ask);
            options.HandOver(parsed, output).Write(
                answers, service: null, answer => write(output, answer, options.All(parsed)));
            return answers.TrueForAll(answer => answer.IsAnswered) ? Exit.Success : Exit.CheckFailed;
        }));
        return command;
    }
}
