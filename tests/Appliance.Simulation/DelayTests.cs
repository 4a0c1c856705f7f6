using System.Globalization;
using Appliance.Flow;
using Appliance.Lab.Traffic;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation;

/// <summary>
/// The delay between the legs as the engine learns it, against the delay that the generator put between them: how
/// close, how soon after a step, and that nothing but a step is called one.
/// </summary>
public sealed class DelayTests(ITestOutputHelper output)
{
    private const double NsPerSecond = 1e9;

    // Half a second of window, three intervals of 64 joined flows at some 400 a second, and what lay in between.
    private const double AgainSecondsMax = 3;

    // The delay is told as it was when the middle flow of the last interval began: so much drift lies between.
    private const double LagSeconds = 1.5;

    private static readonly Dictionary<string, (TrafficPlan Plan, ulong Steps)> Cases = new()
    {
        ["0.8 ms"] = (Of(201), 0),
        ["outside 400 ms late"] = (Of(202) with { DelayMs = 400 }, 0),
        ["outside 400 ms early"] = (Of(203) with { DelayMs = -400 }, 0),
        ["drifts up through zero"] = (Of(204) with { DelayMs = -50, DriftMsPerSecond = 5 }, 0),
        ["drifts down through zero"] = (Of(205) with { DelayMs = 50, DriftMsPerSecond = -5 }, 0),
        ["steps by 300 ms and back by 350"] = (Of(206) with
        {
            StepMs = 300, StepSeconds = 7, NextStepMs = -350, NextStepSeconds = 14,
        }, 2),
        ["steps down by 350 ms"] = (Of(207) with { DelayMs = 100, StepMs = -350, StepSeconds = 10 }, 1),
        ["steps by 5 ms"] = (Of(208) with { StepMs = 5, StepSeconds = 10 }, 1),
        ["jitter of 20 ms"] = (Of(209) with { DelayMs = 30, JitterMs = 20 }, 0),
        ["5 % lost, twice and late, steps by 200 ms"] = (Of(210) with
        {
            LossInside = 0.05, LossOutside = 0.05, Duplication = 0.02, Reordering = 0.02, StepMs = 200,
            StepSeconds = 10,
        }, 1),
        ["outside leg silent for 5 s"] = (Of(211) with { DelayMs = 20, SilentOutsideSeconds = (8, 13) }, 0),
        ["steps by 200 ms while the inside leg is silent"] = (Of(212) with
        {
            StepMs = 200, StepSeconds = 10, SilentInsideSeconds = (8, 13),
        }, 1),
        ["5 % of flows imitated by another line at once"] = (Of(213) with
        {
            DelayMs = -30, ImitationShare = 0.05,
        }, 0),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_delay_follows_the_truth_and_every_step_is_noticed(string name)
    {
        (TrafficPlan plan, ulong steps) = Cases[name];
        List<Sample> samples = Run(plan);
        Sample last = samples[^1];
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {last.Reading.State} {last.Reading.DelayUs} us (truth {Truth(plan, last.Seconds):F0}), spread "
            + $"{last.Reading.SpreadUs} us, drift {last.Reading.DriftPpm} ppm, {last.Reading.Samples} flows, "
            + $"{last.Reading.Steps} steps; longest away {samples.Max(s => Away(plan, s)):F2} s"));
        string repeat = $"{name}, seed {plan.Seed}";
        Assert.True(last.Reading.State == LegDelayState.Learned, repeat);
        Assert.True(last.Reading.Steps == steps, $"{repeat}: {last.Reading.Steps} steps for {steps}");
        Assert.True(last.Reading.Samples > (ulong)plan.Flows / 3, $"{repeat}: {last.Reading.Samples} flows");
        AssertFollows(plan, samples, repeat);
        if (plan.DriftMsPerSecond != 0)
        {
            double wanted = plan.DriftMsPerSecond * 1000;
            Assert.True(Math.Abs(last.Reading.DriftPpm - wanted) < 500, $"{repeat}: {last.Reading.DriftPpm} ppm");
        }
    }

    [Fact]
    public void The_counters_tell_either_sign()
    {
        ulong[] late = Counters(Of(202) with { DelayMs = 400 });
        ulong[] early = Counters(Of(203) with { DelayMs = -400 });
        Assert.InRange(late[(int)Wire.Counter.LegDelayLateUs], 399_500UL, 400_500UL);
        Assert.Equal(0UL, late[(int)Wire.Counter.LegDelayEarlyUs]);
        Assert.InRange(early[(int)Wire.Counter.LegDelayEarlyUs], 399_500UL, 400_500UL);
        Assert.Equal(0UL, early[(int)Wire.Counter.LegDelayLateUs]);
        Assert.InRange(early[(int)Wire.Counter.LegDelaySpreadUs], 1UL, 1000UL);
        Assert.True(late[(int)Wire.Counter.LegDelaySamples] > 3000);
    }

    // Away from the truth only within a bounded time of the start, of a step, and of the end of a silence.
    private static void AssertFollows(TrafficPlan plan, List<Sample> samples, string repeat)
    {
        foreach (Sample sample in samples)
        {
            double away = Away(plan, sample);
            Assert.True(away <= AgainSecondsMax, string.Create(
                CultureInfo.InvariantCulture,
                $"{repeat}: after {sample.Seconds:F1} s it says {sample.Reading.DelayUs} us, truth is "
                + $"{Truth(plan, sample.Seconds):F0} us for {away:F1} s"));
        }
    }

    /// <summary>Seconds since what made a reading that is off; 0 where it is right.</summary>
    private static double Away(TrafficPlan plan, in Sample sample)
    {
        double allowedUs = 500 + (1000 * ((plan.JitterMs / 2) + (Math.Abs(plan.DriftMsPerSecond) * LagSeconds)));
        double error = sample.Reading.DelayUs - Truth(plan, sample.Seconds);
        bool isRight = sample.Reading.State == LegDelayState.Learned && Math.Abs(error) <= allowedUs;
        double since = 0;
        foreach (double moment in new[]
            { plan.StepSeconds, plan.NextStepSeconds, plan.SilentInsideSeconds.To, plan.SilentOutsideSeconds.To })
        {
            since = moment <= sample.Seconds ? Math.Max(since, moment) : since;
        }

        bool isSilent = IsIn(plan.SilentInsideSeconds, sample.Seconds)
            || IsIn(plan.SilentOutsideSeconds, sample.Seconds);
        return isRight || isSilent ? 0 : sample.Seconds - since;
    }

    private static bool IsIn((double From, double To) range, double at) => at >= range.From && at < range.To;

    private static double Truth(TrafficPlan plan, double seconds) => 1000 * (plan.DelayMs
        + (plan.DriftMsPerSecond * seconds) + (seconds >= plan.StepSeconds ? plan.StepMs : 0)
        + (seconds >= plan.NextStepSeconds ? plan.NextStepMs : 0));

    private static List<Sample> Run(TrafficPlan plan)
    {
        List<Sample> samples = [];
        double next = AgainSecondsMax;
        Play(plan, engine =>
        {
            double seconds = (engine.NowNs - plan.StartNs) / NsPerSecond;
            if (seconds >= next && engine.LegDelays.Length == 1)
            {
                samples.Add(new Sample(seconds, engine.LegDelays[0]));
                next = seconds + 0.05;
            }
        });
        return samples;
    }

    private static ulong[] Counters(TrafficPlan plan)
    {
        ulong[] counters = [];
        Play(plan, engine => counters = engine.Counters.ToArray());
        return counters;
    }

    private static void Play(TrafficPlan plan, Action<FlowEngine> look)
    {
        using TwoLegTraffic traffic = new(plan, keepTruth: false);
        RecordQueue queue = new(1 << 16);
        FlowEngine engine = new(ScenarioNet.ForEngine(plan, traffic.Families), queue, EngineRun.Key);
        LegMerge merge = new(engine, traffic.Inside, traffic.Outside);
        double end = plan.Flows / plan.FlowsPerSecond;
        while (merge.Step() != MergeStep.End && (engine.NowNs - plan.StartNs) / NsPerSecond < end)
        {
            queue.Release(queue.Peek().Length);
            look(engine);
        }
    }

    private static TrafficPlan Of(ulong seed) => new() { Seed = seed, Flows = 10_000, PacketsMean = 8 };

    private readonly record struct Sample(double Seconds, LegDelayReading Reading);
}
