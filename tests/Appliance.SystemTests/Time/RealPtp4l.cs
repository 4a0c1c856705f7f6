using System.Diagnostics;

namespace Appliance.SystemTests.Time;

/// <summary>
/// ptp4l at one end of a cable, with software stamps and <c>free_running</c>: it measures and never touches a clock.
/// </summary>
internal sealed class RealPtp4l : IDisposable
{
    private readonly Process process;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ptp4l");

    /// <param name="space">Network namespace.</param>
    /// <param name="port">Interface in it.</param>
    /// <param name="lines">More lines of its configuration.</param>
    public RealPtp4l(string space, string port, params string[] lines)
    {
        string configuration = At("ptp4l.conf");
        File.WriteAllLines(configuration,
        [
            "[global]", "time_stamping software", "free_running 1", "network_transport L2", $"uds_address {Socket}",
            .. lines,
        ]);
        process = Process.Start("ip", ["netns", "exec", space, "ptp4l", "-q", "-i", port, "-f", configuration]);
    }

    /// <summary>Its socket.</summary>
    public string Socket => At("uds");

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
