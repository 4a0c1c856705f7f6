using System.Diagnostics;
using Appliance.TestSupport;

namespace Appliance.Tests.Firmware.Subset;

/// <summary>
/// The compiler of the SDK, run as the chip's: C# 10, no library but the signatures in firmware/mscorlib.
/// </summary>
internal static class ChipCompiler
{
    private static readonly Lazy<byte[]> Library = new(() => Compile(
        "mscorlib", [.. Sources("firmware/mscorlib")], [], ["-nowarn:626,824,660,661,114,108,659"]));

    /// <summary>Every .cs file below a folder of the checkout, in ordinal order.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/") && !f.Contains("/bin/"))
            .Order(StringComparer.Ordinal);

    /// <summary>
    /// Compiles sources against the chip's library and more; the image, or the compiler's complaint thrown.
    /// </summary>
    public static byte[] Compile(string name, string[] sources, params (string Name, byte[] Image)[] references) =>
        Compile(name, sources, [("mscorlib", Library.Value), .. references], ["-nowarn:626,824"]);

    /// <summary>The signatures themselves: the chip's library, and the stand-ins of its packages.</summary>
    public static (byte[] Library, byte[] Packages) Signatures() =>
        (Library.Value, Compile("Appliance.StandIns", [.. Sources("firmware/standins")]));

    /// <summary>Compiles texts, each a file Planted0.cs and so on, into one image.</summary>
    public static byte[] CompileTexts(params string[] texts)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("planted-");
        try
        {
            string[] files = [.. texts.Select((_, i) => Path.Combine(folder.FullName, $"Planted{i}.cs"))];
            for (int i = 0; i < texts.Length; i++)
            {
                File.WriteAllText(files[i], texts[i]);
            }

            return Compile("Planted", files);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Compile(
        string name, string[] sources, (string Name, byte[] Image)[] references, string[] options)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("chip-");
        try
        {
            List<string> lines =
            [
                "-nologo", "-noconfig", "-nostdlib", "-target:library", "-langversion:10", "-unsafe", "-deterministic",
                "-debug-", "-optimize+", $"-out:{folder}/{name}.dll", .. options,
            ];
            foreach ((string reference, byte[] image) in references)
            {
                File.WriteAllBytes($"{folder}/{reference}.dll", image);
                lines.Add($"-r:{folder}/{reference}.dll");
            }

            lines.AddRange(sources.Select(s => $"\"{s}\""));
            File.WriteAllLines($"{folder}/sources.rsp", lines);
            Run($"@{folder}/sources.rsp");
            return File.ReadAllBytes($"{folder}/{name}.dll");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Run(string arguments)
    {
        ProcessStartInfo start = new("dotnet", ["exec", CompilerPath(), arguments]) { RedirectStandardOutput = true };
        using Process compiler = Process.Start(start)!;
        string said = compiler.StandardOutput.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException($"the chip's library has not all of this:\n{said}");
        }
    }

    // The SDK lies beside the runtime that runs the test.
    private static string CompilerPath()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        return Directory.GetDirectories(Path.Combine(root, "sdk"), "10.*")
            .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"))
            .Last(File.Exists);
    }
}
