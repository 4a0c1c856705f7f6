using System.CommandLine;
using Appliance.Retention.Answers;
using Appliance.Retention.Questions;

namespace Appliance.Retention.Commands;

/// <summary><c>retention addresses-of</c>: which public addresses and ports a line had.</summary>
internal static class AddressesOfCommand
{
    public static Command Create(TimeProvider? clock = null)
    {
        LineOptions line = new();
        AskOptions options = new(clock);
        Command command = new("addresses-of", "which public addresses and ports a line had");
        line.AddTo(command);
        options.AddTo(command);
        command.SetAction(parsed => options.Ask(parsed, () => line.Read(parsed), (question, door) =>
        {
            LineAnswer answer = new LineAsker(door.Archive, door.Oldest).Addresses(question);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (options.Json(parsed))
            {
                LineJson.Write(output, answer, service: null);
            }
            else
            {
                LineText.WriteAddresses(output, answer, options.All(parsed));
            }

            return answer.IsAnswered ? Exit.Success : Exit.CheckFailed;
        }));
        return command;
    }
}
