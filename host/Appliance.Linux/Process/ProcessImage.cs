using System.Collections;
using System.Runtime.InteropServices;

namespace Appliance.Linux.Process;

/// <summary>
/// A process that puts itself in its own place: number, arguments, environment and start time stay, memory does not,
/// and no file stays open.
/// </summary>
public static partial class ProcessImage
{
    /// <summary>Begins anew; returns only where the kernel refuses.</summary>
    public static void BeginAnew()
    {
        List<string?> environment = [];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            environment.Add($"{entry.Key}={entry.Value}");
        }

        Replace([.. environment, null]);
    }

    internal static void Replace(string?[] environment)
    {
        string[] arguments = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
        _ = Execute("/proc/self/exe", [.. arguments, null], environment);
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);
}
