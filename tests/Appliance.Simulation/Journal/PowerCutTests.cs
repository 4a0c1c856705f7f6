using Appliance.Journal;
using Appliance.Simulation.Flash;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation.Journal;

/// <summary>The journal is cut at every single operation and judged by the reader that ships.</summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    [Fact]
    public void Cut_at_every_operation_nothing_promised_is_lost_and_nothing_altered_is_accepted() =>
        Assert.True(CutAll(seeds: 2, coins: 8) > 1000);

    [FullFact]
    public void Cut_a_hundred_thousand_times_nothing_promised_is_lost_and_nothing_altered_is_accepted() =>
        Assert.True(CutAll(seeds: 42, coins: 24) >= 100_000);

    [Fact]
    public void Cut_again_in_every_operation_of_the_recovery_the_second_recovery_ends_the_same()
    {
        int cuts = 0;
        int operations = OperationsOf(seed: 1);
        for (int at = 0; at < operations; at++)
        {
            (_, SimulatedFlash left) = CutOnce(1, at, Arrival.Some, coins: at);
            SimulatedFlash probe = left.Clone();
            _ = JournalWriter.Open(probe, JournalScenario.Options, out _);
            for (int second = 0; second < probe.Operations; second++)
            {
                SimulatedFlash again = left.Clone();
                (again.CutAt, again.Arrival, again.Coins) = (second, Arrival.Some, new Random(second));
                Assert.Throws<PowerCutException>(() => JournalWriter.Open(again, JournalScenario.Options, out _));
                (JournalScenario scenario, _) = CutOnce(1, at, Arrival.Some, coins: at);
                CheckAll(scenario, again.AfterCut(), $"seed 1, cut {at}, second cut {second}");
                cuts++;
            }
        }

        output.WriteLine($"{cuts} cuts of recoveries");
        Assert.True(cuts > 50);
    }

    private int CutAll(int seeds, int coins)
    {
        int cuts = 0;
        for (int seed = 1; seed <= seeds; seed++)
        {
            int operations = OperationsOf(seed);
            for (int at = 0; at < operations; at++)
            {
                for (int coin = -2; coin < coins; coin++)
                {
                    Arrival arrival = coin switch { -2 => Arrival.None, -1 => Arrival.All, _ => Arrival.Some };
                    (JournalScenario scenario, SimulatedFlash left) = CutOnce(seed, at, arrival, coin);
                    CheckAll(scenario, left, $"seed {seed}, cut {at}, {arrival}, coins {coin}");
                    cuts++;
                }
            }
        }

        output.WriteLine($"{cuts} cuts");
        return cuts;
    }

    private static int OperationsOf(int seed)
    {
        SimulatedFlash flash = new();
        new JournalScenario(seed).Run(flash);
        return flash.Operations;
    }

    private static (JournalScenario Scenario, SimulatedFlash Left) CutOnce(int seed, int at, Arrival arrival, int coins)
    {
        JournalScenario scenario = new(seed);
        SimulatedFlash flash = new() { CutAt = at, Arrival = arrival, Coins = new Random(coins) };
        Assert.Throws<PowerCutException>(() => scenario.Run(flash));
        return (scenario, flash.AfterCut());
    }

    private static void CheckAll(JournalScenario scenario, SimulatedFlash left, string how)
    {
        Check(scenario, left, $"{how}, before recovery");
        scenario.RunAgain(left, out RecoveryReport report);
        Assert.True(report.Findings.All(finding => finding.Words.StartsWith("torn", StringComparison.Ordinal)), how);
        List<JournalFrame> frames = Check(scenario, left, $"{how}, after recovery ({report.Verdict})");
        Assert.True(frames.TrueForAll(frame => frame.Verdict == FrameVerdict.Whole), $"{how}: a bad frame is left");
    }

    private static List<JournalFrame> Check(JournalScenario scenario, SimulatedFlash flash, string how)
    {
        List<JournalFrame> frames = [.. new JournalReader(flash).Frames()];
        foreach (JournalFrame frame in frames.Where(frame => frame.Verdict == FrameVerdict.Whole))
        {
            bool same = frame.Payload.Span.SequenceEqual(scenario.Appended[frame.Label]);
            Assert.True(same, $"{how}: {frame.Label} altered");
        }

        Assert.True(frames.TrueForAll(f => f.Verdict is FrameVerdict.Whole or FrameVerdict.Torn), $"{how}: rot");
        List<JournalFrame> good = frames.FindAll(frame => frame.Verdict == FrameVerdict.Whole);
        List<FrameLabel> whole = [.. good.Where(frame => !frame.IsCopy).Select(frame => frame.Label)];
        HashSet<FrameLabel> there = [.. good.Select(frame => frame.Label)];
        Assert.True(scenario.Promised.TrueForAll(there.Contains), $"{how}: a promised frame is lost");
        HashSet<FrameLabel> promised = [.. scenario.Promised];
        Assert.Equal(scenario.Promised.Where(whole.Contains), whole.Where(promised.Contains));
        return frames;
    }
}
