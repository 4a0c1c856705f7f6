using System.Diagnostics;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Service;

/// <summary>The service's unit, as systemd itself reads and rates it.</summary>
public sealed class UnitFileTests(ITestOutputHelper output) : IDisposable
{
    // 2.3 today; a service without any sandbox has 9.6. What is left: the network, the two capabilities, compiled code.
    private const int ExposureTenthsMax = 25;
    private const string Program = "/usr/lib/appliance/Appliance.Edge";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [ProgramFact("systemd-analyze")]
    public void Systemd_finds_nothing_wrong_with_it()
    {
        string unit = Unit();
        Outcome outcome = Analyze("verify", "--man=no", unit);
        Assert.Equal(0, outcome.Code);
        Assert.DoesNotContain(unit, outcome.Error);
    }

    [ProgramFact("systemd-analyze")]
    public void Systemd_rates_its_exposure_as_low()
    {
        Outcome outcome = Analyze("security", "--offline=true", $"--threshold={ExposureTenthsMax}", Unit());
        output.WriteLine(outcome.Output.Split('\n').Last(line => line.Contains("exposure level")));
        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
    }

    [Theory]
    [InlineData("Type=notify")]
    [InlineData("WatchdogSec=30")]
    [InlineData("LimitCORE=0")]
    [InlineData("LimitMEMLOCK=infinity")]
    [InlineData("MemorySwapMax=0")]
    [InlineData("Environment=DOTNET_EnableDiagnostics=0")]
    [InlineData("CapabilityBoundingSet=CAP_NET_RAW CAP_IPC_LOCK")]
    public void It_keeps_keys_in_and_privileges_out(string line) =>
        Assert.Contains(line, File.ReadAllLines(Source()));

    // systemd opens such a folder for writing; what is in it decides who may read records.
    [Fact]
    public void Its_configuration_is_no_folder_of_its_own()
    {
        Assert.DoesNotContain("\nConfigurationDirectory=", File.ReadAllText(Source()));
        Assert.Contains("ReadOnlyPaths=-/run/lock", File.ReadAllLines(Source()));
    }

    // The program is not installed where the tests run; nothing else is changed.
    private string Unit()
    {
        string text = File.ReadAllText(Source());
        Assert.Contains(Program, text);
        string path = Path.Combine(_folder.FullName, "appliance.service");
        File.WriteAllText(path, text.Replace(Program, "/bin/true", StringComparison.Ordinal));
        return path;
    }

    private static string Source() =>
        Path.Combine(Checkout.Root, "host", "Appliance.Edge", "systemd", "appliance.service");

    private static Outcome Analyze(params string[] arguments)
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
}
