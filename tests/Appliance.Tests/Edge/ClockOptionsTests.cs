using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Time;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>What the configuration of the clock must keep, and what it means for bounds.</summary>
public sealed class ClockOptionsTests
{
    private const string Legs = """
        "legs": [ { "interface": "in0", "leg": "inside" }, { "interface": "in1", "leg": "inside" },
        { "interface": "out0", "leg": "outside" } ]
        """;

    [Fact]
    public void Without_a_source_of_its_own_the_box_takes_the_kernels_clock()
    {
        Assert.True(ConfigurationFile.TryParse("{}", out ApplianceOptions options, out string problem), problem);

        Assert.False(options.Clock.HasSources);
        using BoxClock clock = new(options, null!, PulseLoop.OpenDevice, isHandedOver: false);
        Assert.IsType<KernelClock>(clock.Map);
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
    public void What_cannot_work_is_refused_by_the_name_of_its_key(string clock, string key)
    {
        Assert.False(ConfigurationFile.TryParse($$"""{ "clock": {{clock}} }""", out _, out string problem));

        Assert.StartsWith(key, problem);
    }

    [Fact]
    public void A_legs_bound_has_the_longest_path_that_its_times_can_have_come_by()
    {
        const string paths = """
            "stampPaths": [ { "interface": "in0", "stampMicroseconds": 5, "mirrorMicroseconds": 2 },
            { "interface": "out0", "stampMicroseconds": 50 } ]
            """;
        string text = $$"""{ {{Legs}}, "clock": { {{paths}} } }""";

        Assert.True(ConfigurationFile.TryParse(text, out ApplianceOptions options, out string problem), problem);

        // in0 has 7 us, out0 50, in1 the default of 1000: flows of in0 may be timed at out0, those of out0 anywhere.
        Assert.Equal(7u, ClockSettings.LeastPathUs(options));
        Assert.Equal([43u, 993u, 993u], ClockSettings.ExtraPathsUs(options));
        Assert.Equal(7_000u, ClockSettings.Of(options, null).StampPathNs);
    }
}
