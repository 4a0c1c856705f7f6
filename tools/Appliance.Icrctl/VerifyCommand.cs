using System.CommandLine;
using System.Text.Json;
using Appliance.Evidence;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Icrctl;

/// <summary>
/// <c>icrctl verify</c>: is a folder of segments what the device wrote, whole and unchanged; does a pack hold; is an
/// acceptance protocol the one that the box signed.
/// </summary>
internal static class VerifyCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public static Command Create()
    {
        Argument<string> path = new("path")
        {
            Description = "folder of segments, an evidence pack, or an acceptance protocol",
        };
        Option<string?> pins = new("--pins")
        {
            Description = "public keys that a pack is checked with, from a source that is not the pack",
        };
        Option<string?> keys = new("--keys")
        {
            Description = "folder of keys: at least the device's public key, which a protocol needs too; with day keys "
                + "the rows are checked",
        };
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Command command = new("verify", "check signatures, chain, hashes and, with day keys, every row; or a pack")
        {
            path, keys, pins, json,
        };
        command.SetAction(parsed => File.Exists(parsed.GetValue(path))
            ? RunFile(parsed.GetValue(path)!, parsed.GetValue(keys), parsed.GetValue(pins), parsed.GetValue(json))
            : Run(parsed.GetValue(path)!, parsed.GetValue(keys), parsed.GetValue(json)));
        return command;
    }

    private static int RunFile(string path, string? keysFolder, string? pinsFile, bool json)
    {
        Span<byte> start = stackalloc byte[16];
        using (FileStream file = File.OpenRead(path))
        {
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            if (!AcceptanceFile.IsOne(start))
            {
                return RunPack(path, pinsFile, json);
            }

            if (file.Length > AcceptanceFile.BytesMax)
            {
                return Exit.Refuse($"{path} is larger than any acceptance protocol; give the file that selftest wrote");
            }
        }

        if (keysFolder is null)
        {
            return Exit.Refuse(
                $"{path} is checked with the device's public key; give its folder with --keys DIR, not from the box");
        }

        if (!KeyFile.TryRead(Path.Combine(keysFolder, KeySet.FileName), out KeySet keys, out string problem))
        {
            return Exit.Refuse(problem);
        }

        AcceptanceVerdict verdict = AcceptanceFile.Check(File.ReadAllText(path), keys);
        Console.WriteLine(json ? JsonSerializer.Serialize(verdict, Json) : verdict.ToText());
        return verdict.IsGood ? Exit.Success : Exit.CheckFailed;
    }

    private static int RunPack(string path, string? pinsFile, bool json)
    {
        if (pinsFile is null || !File.Exists(pinsFile))
        {
            return Exit.Refuse(
                $"{path} is checked with keys that you bring; give them with --pins FILE (`retention evidence pins`)");
        }

        if (Pins.Parse(File.ReadAllText(pinsFile), out string problem) is not { } pins)
        {
            return Exit.Refuse($"{pinsFile}: {problem}");
        }

        PackReport report = PackChecker.Run(File.ReadAllBytes(path), pins);
        Console.WriteLine(json ? JsonSerializer.Serialize(report.ToJson(), Json) : report.ToText());
        return report.IsGood ? Exit.Success : Exit.CheckFailed;
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
