using System.CommandLine;
using System.Text.Json;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Icrctl;

/// <summary><c>icrctl verify</c>: is a folder of segments what the device wrote, whole and unchanged.</summary>
internal static class VerifyCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public static Command Create()
    {
        Argument<string> path = new("path") { Description = "folder of segments" };
        Option<string?> keys = new("--keys")
        {
            Description = "folder of keys: at least the device's public key; with day keys the rows are checked too",
        };
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Command command = new("verify", "check signatures, chain, hashes and, with day keys, every row")
        {
            path, keys, json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(path)!, parsed.GetValue(keys), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string path, string? keysFolder, bool json)
    {
        string keysPath = Path.Combine(keysFolder ?? Path.Combine(path, ReplayFolder.KeysName), KeySet.FileName);
        if (!Directory.Exists(path))
        {
            return Exit.Refuse($"{path} is not a folder; give the folder that holds the segments");
        }

        if (!KeyFile.TryRead(keysPath, out KeySet keys, out string problem))
        {
            return Exit.Refuse(problem);
        }

        using FlashFolder flash = FlashFolder.OpenForReading(path);
        FolderVerdict verdict;
        using (ProgressLine progress = ProgressLine.On(Console.Error, "icrctl verify", "MB"))
        {
            verdict = FolderVerifier.Run(new JournalReader(flash), keys, progress.ReportBytes);
        }

        if (verdict.Frames == 0)
        {
            return Exit.Refuse($"{path} holds no segments; give the folder that the box or a replay wrote");
        }

        Console.WriteLine(json ? JsonSerializer.Serialize(verdict, Json) : verdict.ToText());
        return verdict.IsWhole ? Exit.Success : Exit.CheckFailed;
    }
}
