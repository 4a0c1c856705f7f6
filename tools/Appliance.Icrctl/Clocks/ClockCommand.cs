using System.CommandLine;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;

namespace Appliance.Icrctl.Clocks;

/// <summary><c>icrctl clock</c>: how the clock is; was every bound it claimed computed right; how it went.</summary>
internal static class ClockCommand
{
    public static Command Create()
    {
        Option<string> socket = new("--socket")
        {
            Description = "admin socket of the daemon",
            DefaultValueFactory = _ => new AdminOptions().Socket,
        };
        Option<bool> json = new("--json") { Description = "print as JSON" };
        Command command = new("clock", "state and bound of the clock; its log computed again; a chart")
        {
            socket, json, Verify(), Chart(),
        };
        command.SetAction(parsed => Show(parsed.GetValue(socket)!, parsed.GetValue(json)));
        return command;
    }

    private static int Show(string socket, bool json)
    {
        if (!AdminClient.TryStatus(socket, out BoxStatus status, out string problem))
        {
            return Exit.Refuse(problem);
        }

        Console.WriteLine(
            json ? JsonSerializer.Serialize(status.Clock, BoxStatus.Json) : ClockText.Whole(status.Clock));
        return status.Clock.BoundUs is null ? Exit.CheckFailed : Exit.Success;
    }

    private static Command Verify()
    {
        Argument<string> path = new("path") { Description = "a file of the anchor log, or the folder of them" };
        Option<string?> journal = new("--journal")
        {
            Description = "folder of segments: is the head that each batch names one of this log",
        };
        Option<string?> keys = new("--keys") { Description = "folder of keys, for --journal" };
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Command command = new("verify", "compute every state and bound of the clock again, bit for bit")
        {
            path, journal, keys, json,
        };
        command.SetAction(parsed => ClockVerifier.Run(
            parsed.GetValue(path)!, parsed.GetValue(journal), parsed.GetValue(keys), parsed.GetValue(json)));
        return command;
    }

    private static Command Chart()
    {
        Argument<string> path = new("path") { Description = "a file of the anchor log, or the folder of them" };
        Option<string?> svg = new("--svg") { Description = "write the chart to this file instead" };
        Command command = new("chart", "offset and bound over time, in the terminal or as SVG") { path, svg };
        command.SetAction(parsed => ClockChart.Run(parsed.GetValue(path)!, parsed.GetValue(svg)));
        return command;
    }
}
