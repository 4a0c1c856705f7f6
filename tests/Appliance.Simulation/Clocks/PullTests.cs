using Appliance.Time.Estimation;
using Appliance.Wire;
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

    [Theory]
    [InlineData("ocxo", 0.3, 1000)]
    [InlineData("tcxo", 3, 1000)]
    [InlineData("xo", 10, 1000)]
    [InlineData("xo", 10, 75_000)]
    public void Pulses_that_three_peers_outvoted_are_not_believed_again_and_nothing_said_since_is_wrong(
        string oscillator, double rate, long halfNs)
    {
        ClockWorld world = ClockWorld.All.Single(each => each.Model == OscillatorModel.Named(oscillator));
        PullResult result = PullScenarios.Run(world, rate, 3, halfNs, Seconds);

        Assert.InRange(result.SeenAfter, 1, (int)(2 * halfNs / rate));
        Assert.InRange(result.LastOutside, 0, result.SeenAfter);
        Assert.InRange(result.WorstOutsideNs, 0, 2 * halfNs);
    }

    [Fact]
    public void Pulses_that_were_outvoted_and_came_back_to_the_truth_are_believed_after_an_hour_of_agreement()
    {
        const int PullAt = 8000;
        const int BackAt = 16_000;
        ClockNoise noise = new(7);
        foreach ((ClockWorld world, double rate) in
            new[] { (ClockWorld.Xo, 10.0), (ClockWorld.Tcxo, 3.0), (ClockWorld.Ocxo, 0.3) })
        {
            ClockRun run = world.Begin(4, scene: (long second, ref SecondEvents events) =>
            {
                events.AttackNs = second is > PullAt and <= BackAt ? (second - PullAt) * rate : 0;
                events.Peers = (byte)(second % 16 == 0 ? 3 : 0);
                events.PeerHalfNs = 1000;
                events.PeerErrorNs = 800 * ((2 * noise.Uniform()) - 1);
            });
            int outvoted = 0;
            int lockedAgain = 0;
            for (int i = 1; i <= BackAt + 4000; i++)
            {
                run.Step();
                bool isOutvoted = (run.Estimator.Checks & Checks.Peers) != 0;
                outvoted = outvoted == 0 && isOutvoted ? i : outvoted;
                bool isLocked = run.Estimator.State == ClockState.Locked;
                Assert.False(outvoted > 0 && i <= BackAt + 3000 && isLocked, $"{world.Plant.Name} at {i}");
                Assert.False(i > BackAt && Math.Abs(run.LateErrorNs) > run.LateBoundNs, $"{world.Plant.Name} at {i}");
                lockedAgain = lockedAgain == 0 && i > BackAt && isLocked ? i : lockedAgain;
            }

            Assert.InRange(lockedAgain, BackAt + 3000, BackAt + 4000);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Trust_that_goes_back_to_before_a_long_holdover_claims_no_table_for_the_time_between(int seed)
    {
        const int CutAt = 20_000;
        const int BackAt = CutAt + 21_600;
        const int SpoofedAt = BackAt + 45;
        ClockRun run = ClockWorld.Tcxo.Begin(seed, scene: (long second, ref SecondEvents events) =>
        {
            events.IsCut = second is > CutAt and <= BackAt;
            events.Checks = second > SpoofedAt ? Checks.Spoofing : Checks.None;
        });
        for (int i = 1; i <= SpoofedAt + 600; i++)
        {
            run.Step();
            Assert.True(i != SpoofedAt || run.Estimator.State == ClockState.Locked, "it was not locked again");
            Assert.True(Math.Abs(run.ErrorNs) <= run.BoundNs, $"seed {seed}, {i}: {run.ErrorNs} of {run.BoundNs} ns");
        }

        Assert.Equal(ClockState.Holdover, run.Estimator.State);
    }
}
