using System.Diagnostics;

namespace Appliance.SystemTests.Replay;

/// <summary>A file system of a few megabytes in memory, so that a disk can really be full.</summary>
internal sealed class Mount : IDisposable
{
    private readonly string folder;

    private Mount(string folder) => this.folder = folder;

    public static Mount Tmpfs(string folder, string size)
    {
        Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder);
        return new Mount(folder);
    }

    public void Dispose() => Run("umount", folder);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            string command = $"{program} {string.Join(' ', arguments)}";
            throw new InvalidOperationException($"{command} ended with {process.ExitCode}");
        }
    }
}
