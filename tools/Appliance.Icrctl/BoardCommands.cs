using System.CommandLine;
using System.Text;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Edge.Supervisor;

namespace Appliance.Icrctl;

/// <summary><c>icrctl tamper</c> and <c>icrctl update</c>: what an engineer decides about the board.</summary>
internal static class BoardCommands
{
    private const int FileBytesMax = 16 << 20;

    /// <summary>Shows whether the case was opened, and takes the word of who looked at it.</summary>
    public static Command Tamper()
    {
        Option<string> socket = Socket();
        Option<bool> json = new("--json") { Description = "print as JSON" };
        Option<string> reason = new("--reason")
        {
            Description = "why the box may go on; it stands in the signed chain", Required = true,
        };
        Command acknowledge = new("acknowledge", "say that the box was looked at; it begins anew with its keys")
        {
            socket, reason,
        };
        acknowledge.SetAction(parsed => Post(
            parsed.GetValue(socket)!, "tamper/acknowledge", Encoding.UTF8.GetBytes(parsed.GetValue(reason)!)));
        Command command = new("tamper", "was the case opened; acknowledge it after a look")
        {
            socket, json, acknowledge,
        };
        command.SetAction(parsed => Show(parsed.GetValue(socket)!, parsed.GetValue(json)));
        return command;
    }

    /// <summary>Sends signed firmware to the supervisor.</summary>
    public static Command Update()
    {
        Option<string> socket = Socket();
        Argument<string?> file = new("file")
        {
            Description = "signed firmware of the supervisor", Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> key = new("--key")
        {
            Description = "give a new supervisor the public key (PEM, P-256) that signs its firmware; it takes one",
        };
        Command command = new("update", "send signed firmware to the supervisor; `icrctl status` shows how far it is")
        {
            file, key, socket,
        };
        command.SetAction(parsed => (parsed.GetValue(file), parsed.GetValue(key)) switch
        {
            (string path, null) => PostFile(parsed.GetValue(socket)!, "supervisor/update", path),
            (null, string path) => PostFile(parsed.GetValue(socket)!, "supervisor/key", path),
            _ => Exit.Refuse("give either a file of firmware or --key FILE"),
        });
        return command;
    }

    private static int PostFile(string socket, string what, string path)
    {
        try
        {
            return new FileInfo(path).Length > FileBytesMax
                ? Exit.Refuse($"{path} is larger than any update; name the file of the release")
                : Post(socket, what, File.ReadAllBytes(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Exit.Refuse($"cannot read {path}; give the path of a file that exists and can be read");
        }
    }

    private static int Show(string socket, bool json)
    {
        if (!AdminClient.TryStatus(socket, out BoxStatus status, out string problem))
        {
            return Exit.Refuse(problem);
        }

        if (status.Supervisor is not { } board)
        {
            return Exit.Refuse("this box has no supervisor (supervisor.line in the configuration)");
        }

        bool isLocked = status.Health == "locked";
        Console.WriteLine(json
            ? JsonSerializer.Serialize(new { IsLocked = isLocked, board.IsOpen, board.WasOpened }, BoxStatus.Json)
            : isLocked ? $"LOCKED    {status.Alarms[0]}" : "tamper    no alarm waits to be acknowledged");
        return isLocked ? Exit.CheckFailed : Exit.Success;
    }

    private static int Post(string socket, string what, byte[] body)
    {
        if (!AdminClient.TryPost(socket, what, body, out string answer))
        {
            return Exit.Refuse(answer);
        }

        Console.WriteLine(answer);
        return Exit.Success;
    }

    private static Option<string> Socket() => new("--socket")
    {
        Description = "admin socket of the daemon",
        DefaultValueFactory = _ => new AdminOptions().Socket,
    };
}
