using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>What no clock can see by itself, and what peers make of it.</summary>
public sealed class PullTests
{
    private const int Seconds = 20_000;

    [Fact]
    public void A_pull_below_the_oscillators_own_limits_is_not_seen_by_a_clock_alone_and_its_bound_does_not_hold()
    {
        PullResult result = PullScenarios.Run(ClockWorld.Ocxo, 0.3, 0, 0, Seconds);

        Assert.Equal((-1, Seconds), (result.SeenAfter, result.LastOutside));
        Assert.InRange(result.WorstOutsideNs, 5900, 6100);
    }

    [Fact]
    public void One_peer_sees_it_once_it_leaves_its_interval_and_no_larger_error_is_ever_outside_the_bound()
    {
        const long HalfNs = 1000;
        PullResult result = PullScenarios.Run(ClockWorld.Ocxo, 0.3, 1, HalfNs, Seconds);

        Assert.InRange(result.SeenAfter, 1, (int)(2 * HalfNs / 0.3));
        Assert.InRange(result.WorstOutsideNs, 1, 2 * HalfNs);
        Assert.InRange(result.LastOutside, 1, Seconds / 2);
    }
}
