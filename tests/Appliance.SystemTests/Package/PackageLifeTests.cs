using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Package;

/// <summary>
/// The amd64 packages in a fresh Debian 12: installed, started, upgraded, removed, purged. systemd does not run there:
/// the test does for the daemon what its unit says - user, capabilities, folder in /run - and nothing more.
/// </summary>
[Collection(SharedPackages.Name)]
public sealed class PackageLifeTests(PackageFixture fixture, ITestOutputHelper output)
{
    private const string Configuration = "/etc/appliance/appliance.json";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly BuiltPackages packages = fixture.Packages;

    [RootFact("mmdebstrap", "dpkg-deb", "unshare", "ip", "ping")]
    public void A_box_is_installed_started_upgraded_removed_and_purged()
    {
        string[] debs =
            [packages.Of("appliance:amd64"), packages.Make("0.1.1~test", "appliance:amd64")];
        DebianRoot debian = Open();
        SortedSet<string> before = debian.Paths();
        string people = PeopleOf(debian);

        string said = debian.Must("dpkg", "-i", debian.Bring(debs[0]));
        Assert.Contains("not configured yet", said);
        Assert.Equal("", debian.Must("dpkg", "--verify", "appliance"));
        Assert.Equal("enabled", debian.Must("systemctl", "is-enabled", "appliance.service").Trim());
        Told("installed");

        Configure(debian);
        string device = RunDaemon(debian);
        string keys = File.ReadAllText(debian.File("/etc/appliance/keyset.json"));
        string configured = File.ReadAllText(debian.File(Configuration));
        File.AppendAllText(debian.File("/etc/chrony/conf.d/appliance.conf"), "# ours\n");
        Told("started and stopped");

        debian.Must("dpkg", "--force-confold", "-i", debian.Bring(debs[1]));
        Assert.Equal(keys, File.ReadAllText(debian.File("/etc/appliance/keyset.json")));
        Assert.Equal(configured, File.ReadAllText(debian.File(Configuration)));
        Assert.EndsWith("# ours\n", File.ReadAllText(debian.File("/etc/chrony/conf.d/appliance.conf")));
        Assert.Equal(device, RunDaemon(debian));
        string verified = debian.Must("icrctl", "verify", "/var/lib/appliance/journal", "--keys", "/etc/appliance");
        Assert.Contains("epochs 2,", verified);
        Told("upgraded, started again");

        debian.Must("dpkg", "--remove", "appliance");
        Assert.Equal(keys, File.ReadAllText(debian.File("/etc/appliance/keyset.json")));
        Assert.NotEmpty(Segments(debian));
        Assert.False(File.Exists(debian.File("/usr/bin/icrctl")));

        Assert.Contains("sealed records stay", debian.Must("dpkg", "--purge", "appliance"));
        Assert.NotEmpty(Segments(debian));
        Assert.False(Directory.Exists(debian.File("/etc/appliance")));

        debian.Must("dpkg", "-i", debian.Bring(debs[1]));
        File.WriteAllText(debian.File("/etc/appliance/purge-records"), "");
        debian.Must("dpkg", "--purge", "appliance");
        Assert.Empty(debian.Paths().Except(before));
        Assert.Equal(people, PeopleOf(debian));
        Told("purged");
    }

    [RootFact("mmdebstrap", "dpkg-deb", "unshare", "ip")]
    public void A_store_is_installed_with_three_users_and_purged()
    {
        string deb = packages.Of("appliance-store:amd64");
        DebianRoot debian = Open();
        SortedSet<string> before = debian.Paths();
        string people = PeopleOf(debian);

        debian.Must("dpkg", "-i", debian.Bring(deb));
        Assert.Equal("", debian.Must("dpkg", "--verify", "appliance-store"));
        foreach (string user in (string[])["appliance-store", "appliance-warden", "appliance-witness"])
        {
            Assert.Equal($"{user} 700", debian.Must("stat", "-c", "%U %a", $"/var/lib/{user}").Trim());
        }

        foreach (string unit in (string[])["store", "warden", "witness", "console"])
        {
            // None is enabled: who holds which keys decides it.
            Assert.Equal(
                "disabled", debian.In("systemctl", "is-enabled", $"appliance-{unit}.service").Output.Trim());
        }

        Assert.Contains("warden", debian.Must("retention", "--help"));
        Assert.Contains("warden", debian.Must("bash", "-c", Complete("retention", "retention w")));
        File.WriteAllText(debian.File("/var/lib/appliance-store/store.db"), "records");
        Assert.Contains("/var/lib/appliance-store stays", debian.Must("dpkg", "--purge", "appliance-store"));
        Assert.True(File.Exists(debian.File("/var/lib/appliance-store/store.db")));

        debian.Must("dpkg", "-i", debian.Bring(deb));
        File.WriteAllText(debian.File("/etc/appliance-store/purge-records"), "");
        debian.Must("dpkg", "--purge", "appliance-store");
        Assert.Empty(debian.Paths().Except(before));
        Assert.Equal(people, PeopleOf(debian));
        Told("store purged");
    }

    private DebianRoot Open()
    {
        DebianRoot debian = fixture.Debian;
        Told("Debian made");
        return debian;
    }

    // As the field guide says it: provision, put the device's part into /etc/appliance, name the installed places.
    private static void Configure(DebianRoot debian)
    {
        debian.Must("icrctl", "provision", "--out", "/box", "--inside", "in0", "--outside", "out0");
        JsonNode options = JsonNode.Parse(File.ReadAllText(debian.File("/box/device/appliance.json")))!;
        options["journal"]!["path"] = "/var/lib/appliance/journal";
        options["admin"]!["socket"] = "/run/appliance/admin.sock";
        options["keys"] = "/etc/appliance/keyset.json";
        options["capture"]!["ratedPacketsPerSecond"] = 1000;
        options["batch"]!["ageSeconds"] = 1;
        foreach (string file in (string[])["ca.pem", "device.pem", "device.key", "keyset.json"])
        {
            debian.Must("install", "-m", "640", "-g", "appliance", $"/box/device/{file}", $"/etc/appliance/{file}");
        }

        (string Key, string File)[] uplink =
            [("caFile", "ca.pem"), ("certificateFile", "device.pem"), ("keyFile", "device.key")];
        foreach ((string key, string file) in uplink)
        {
            options["uplink"]![key] = $"/etc/appliance/{file}";
        }

        File.WriteAllText(debian.File(Configuration), options.ToJsonString());
        debian.Must("icrctl", "config", "check", Configuration);
        debian.Must("rm", "-r", "/box");
    }

    /// <summary>Starts the daemon as its unit says, asks it with the installed icrctl, and stops it.</summary>
    /// <returns>The device that it says it is.</returns>
    private static string RunDaemon(DebianRoot debian)
    {
        string[] unit = File.ReadAllLines(debian.File("/usr/lib/systemd/system/appliance.service"));
        string user = Setting(unit, "User");
        IEnumerable<string> capabilities = Setting(unit, "AmbientCapabilities").Split(' ')
            .Select(name => "+" + name["CAP_".Length..].ToLowerInvariant());
        string set = "-all," + string.Join(',', capabilities);
        debian.Must("install", "-d", "-m", "750", "-o", user, "-g", user, "/run/appliance");
        using BedProcess daemon = debian.Start(
        [
            "env", Setting(unit, "Environment"), "setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups",
            $"--inh-caps={set}", $"--ambient-caps={set}", $"--bounding-set={set}", "--no-new-privs",
            .. Setting(unit, "ExecStart").Split(' '),
        ]);
        JsonElement status = WaitForStatus(debian, daemon);
        debian.SendFrames();
        status = Status(debian) ?? status;
        JsonElement[] legs = [.. status.GetProperty("legs").EnumerateArray()];
        Assert.Equal(2, legs.Length);
        Assert.All(legs, leg => Assert.True(leg.GetProperty("received").GetInt64() > 0, leg.ToString()));
        BedProcess.Signal("TERM", daemon.Id);
        Assert.True(daemon.Wait(StartLimit), "the daemon does not end");
        Assert.True(daemon.ExitCode == 0, $"{daemon.ExitCode}: {daemon.Errors}");
        debian.Must("rm", "-r", "/run/appliance");
        return status.GetProperty("device").GetString()!;
    }

    private static JsonElement WaitForStatus(DebianRoot debian, BedProcess daemon)
    {
        var total = Stopwatch.StartNew();
        while (total.Elapsed < StartLimit && !daemon.HasExited)
        {
            if (Status(debian) is JsonElement status)
            {
                return status;
            }
        }

        throw new InvalidOperationException($"the daemon does not answer: {daemon.Errors}");
    }

    private static JsonElement? Status(DebianRoot debian)
    {
        Outcome outcome = debian.In("icrctl", "status", "--json");
        return outcome.Code is 0 or 1 && outcome.Output.Length > 0
            ? JsonDocument.Parse(outcome.Output).RootElement
            : null;
    }

    private static string Setting(string[] unit, string name) =>
        unit.Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    // What bash would offer after the words, through the installed completion.
    private static string Complete(string command, string line) =>
        $"complete() {{ :; }}; . /usr/share/bash-completion/completions/{command}; COMP_LINE='{line}'; "
        + $"COMP_POINT={line.Length}; COMP_WORDS=({line}); COMP_CWORD=1; _{command}; "
        + "printf '%s\\n' \"${COMPREPLY[@]}\"";

    private static string[] Segments(DebianRoot debian) =>
        Directory.GetFiles(debian.File("/var/lib/appliance/journal"), "segment-*.icr");

    private static string PeopleOf(DebianRoot debian) =>
        File.ReadAllText(debian.File("/etc/passwd")) + File.ReadAllText(debian.File("/etc/group"));

    private void Told(string what) => output.WriteLine($"{watch.Elapsed.TotalSeconds,6:F1} s  {what}");
}
