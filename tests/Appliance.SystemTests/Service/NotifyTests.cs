using System.Diagnostics;
using Appliance.Lab.Bed;
using Appliance.SystemTests.Linux;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Service;

/// <summary>What systemd hears of the daemon, and what the kernel says of its process.</summary>
[Collection(KernelNat.Name)]
public sealed class NotifyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("notify-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RootFact("ip", "setpriv")]
    public void It_says_that_it_is_ready_that_it_lives_and_that_it_stops()
    {
        using VethPair cable = new();
        using NotifiedDaemon daemon = new(cable, _folder.FullName);
        Assert.Equal("READY=1", daemon.Next("READY"));
        Assert.Equal("WATCHDOG=1", daemon.Next(""));
        Assert.Equal("WATCHDOG=1", daemon.Next(""));

        // No dumps, and no socket for debuggers: neither a file nor a listener without one.
        string core = File.ReadLines($"/proc/{daemon.Id}/limits").Single(line => line.StartsWith("Max core file size"));
        Assert.Equal(["0", "0", "bytes"], core.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^3..]);
        string port = $"dotnet-diagnostic-{daemon.Id}-";
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), port + "*"));
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), $"clr-debug-pipe-{daemon.Id}-*"));
        Assert.DoesNotContain(port, File.ReadAllText($"/proc/{daemon.Id}/net/unix"));

        BedProcess.Signal("TERM", daemon.Id);
        Assert.Equal("STOPPING=1", daemon.Next("STOPPING"));
        Assert.Equal(0, daemon.Finish());
    }

    [RootFact("ip", "setpriv")]
    public void On_a_reload_the_service_goes_on_as_another_process()
    {
        using VethPair cable = new();
        using NotifiedDaemon daemon = new(cable, _folder.FullName);
        daemon.Next("READY");
        BedProcess.Signal("HUP", daemon.Id);
        int successor = daemon.Follow();
        Assert.NotEqual(daemon.Id, successor);
        Assert.Equal("READY=1", daemon.Next("READY"));
        Assert.Equal("WATCHDOG=1", daemon.Next("WATCHDOG"));

        // The first one's output is the second one's as well: its end is waited for last.
        using Process second = Process.GetProcessById(successor);
        Assert.Equal("hand-over", daemon.Status().GetProperty("start").GetProperty("kind").GetString());
        BedProcess.Signal("TERM", successor);
        Assert.Equal("STOPPING=1", daemon.Next("STOPPING"));
        Assert.True(second.WaitForExit(TimeSpan.FromSeconds(60)), daemon.Errors);
        Assert.Equal(0, daemon.Finish());
    }
}
