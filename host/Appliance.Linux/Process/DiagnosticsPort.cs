using System.Collections;

namespace Appliance.Linux.Process;

/// <summary>
/// The runtime opens a socket through which its owner's other processes may take dumps and debug. Only its environment
/// can forbid that, before it starts: so a process that was started without that variable puts itself in its own place
/// with it. Process number, arguments and start time stay.
/// </summary>
public static class DiagnosticsPort
{
    private const string Variable = "DOTNET_EnableDiagnostics";
    private const string Off = "0";

    /// <summary>Returns at once where the port is off; otherwise this process begins anew, without it.</summary>
    /// <returns>True where it is off; false where the kernel refused, and the port is there.</returns>
    public static bool Close()
    {
        if (Environment.GetEnvironmentVariable(Variable) == Off)
        {
            return true;
        }

        RemoveFiles();
        List<string?> environment = [$"{Variable}={Off}"];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            environment.Add((string)entry.Key == Variable ? null : $"{entry.Key}={entry.Value}");
        }

        environment.RemoveAll(entry => entry is null);
        ProcessImage.Replace([.. environment, null]);
        return false;
    }

    // Their names would stay, with nobody behind them.
    private static void RemoveFiles()
    {
        foreach (string kind in (string[])["dotnet-diagnostic", "clr-debug-pipe"])
        {
            string pattern = $"{kind}-{Environment.ProcessId}-*";
            foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), pattern))
            {
                File.Delete(file);
            }
        }
    }
}
