using Appliance.Time;
using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>A record's bound = clock + stamp path + mirror delay, leg by leg.</summary>
public sealed class WirePathTests
{
    [Fact]
    public void A_records_bound_holds_the_moment_at_the_wire_on_each_leg()
    {
        StampPaths paths = Declared();

        (int stamps, int broken, double tap) =
            WirePathScenario.Run(WirePathScenario.Inside, WirePathScenario.Tap, paths, 1);
        Assert.True(stamps > 10_000);
        Assert.Equal(0, broken);
        Assert.InRange(tap, 100, 1000);
        (_, broken, double span) =
            WirePathScenario.Run(WirePathScenario.Outside, WirePathScenario.Span, paths, 1);
        Assert.Equal(0, broken);
        Assert.InRange(span, 200_000, 300_000);
    }

    [Fact]
    public void A_mirror_that_is_slower_than_declared_is_learned_from_joined_flows()
    {
        StampPaths paths = Declared();
        StampPath slow = WirePathScenario.Span with { Mirror = new DelayRange(3_000_000, 3_400_000) };
        (_, int broken, _) = WirePathScenario.Run(WirePathScenario.Outside, slow, paths, 2);
        Assert.True(broken > 10_000, "the declared path is too short: that must show");

        LearnedDelay learned = new(
            WirePathScenario.Inside, WirePathScenario.Outside, 3_060_000, 60_000, new DelayRange(0, 100_000));
        (int Leg, StampPath Path) wider = Assert.NotNull(paths.Learn(learned));
        Assert.Equal(WirePathScenario.Outside, wider.Leg);
        Assert.True(paths.TrySet(wider.Leg, wider.Path));
        (_, broken, _) = WirePathScenario.Run(WirePathScenario.Outside, slow, paths, 2);
        Assert.Equal(0, broken);
        Assert.Null(paths.Learn(learned));
    }

    [Fact]
    public void An_inside_mirror_that_is_slower_than_declared_is_named_as_the_inside_one()
    {
        StampPaths paths = Declared();
        (int Leg, StampPath Path) wider = Assert.NotNull(paths.Learn(new LearnedDelay(
            WirePathScenario.Inside, WirePathScenario.Outside, -5_000_000, 20_000, default)));

        Assert.Equal(WirePathScenario.Inside, wider.Leg);
        Assert.InRange(wider.Path.Mirror.ToNs, 5_000_000, 6_000_000);
    }

    [Fact]
    public void A_path_that_cannot_be_is_refused()
    {
        StampPaths paths = Declared();
        Assert.False(paths.TrySet(2, new StampPath(new DelayRange(-1, 5), default)));
        Assert.False(paths.TrySet(2, new StampPath(new DelayRange(5, 4), default)));
        Assert.False(paths.TrySet(64, WirePathScenario.Tap));
        Assert.Equal(paths[-1], paths[2]);
    }

    private static StampPaths Declared()
    {
        StampPaths paths = new(new StampPath(DelayRange.UpTo(1_000_000), default));
        Assert.True(paths.TrySet(WirePathScenario.Inside, WirePathScenario.Tap));
        Assert.True(paths.TrySet(WirePathScenario.Outside, WirePathScenario.Span));
        return paths;
    }
}
