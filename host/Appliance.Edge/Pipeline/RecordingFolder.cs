using System.Globalization;

namespace Appliance.Edge.Pipeline;

/// <summary>The files of a recording: one for each interface, named by its number and name.</summary>
public static class RecordingFolder
{
    private const string Extension = ".pcapng";

    /// <summary>The file of an interface.</summary>
    public static string PathOf(string folder, int number, string name) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number}-{name}{Extension}"));

    /// <summary>A new folder for the recording that begins now.</summary>
    public static string Begin(string folder, DateTime utcNow) => Path.Combine(
        Path.GetFullPath(folder), utcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));

    /// <summary>Files and interfaces in order of their numbers; empty where there is no recording.</summary>
    public static IReadOnlyList<(string Path, string Interface)> List(string folder)
    {
        List<(int Number, string Path, string Interface)> found = [];
        foreach (string path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Extension) : [])
        {
            string[] parts = Path.GetFileNameWithoutExtension(path).Split('-', 2);
            if (parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int number))
            {
                found.Add((number, path, parts[1]));
            }
        }

        return [.. found.OrderBy(file => file.Number).Select(file => (file.Path, file.Interface))];
    }
}
