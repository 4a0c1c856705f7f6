using Appliance.TestSupport;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// A power cut in a script: the programs with which it changes what lasts are counted, and before the given one all of
/// the script's processes end. A program that writes what it reads has written a part by then.
/// </summary>
internal sealed class CutSteps : IDisposable
{
    private const string Shim = """
        #!/bin/sh
        n=$(cat COUNT)
        echo $((n + 1)) >COUNT
        if [ "$n" -eq STEP ]; then
            echo cut >CUT
            case $1 in -xOf) PROGRAM "$@" | head -c 4097 ;; esac
            case $1 in of=*) head -c 4097 | PROGRAM "$@" ;; esac
            kill -9 0
        fi
        exec PROGRAM "$@"
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cut-");

    /// <param name="step">How many of these programs run before the cut.</param>
    public CutSteps(int step)
    {
        File.WriteAllText(At("count"), "0\n");
        Directory.CreateDirectory(At("bin"));
        foreach (string program in (string[])["dd", "mv", "rm", "sync", "tar"])
        {
            string file = Path.Combine(At("bin"), program);
            File.WriteAllText(
                file,
                Shim.Replace("PROGRAM", InstalledPrograms.Find(program)).Replace("COUNT", At("count"))
                    .Replace("CUT", At("cut")).Replace("STEP", $"{step}") + "\n");
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
        }
    }

    public bool HasHappened => File.Exists(At("cut"));

    /// <summary>What the script is given.</summary>
    public (string Name, string Value)[] Variables =>
        [("PATH", $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin")];

    public void Dispose() => folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(folder.FullName, name);
}
