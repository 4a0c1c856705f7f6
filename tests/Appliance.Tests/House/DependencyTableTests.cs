using System.Xml.Linq;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.House;

/// <summary>The dependency table, held against the project files: a new arrow is a decision, not an accident.</summary>
public sealed class DependencyTableTests
{
    private static readonly Dictionary<string, string> Table = new()
    {
        ["Appliance.Wire"] = "",
        ["Appliance.Flow"] = "Wire",
        ["Appliance.Evidence"] = "Wire",
        ["Appliance.Time"] = "Wire",
        ["Appliance.Journal"] = "Wire",
        ["Appliance.Mqtt"] = "",
        ["Appliance.Supervisor"] = "",
        ["Appliance.Supervisor.SelfTest"] = "Supervisor",
        ["Appliance.Devices"] = "",
        ["Appliance.Linux"] = "Flow Journal Time Wire",
        ["Appliance.Edge"] = "Flow Journal Linux Mqtt Supervisor Time Wire",
        ["Appliance.Retention"] = "Evidence Journal Linux Mqtt Wire",
        ["Appliance.Icrctl"] = "Edge Evidence Flow Journal Linux Time Wire",
        ["Appliance.Lab"] = "Flow Journal Linux Wire",
        ["Appliance.Benchmarks"] = "Edge Flow Journal Lab Linux Time Wire",
        ["Appliance.Tests"] = "Edge Evidence Flow Icrctl Journal Lab Linux Mqtt Retention Supervisor "
            + "Supervisor.SelfTest Time Wire",
        ["Appliance.Simulation"] = "Edge Flow Journal Lab Mqtt Time Wire",
        ["Appliance.SystemTests"] = "Edge Evidence Flow Icrctl Journal Lab Linux Mqtt Retention Supervisor "
            + "Supervisor.SelfTest Time Wire",
    };

    [Fact]
    public void EveryProjectReferencesExactlyWhatTheTableSays()
    {
        Dictionary<string, string> found = Projects().ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => string.Join(' ', References(file).Order(StringComparer.Ordinal)));
        Assert.Equal(Table.OrderBy(p => p.Key), found.OrderBy(p => p.Key));
    }

    [Fact]
    public void The_default_build_knows_nothing_of_the_packages_that_not_every_feed_carries()
    {
        string[] packages = ["MQTTnet", "System.Device.Gpio", "Iot.Device.Bindings"];
        foreach (string project in Projects())
        {
            string locked = File.ReadAllText(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"));
            Assert.All(packages, p => Assert.DoesNotContain($"\"{p}\"", locked));
            Assert.All(
                XDocument.Load(project).Descendants().Where(IsOfCardPackages(packages)),
                item => Assert.True(IsOnlyWithCardPackages(item), $"{SourceTree.Name(project)}: {item}"));
        }

        XDocument central = XDocument.Load(Path.Combine(Checkout.Root, "Directory.Packages.props"));
        Assert.Equal(
            packages.Order(),
            central.Descendants("PackageVersion").Where(IsOnlyWithCardPackages)
                .Select(p => p.Attribute("Include")!.Value).Order());
#if !CARD_PACKAGES
        string[] built = [.. Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Select(f => Path.GetFileNameWithoutExtension(f))];
        Assert.Contains("Appliance.Edge", built);
        Assert.DoesNotContain("Appliance.Devices", built);
        Assert.All(packages, p => Assert.DoesNotContain(p, built));
#endif
    }

    [Fact]
    public void EveryProjectStandsInTheSolution()
    {
        string solution = File.ReadAllText(Path.Combine(Checkout.Root, "Appliance.sln"));
        string[] missing = [.. Projects().Select(p => Path.GetFileName(p)).Where(p => !solution.Contains(p))];
        Assert.Empty(missing);
    }

    [Fact]
    public void OnlyAppliance_LinuxMayUseUnsafeCode()
    {
        string[] unsafeProjects = [.. Projects()
            .Where(p => File.ReadAllText(p).Contains("AllowUnsafeBlocks"))
            .Select(p => Path.GetFileNameWithoutExtension(p)!)];
        Assert.Equal(["Appliance.Linux"], unsafeProjects);
    }

    [Fact]
    public void EveryPackageHasACentralVersionAndALockFile()
    {
        string central = File.ReadAllText(Path.Combine(Checkout.Root, "Directory.Packages.props"));
        foreach (string project in Projects())
        {
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), project);
            foreach (XElement package in XDocument.Load(project).Descendants("PackageReference"))
            {
                Assert.Null(package.Attribute("Version"));
                Assert.Contains($"\"{package.Attribute("Include")!.Value}\"", central);
            }
        }
    }

    private static Func<XElement, bool> IsOfCardPackages(string[] packages) => item =>
        item.Attribute("Include")?.Value is { } name
        && (packages.Contains(name) || name.EndsWith("/Appliance.Devices.csproj", StringComparison.Ordinal));

    private static bool IsOnlyWithCardPackages(XElement item) =>
        item.Parent?.Attribute("Condition")?.Value == "'$(CardPackages)' == 'true'";

    private static IEnumerable<string> Projects() => SourceTree.Files("*.csproj");

    private static IEnumerable<string> References(string project) => XDocument.Load(project)
        .Descendants("ProjectReference").Where(r => !IsOnlyWithCardPackages(r))
        .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)["Appliance.".Length..]);
}
