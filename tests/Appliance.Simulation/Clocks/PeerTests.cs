using Appliance.TestSupport;
using Appliance.Time;
using Appliance.Wire;
using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>A box without sky: PTP alone, NTP alone.</summary>
public sealed class PeerTests
{
    [Fact]
    public void The_bound_by_peers_alone_holds_while_they_answer_and_when_they_are_lost()
    {
        foreach (PeerWorld world in PeerWorld.All)
        {
            for (int seed = 1; seed <= (FullRun.IsOn ? 10 : 1); seed++)
            {
                PeerResult result = PeerScenarios.Lost(world, seed, FullRun.IsOn ? 100_000 : 10_000);

                Assert.True(
                    result.Tally.BrokenInAll == 0, $"{world.Name}, seed {seed}: {result.Tally.Describe()}");
                Assert.True(result.Tally.Samples(ClockState.Holdover) > 0, $"{world.Name}, seed {seed}");
            }
        }
    }

    [Theory]
    [InlineData(1e6)]
    [InlineData(2e7)]
    [InlineData(1e9)]
    public void One_liar_of_three_moves_nothing_and_is_named_once_it_is_beyond_the_others(double lieNs)
    {
        PeerResult ptp = PeerScenarios.Lie(PeerWorld.PtpThree, 1, 7000, _ => lieNs);
        PeerResult ntp = PeerScenarios.Lie(PeerWorld.NtpThree, 1, 7000, _ => lieNs);

        Assert.Equal((0, 0), (ptp.Tally.BrokenInAll, ntp.Tally.BrokenInAll));
        Assert.InRange(ptp.DetectedAfter, 1, 5);
        Assert.True(lieNs < 2e7 ? ntp.DetectedAfter == -1 : ntp.DetectedAfter is > 0 and <= 128);
    }

    [Fact]
    public void A_lone_peer_that_lies_within_its_bound_is_not_seen_and_one_that_jumps_is()
    {
        PeerResult hidden = PeerScenarios.Lie(PeerWorld.Ntp, 1, 7000, _ => 1e6);
        PeerResult jump = PeerScenarios.Lie(PeerWorld.Ptp, 1, 7000, _ => 1e6);

        Assert.Equal(-1, hidden.DetectedAfter);
        Assert.InRange(jump.DetectedAfter, 1, 5);
        Assert.True(jump.Tally.BrokenInAll > 0, "what a lone peer says is believed in the end");
    }

    [Fact]
    public void Every_bound_by_peers_alone_is_computed_again_bit_for_bit()
    {
        PeerRun run = new(PeerWorld.NtpThree, Plant.Xo, "xo", 4);
        List<byte> file = [.. run.Engine.BeginLogFile()];
        for (int i = 0; i < 3000; i++)
        {
            file.AddRange(run.Step());
        }

        AnchorVerdict verdict = AnchorFile.Check([.. file]);
        Assert.True(verdict.IsWhole, verdict.Problem);
        Assert.Equal(3000, verdict.Seconds);
    }
}
