using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Package;

/// <summary>
/// Every unit of both packages, as systemd itself reads and rates it; hardware/generated/units.md is written here.
/// </summary>
public sealed partial class UnitExposureTests : IDisposable
{
    // Tenths of systemd's figure; a service without any sandbox has 9.6. The daemon needs packet sockets and locked
    // memory, store and console the network; warden, witness and expiry nothing but a socket in a folder. Who destroys
    // keys asks the kernel whether its clock is synchronised, which costs it ProtectClock= and three tenths.
    private static readonly SortedDictionary<string, int> Thresholds = new(StringComparer.Ordinal)
    {
        ["appliance.service"] = 25,
        ["appliance-console.service"] = 15,
        ["appliance-expire.service"] = 10,
        ["appliance-store.service"] = 18,
        ["appliance-warden.service"] = 10,
        ["appliance-witness.service"] = 7,
    };

    private const int WithDevices = 25;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("units-");

    public void Dispose() => folder.Delete(recursive: true);

    [ProgramFact("systemd-analyze")]
    public void Systemd_finds_nothing_wrong_with_any_unit()
    {
        string[] units = [.. Units().Select(Here)];
        Outcome outcome = Analyze(["verify", "--man=no", .. units]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.DoesNotContain(folder.FullName, outcome.Error);
    }

    [ProgramFact("systemd-analyze")]
    public void The_table_says_how_exposed_each_unit_is_and_none_is_more_than_it_may_be()
    {
        StringBuilder table = new();
        table.Append("# How exposed the services are\n\nWritten by `UnitExposureTests` from ");
        table.Append("`systemd-analyze security --offline=true` of Debian 12. 10 is no sandbox at all.\n\n");
        table.Append("| unit | exposure | may be |\n|---|---|---|\n");
        string[] services = [.. Units().Where(unit => unit.EndsWith(".service", StringComparison.Ordinal))];
        Assert.Equal(Thresholds.Keys, services.Select(Path.GetFileName).Order(StringComparer.Ordinal)!);
        foreach ((string name, int most) in Thresholds)
        {
            string unit = services.Single(path => Path.GetFileName(path) == name);
            Outcome outcome = Analyze(["security", "--offline=true", $"--threshold={most}", Here(unit)]);
            Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
            string exposure = Exposure().Match(outcome.Output).Groups[1].Value;
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {exposure} | {most / 10.0:F1} |\n");
        }

        string path = Path.Combine(Checkout.Root, "hardware", "generated", "units.md");
        string before = File.Exists(path) ? File.ReadAllText(path) : "";
        if (before != table.ToString())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, table.ToString());
        }

        Assert.True(before == table.ToString(), "units.md was not what systemd says; it is written anew: commit it.");
    }

    // The drop-in opens classes of devices; what that costs is held like the units' own figure.
    [ProgramFact("systemd-analyze")]
    public void The_daemon_with_the_boards_devices_is_hardly_more_exposed()
    {
        string unit = Here(Units().Single(path => Path.GetFileName(path) == "appliance.service"));
        DirectoryInfo dropIns = Directory.CreateDirectory(unit + ".d");
        File.Copy(
            Path.Combine(Checkout.Root, "hardware", "generated", "appliance-devices.conf"),
            Path.Combine(dropIns.FullName, "devices.conf"));

        Outcome verified = Analyze(["verify", "--man=no", unit]);
        Outcome rated = Analyze(["security", "--offline=true", $"--threshold={WithDevices}", unit]);
        Outcome without = Analyze(["security", "--offline=true", $"--threshold={WithDevices - 2}", unit]);

        Assert.True(verified.Code == 0, verified.Error);
        Assert.DoesNotContain(folder.FullName, verified.Error);
        Assert.True(rated.Code == 0, rated.Output + rated.Error);
        Assert.Contains("Service potentially has access to hardware devices", rated.Output);
        Assert.NotEqual(0, without.Code);
    }

    private static string[] Units() =>
    [
        .. new[] { "Appliance.Edge", "Appliance.Retention" }.SelectMany(project => Directory.EnumerateFiles(
            Path.Combine(Checkout.Root, "host", project, "systemd"))
            .Where(file => Path.GetExtension(file) is ".service" or ".timer")),
    ];

    // The programs are not installed where the tests run; nothing else is changed.
    private string Here(string unit)
    {
        string text = Program().Replace(File.ReadAllText(unit), "ExecStart=/bin/true$1");
        string path = Path.Combine(folder.FullName, Path.GetFileName(unit));
        File.WriteAllText(path, text);
        return path;
    }

    private static Outcome Analyze(string[] arguments)
    {
        ProcessStartInfo start = new(InstalledPrograms.Find("systemd-analyze")!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SYSTEMD_PAGER"] = "cat";
        using Process process = Process.Start(start)!;
        return Programs.Finish(process);
    }

    [GeneratedRegex(@"exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Exposure();

    [GeneratedRegex(@"^ExecStart=/usr/\S+(.*)$", RegexOptions.Multiline)]
    private static partial Regex Program();
}
