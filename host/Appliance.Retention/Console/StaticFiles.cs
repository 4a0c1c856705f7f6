using System.Reflection;

namespace Appliance.Retention.WebConsole;

/// <summary>The files that pages refer to; they are part of the program.</summary>
internal static class StaticFiles
{
    public static readonly (string Path, string Type)[] Types =
    [
        ("console.css", "text/css; charset=utf-8"),
        ("webauthn.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ];

    public static Reply Read(string path, string type)
    {
        using Stream stream = Assembly.GetExecutingAssembly()
            .GetManifestResourceStream($"Appliance.Retention.Console.{path}")!;
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return new Reply(200, type, all.ToArray());
    }
}
