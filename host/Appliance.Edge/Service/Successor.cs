using System.Diagnostics;

namespace Appliance.Edge.Service;

/// <summary>
/// The process that takes over from this one: the same program with the same arguments, as it lies on the disk now. A
/// service manager asks for it with SIGHUP (`systemctl reload appliance`).
/// </summary>
internal static class Successor
{
    /// <summary>The argument that makes a process take over from the one that runs.</summary>
    public const string Argument = "--takeover";

    /// <summary>Starts it; it asks for the hand-over by itself.</summary>
    /// <returns>Its process number.</returns>
    public static int Start()
    {
        string[] own = Environment.GetCommandLineArgs();
        string program = Environment.ProcessPath ?? own[0];
        bool isHosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        ProcessStartInfo start = new(program) { UseShellExecute = false };
        foreach (string argument in isHosted ? own : own.Skip(1))
        {
            if (argument != Argument)
            {
                start.ArgumentList.Add(argument);
            }
        }

        start.ArgumentList.Add(Argument);

        // systemd names here which process must tell of its health: from the hand-over on it is the new one.
        start.Environment.Remove(SystemdNotify.WatchdogProcess);
        using Process made = Process.Start(start) ?? throw new IOException($"{program} does not start");
        return made.Id;
    }
}
