using System.Diagnostics;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Time;

/// <summary>
/// chronyd with <c>-x</c>: it follows its sources as always and leaves the system clock alone. It has a folder of its
/// own for its sockets, no port and no other source than the ones given.
/// </summary>
internal sealed class RealChronyd : IDisposable
{
    private readonly Process process;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("chronyd");

    /// <param name="feeds">Lines of chrony.conf; <c>@</c> stands for the folder.</param>
    public RealChronyd(params string[] feeds)
    {
        string configuration = Path.Combine(folder.FullName, "chrony.conf");
        File.WriteAllLines(configuration,
        [
            .. feeds.Select(f => f.Replace("@", folder.FullName, StringComparison.Ordinal)),
            $"bindcmdaddress {Command}",
            $"pidfile {Path.Combine(folder.FullName, "chronyd.pid")}",
            "cmdport 0",
            "port 0",
        ]);
        ProcessStartInfo start = new(
            InstalledPrograms.Find("chronyd")!, ["-x", "-d", "-u", "root", "-f", configuration])
        {
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Log.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Its command socket.</summary>
    public string Command => At("chronyd.sock");

    /// <summary>A file in its folder.</summary>
    public string At(string name) => Path.Combine(folder.FullName, name);

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        folder.Delete(recursive: true);
    }
}
