using System.Text.Json;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Icrctl;

/// <summary>Transcripts of <c>icrctl config</c>.</summary>
public sealed class ConfigVerbTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-config-");

    private string File1 => Path.Combine(folder.FullName, "appliance.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Transcript("icrctl config check")]
    [Fact]
    public void A_good_configuration_is_said_to_be_and_a_bad_one_by_its_line()
    {
        File.WriteAllText(File1, "{\n  \"batch\": { \"ageSeconds\": 5 }\n}\n");
        Outcome good = Programs.Icrctl("config", "check", File1);
        File.WriteAllText(File1, "{\n  \"batch\": { \"rowMax\": 5 }\n}\n");
        Outcome bad = Programs.Icrctl("config", "check", File1);

        Assert.Equal((0, $"{File1}: good\n", ""), (good.Code, good.Output, good.Error));
        Assert.Equal((2, ""), (bad.Code, bad.Output));
        Assert.StartsWith($"icrctl: {File1}: line 2: the key 'rowMax' is unknown", bad.Error);
    }

    [Transcript("icrctl config print")]
    [Fact]
    public void What_is_in_effect_is_printed_with_every_default_and_is_a_good_configuration_itself()
    {
        File.WriteAllText(File1, "{ \"batch\": { \"ageSeconds\": 5 } }");

        Outcome printed = Programs.Icrctl("config", "print", File1);
        File.WriteAllText(File1, printed.Output);
        Outcome again = Programs.Icrctl("config", "check", File1);

        Assert.Equal((0, ""), (printed.Code, printed.Error));
        using JsonDocument json = JsonDocument.Parse(printed.Output);
        Assert.Equal(5, json.RootElement.GetProperty("batch").GetProperty("ageSeconds").GetInt32());
        Assert.True(json.RootElement.TryGetProperty("traffic", out _));
        Assert.Equal((0, $"{File1}: good\n"), (again.Code, again.Output));
    }

    [Transcript("icrctl config devices")]
    [Fact]
    public void What_the_unit_must_allow_is_printed_for_the_devices_that_are_named_and_for_no_other()
    {
        File.WriteAllText(File1, """
            { "supervisor": { "line": "/dev/ttyAMA1" }, "clock": { "receiver": { "device": "/dev/ttyACM0" },
              "pulses": { "kind": "ptp", "device": "/dev/ptp0" } } }
            """);
        Outcome three = Programs.Icrctl("config", "devices", File1);
        File.WriteAllText(File1, "{ }");
        Outcome none = Programs.Icrctl("config", "devices", File1);

        Assert.Equal((0, "", """
            # /etc/systemd/system/appliance.service.d/devices.conf, for /dev/ttyAMA1, /dev/ttyACM0, /dev/ptp0.
            # Then: systemctl daemon-reload && systemctl restart appliance. Made by `icrctl config devices`.
            [Unit]
            # A class is known to the kernel, and so to the filter, once its driver is there.
            Wants=modprobe@cdc_acm.service modprobe@ptp.service
            After=modprobe@cdc_acm.service modprobe@ptp.service

            [Service]
            PrivateDevices=no
            DevicePolicy=closed
            DeviceAllow=char-ptp rw
            DeviceAllow=char-ttyACM rw
            DeviceAllow=char-ttyAMA rw
            SupplementaryGroups=dialout

            """), (three.Code, three.Error, three.Output));
        Assert.Equal(
            (0, "", "icrctl: the configuration names no device; the unit is enough as it is\n"),
            (none.Code, none.Output, none.Error));
    }
}
