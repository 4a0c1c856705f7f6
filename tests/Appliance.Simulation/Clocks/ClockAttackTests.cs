using Xunit;

namespace Appliance.Simulation.Clocks;

public sealed class ClockAttackTests
{
    private const int LastsSeconds = 2000;

    [Theory]
    [InlineData(1000)]
    [InlineData(-13_700)]
    [InlineData(100_000)]
    [InlineData(10_000_000)]
    [InlineData(300_000_000)]
    public void A_step_is_found_within_three_seconds_and_nothing_said_stays_wrong(double stepNs)
    {
        foreach (ClockWorld world in ClockWorld.All)
        {
            AttackResult result = ClockScenarios.Attack(world, 1, LastsSeconds, _ => stepNs);

            Assert.InRange(result.DetectedAfter, 1, 3);
            Assert.Equal(0, result.Broken);
            Assert.Equal(0, result.WrongClassA);
        }
    }

    [Theory]
    [InlineData(1, 300)]
    [InlineData(10, 30)]
    [InlineData(100, 6)]
    public void A_pull_of_an_oven_oscillator_is_found_and_the_truth_stays_within_the_bound(double rate, int within)
    {
        AttackResult result = ClockScenarios.Attack(ClockWorld.Ocxo, 1, LastsSeconds, second => second * rate);

        Assert.InRange(result.DetectedAfter, 1, within);
        Assert.Equal(0, result.Broken);
        Assert.Equal(0, result.LiveBroken);
    }

    [Fact]
    public void A_step_that_ends_leads_back_to_a_lock()
    {
        ClockRun run = ClockWorld.Ocxo.Begin(2, scene: (long second, ref SecondEvents events) =>
            events.AttackNs = second is > 3700 and < 3900 ? 50_000 : 0);
        ClockTally tally = new();
        for (int i = 0; i < 5000; i++)
        {
            run.Step();
            tally.Take(run);
        }

        Assert.Equal(0, tally.BrokenInAll);
        Assert.Equal(Wire.ClockState.Locked, run.Estimator.State);
    }

    [Fact]
    public void Three_peers_end_the_trust_in_a_receiver_and_one_only_widens_the_bound()
    {
        ClockRun outvoted = WithPeers(3);
        ClockRun doubted = WithPeers(1);

        Assert.Equal(Wire.ClockState.Holdover, outvoted.Estimator.State);
        Assert.Equal(Wire.ClockState.Locked, doubted.Estimator.State);
        Assert.InRange(doubted.BoundNs, 20_000_000, 30_000_000);
    }

    private static ClockRun WithPeers(byte count)
    {
        ClockRun run = ClockWorld.Ocxo.Begin(2, scene: (long second, ref SecondEvents events) =>
        {
            events.Peers = (byte)(second > 4000 && second % 64 == 0 ? count : 0);
            events.PeerErrorNs = 20_000_000;
            events.PeerHalfNs = 5_000_000;
        });
        for (int i = 0; i < 4200; i++)
        {
            run.Step();
        }

        return run;
    }
}
