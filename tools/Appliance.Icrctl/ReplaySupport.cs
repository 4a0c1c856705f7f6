using System.Globalization;
using System.Security.Cryptography;
using Appliance.Edge.Configuration;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Icrctl;

/// <summary>
/// What a replay uses where no configuration is given: everything permitted, so that it can be compared.
/// </summary>
internal static class LabProfile
{
    public static ApplianceOptions Options { get; } = new() { Notice = new NoticeOptions { Profile = "uk-icr" } };
}

/// <summary>The folder that a replay writes.</summary>
internal static class ReplayFolder
{
    public const string KeysName = "keys";

    /// <summary>Makes the folder; false where it holds something already, other than keys.</summary>
    public static bool TryPrepare(string folder, out string problem)
    {
        problem = "";
        try
        {
            Directory.CreateDirectory(folder);
            bool isEmpty = Directory.EnumerateFileSystemEntries(folder)
                .All(entry => Path.GetFileName(entry) == KeysName);
            problem = isEmpty ? "" : $"{folder} is not empty; give a new folder, so that two runs are never mixed";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot make {folder}: {failure.Message}";
        }

        return problem.Length == 0;
    }

    /// <summary>Size of all segments on disk.</summary>
    public static long SegmentBytes(FlashFolder flash) => flash.List().Sum(flash.Length);
}

/// <summary>The keys of a replay: the configured ones, those in the folder, or a lab set made there.</summary>
internal static class ReplayKeys
{
    // As many days as a box is given ahead (BATCH.md, keys).
    private const int LabDays = 40;

    /// <summary>The platform's random source.</summary>
    public static RandomSource Random { get; } = RandomNumberGenerator.Fill;

    /// <summary>Loads or makes the keys; false with the sentence to print.</summary>
    public static bool TryLoad(
        string? configured, string folder, IReadOnlyList<CaptureSequence> sources, out KeySet keys, out string problem)
    {
        string path = configured ?? Path.Combine(folder, ReplayFolder.KeysName, KeySet.FileName);
        if (configured is null && !File.Exists(path))
        {
            keys = Make(path, sources);
            problem = "";
            return true;
        }

        return KeyFile.TryRead(path, out keys, out problem) && CanSeal(path, keys, out problem);
    }

    private static bool CanSeal(string path, KeySet keys, out string problem)
    {
        problem = keys.CanSign && keys.Recipients.Count > 0
            ? ""
            : $"{path} has no device key to sign with, or no recipients; give a key set of a device";
        return problem.Length == 0;
    }

    private static KeySet Make(string path, IReadOnlyList<CaptureSequence> sources)
    {
        long firstNs = sources.Select(source => source.FirstNs).Where(ns => ns > 0).DefaultIfEmpty(0).Min();
        int day = LeapSeconds.UtcDay(LeapSeconds.ToTai(firstNs / 1000));
        KeySet keys = KeySet.MakeLab(Random, day, LabDays);
        Directory.CreateDirectory(
            Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(System.Text.Encoding.UTF8.GetBytes(keys.ToJson()));
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"icrctl: no keys are configured; made a lab key set in {path} "
            + $"(it opens what it seals: not for a live box)"));
        return keys;
    }
}

/// <summary>A key set in a file.</summary>
internal static class KeyFile
{
    /// <summary>Reads a key set; false with the sentence to print.</summary>
    public static bool TryRead(string path, out KeySet keys, out string problem)
    {
        keys = null!;
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot read the keys {path}; give the path of a {KeySet.FileName} that can be read";
            return false;
        }

        bool isRead = KeySet.TryParse(text, out KeySet? read, out string error);
        keys = read!;
        problem = isRead ? "" : $"{path}: {error}";
        return isRead;
    }
}

/// <summary>Which program this is: its version, and a hash over the assemblies of the product beside it.</summary>
internal static class Software
{
    public static Edge.Pipeline.SoftwareIdentity Identity { get; } = Edge.Pipeline.SoftwareIdentity.OfRunning();
}
