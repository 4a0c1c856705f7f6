using System.CommandLine;
using Appliance.Retention.Answers;
using Appliance.Retention.Questions;

namespace Appliance.Retention.Commands;

/// <summary><c>retention services</c>: which services a line used.</summary>
internal static class ServicesCommand
{
    public static Command Create(TimeProvider? clock = null)
    {
        LineOptions line = new();
        AskOptions options = new(clock);
        Command command = new("services", "which services a line used");
        line.AddTo(command);
        options.AddTo(command);
        command.SetAction(parsed => options.Ask(parsed, () => line.Read(parsed), (question, door) =>
        {
            LineAnswer answer = new LineAsker(door.Archive, door.Oldest).Services(question);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (options.Json(parsed))
            {
                LineJson.Write(output, answer, service: null);
            }
            else
            {
                LineText.WriteServices(output, answer, options.All(parsed));
            }

            return answer.IsAnswered ? Exit.Success : Exit.CheckFailed;
        }));
        return command;
    }
}
