using System.Diagnostics;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// What of the box's Debian can be judged without making and starting it, and what its door refuses.
/// </summary>
public sealed class ImageRootTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "hardware", "image");
    private static readonly string Root = Path.Combine(Folder, "root");
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("image-root-");

    public void Dispose() => scratch.Delete(recursive: true);

    [Fact]
    public void Systemd_does_not_wait_for_the_root_that_the_first_root_has_opened() =>
        Assert.Contains("systemd.verity=no", Words("etc/cmdline"));

    [ProgramFact("systemd-analyze")]
    public void An_emergency_restarts_the_box_and_opens_no_shell()
    {
        string unit = Path.Combine(Root, "etc", "systemd", "system", "emergency.service");
        Assert.Equal("emergency.service", new FileInfo(unit.Replace("emergency", "rescue")).LinkTarget);
        Assert.Contains("reboot", Words("etc/systemd/system/emergency.service"));
        string copy = Path.Combine(scratch.FullName, "restart.service");
        File.Copy(unit, copy);
        Outcome outcome = Run("systemd-analyze", "verify", "--man=no", copy);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.DoesNotContain("restart.service", outcome.Error);
    }

    [Fact]
    public void Chrony_asks_nobody_by_itself_and_opens_no_port()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Root, "etc", "chrony", "chrony.conf"));
        Assert.Contains("cmdport 0", lines);
        Assert.DoesNotContain(lines, line => line.Split(' ')[0] is "pool" or "server" or "peer" or "allow" or "port");
    }

    [Fact]
    public void A_port_that_nobody_named_is_up_and_silent()
    {
        string[] lines = File.ReadAllLines(
            Path.Combine(Root, "usr", "lib", "systemd", "network", "90-mirror.network"));
        foreach (string line in (string[])
            ["ActivationPolicy=always-up", "ARP=no", "DHCP=no", "LinkLocalAddressing=no", "IPv6AcceptRA=no", "LLDP=no"])
        {
            Assert.Contains(line, lines);
        }
    }

    [RootFact("dpkg-deb")]
    public void Parts_of_another_architecture_are_refused_before_anything_is_fetched()
    {
        string package = Package("appliance", "arm64"), store = Package("appliance-store", "amd64");
        string runtime = Path.Combine(scratch.FullName, "runtime");
        Directory.CreateDirectory(runtime);
        string build = Path.Combine(Folder, "build");
        Refused("is not for amd64", build, "out", "amd64", package, runtime);
        Refused("is not the package of the box", build, "out", "amd64", store, runtime);
        Refused("it is amd64 or arm64", build, "out", "riscv64", package, runtime);
        Refused("is not the ASP.NET Core runtime", build, "out", "arm64", package, runtime);
        string door = Path.Combine(Checkout.Root, "appliance");
        Refused("name the .NET runtime for", door, "image", "--arch", "riscv64");
        Refused("image does not know --now", door, "image", "--now");
        Assert.False(Directory.Exists(Path.Combine(scratch.FullName, "out")));
    }

    private static string[] Words(string file) =>
        File.ReadAllText(Path.Combine(Root, file)).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private string Package(string name, string architecture)
    {
        string tree = Path.Combine(scratch.FullName, name), file = $"{tree}.deb";
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        File.WriteAllText(
            Path.Combine(tree, "DEBIAN", "control"),
            $"Package: {name}\nVersion: 1\nArchitecture: {architecture}\nMaintainer: A <a@example.invalid>\n"
            + "Description: empty\n");
        Assert.Equal(0, Run("dpkg-deb", "--build", tree, file).Code);
        return file;
    }

    private void Refused(string because, string program, params string[] arguments)
    {
        Outcome outcome = Run(program, arguments);
        Assert.NotEqual(0, outcome.Code);
        Assert.Contains(because, outcome.Error);
    }

    private Outcome Run(string program, params string[] arguments)
    {
        string path = Path.IsPathRooted(program) ? program : InstalledPrograms.Find(program)!;
        ProcessStartInfo start = new(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.WorkingDirectory = scratch.FullName;
        using Process process = Process.Start(start)!;
        return Programs.Finish(process);
    }
}
