using System.Diagnostics;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Package;

/// <summary>The packages, made by the script behind <c>./appliance package</c> from what this run built.</summary>
internal sealed class BuiltPackages : IDisposable
{
    /// <summary>Version of the packages that every test shares.</summary>
    public const string Version = "0.1.0";

    private static readonly string[] All =
        ["appliance:amd64", "appliance:arm64", "appliance-store:amd64", "appliance-store:arm64"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("packages-");
    private bool isMade;

    /// <summary>File of a shared package (PACKAGE:ARCHITECTURE); the first call makes all four.</summary>
    public string Of(string package)
    {
        if (!isMade)
        {
            Make(folder.FullName, Version, [], All);
            isMade = true;
        }

        return Path.Combine(folder.FullName, $"{package.Replace(":", $"_{Version}_")}.deb");
    }

    /// <summary>Makes a package of another version.</summary>
    public string Make(string version, string package) => Make(folder.FullName, version, [], package).Single();

    /// <summary>Makes packages in a folder, with an environment that must not matter.</summary>
    public static string[] Make(
        string into, string version, Dictionary<string, string> environment, params string[] wanted)
    {
        string script = Path.Combine(Checkout.Root, "hardware", "package", "build");
        ProcessStartInfo start = new(script, [into, version, .. wanted]) { RedirectStandardError = true };
        start.RedirectStandardOutput = true;
        start.WorkingDirectory = into;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Outcome outcome = Programs.Finish(process);
        return outcome.Code == 0
            ? [.. wanted.Select(each => Path.Combine(into, $"{each.Replace(":", $"_{version}_")}.deb"))]
            : throw new InvalidOperationException($"hardware/package/build: {outcome.Output}{outcome.Error}");
    }

    /// <summary>Runs dpkg-deb and returns what it prints.</summary>
    public static string Ask(params string[] arguments)
    {
        ProcessStartInfo start = new("dpkg-deb", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Outcome outcome = Programs.Finish(process);
        return outcome.Code == 0 ? outcome.Output : throw new InvalidOperationException(outcome.Error);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
