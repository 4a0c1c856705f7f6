using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Time;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>What the configuration of the clock must keep, and what it means for bounds.</summary>
public sealed class ClockOptionsTests
{
    [Fact]
    public void Without_a_source_of_its_own_the_box_takes_the_kernels_clock()
    {
        Assert.True(ConfigurationFile.TryParse("{}", out ApplianceOptions options, out string problem), problem);

        Assert.False(options.Clock.HasSources);
        using BoxClock clock = new(options, null!, PulseLoop.OpenDevice, relay: null, isHandedOver: false);
        Assert.Equal("unset", clock.Status().State);
        Assert.Null(clock.Status().Detail);
    }

    [Fact]
    public void A_receiver_with_pulses_and_peers_beside_it_is_taken()
    {
        const string text = """
            { "clock": { "receiver": { "device": "/dev/ttyAMA0" }, "pulses": { "kind": "ptp", "device": "/dev/ptp0",
              "line": 1, "pin": 0 }, "oscillator": "tcxo", "peers": { "chrony": "/run/chrony/chronyd.sock" },
              "chronyFeed": "/run/chrony/appliance.sock", "leapFile": "/usr/share/zoneinfo/leap-seconds.list" } }
            """;

        Assert.True(ConfigurationFile.TryParse(text, out ApplianceOptions options, out string problem), problem);

        Assert.True(options.Clock.HasSources);
        Assert.False(options.Clock.IsPeersOnly);
        Assert.Contains("\"chronyFeed\": \"/run/chrony/appliance.sock\"", ConfigurationFile.Print(options));
    }

    [Fact]
    public void Peers_without_a_receiver_are_the_reference_themselves()
    {
        const string text = """{ "clock": { "peers": { "ptp": "/var/run/ptp4lro" } } }""";

        Assert.True(ConfigurationFile.TryParse(text, out ApplianceOptions options, out string problem), problem);

        Assert.True(ClockSettings.Of(options, null).PeersOnly);
    }

    [Fact]
    public void Marked_pulses_and_asymmetries_reach_the_engine_and_default_to_what_is_safe()
    {
        const string text = """
            { "clock": { "receiver": { "device": "/dev/ttyAMA0" },
              "pulses": { "kind": "gpio", "device": "/dev/gpiochip0", "markedByReceiver": true,
                "markLateNanoseconds": 0 },
              "peers": { "ptpAsymmetryNanoseconds": 100, "ntpAsymmetryNanoseconds": 7 } } }
            """;
        Assert.True(ConfigurationFile.TryParse("{}", out ApplianceOptions plain, out _));
        Assert.True(ConfigurationFile.TryParse(text, out ApplianceOptions options, out string problem), problem);

        ClockEngineOptions safe = ClockSettings.Of(plain, null);
        ClockEngineOptions told = ClockSettings.Of(options, null);
        Assert.Equal((false, 50_000u, 0u), (safe.PulsesAreMarked, safe.PtpAsymmetryNs, safe.NtpAsymmetryNs));
        Assert.Equal((true, 100u, 7u), (told.PulsesAreMarked, told.PtpAsymmetryNs, told.NtpAsymmetryNs));
        Assert.Equal((MarkCut.Unknown, new MarkCut(21, 0)), (safe.MarkCut, told.MarkCut));
    }

    [Theory]
    [InlineData("""{ "oscillator": "rubidium" }""", "clock.oscillator")]
    [InlineData("""{ "receiver": { "device": "a", "baud": 12345 } }""", "clock.receiver.baud")]
    [InlineData("""{ "receiver": { "kind": "sirf" } }""", "clock.receiver.kind")]
    [InlineData("""{ "receiver": { "device": "a" } }""", "clock.pulses.kind is none")]
    [InlineData("""{ "pulses": { "kind": "kernel", "device": "/dev/pps0" } }""", "clock.receiver.device is missing")]
    [InlineData(
        """{ "receiver": { "device": "a" }, "pulses": { "kind": "gpio" } }""", "clock.pulses.device is missing")]
    [InlineData("""{ "chronyFeed": "/run/feed" }""", "clock.chronyFeed has nothing to give")]
    [InlineData("""{ "peers": { "chrony": "a", "pollSeconds": 0 } }""", "clock.peers.pollSeconds")]
    [InlineData("""{ "log": { "days": 0 } }""", "clock.log.days")]
    [InlineData("""{ "stampPaths": [ { "interface": "eth9" } ] }""", "clock.stampPaths[0].interface is 'eth9'")]
    [InlineData(
        """{ "receiver": { "device": "supervisor", "kind": "as-is" } }""", "clock.receiver.device is supervisor")]
    [InlineData("""{ "pulses": { "markedByReceiver": true } }""", "clock.pulses.markedByReceiver")]
    [InlineData("""{ "pulses": { "markLateNanoseconds": 1001 } }""", "clock.pulses.markEarlyNanoseconds")]
    [InlineData("""{ "peers": { "ptpAsymmetryNanoseconds": 1000000001 } }""", "clock.peers: an asymmetry")]
    [InlineData("""{ "peers": { "ntpAsymmetryNanoseconds": 1000000001 } }""", "clock.peers: an asymmetry")]
    [InlineData("""{ "stampBoundMicroseconds": 1000001 }""", "clock.stampBoundMicroseconds")]
    public void What_cannot_work_is_refused_by_the_name_of_its_key(string clock, string key)
    {
        Assert.False(ConfigurationFile.TryParse($$"""{ "clock": {{clock}} }""", out _, out string problem));

        Assert.StartsWith(key, problem);
    }
}
