using Appliance.Journal;
using Appliance.Simulation.Flash;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.Simulation.Journal;

/// <summary>Flash that forgets, lies or cannot be read: said of the very place, and never taken for a frame.</summary>
public sealed class RotTests(ITestOutputHelper output)
{
    [Fact]
    public void One_bit_turned_anywhere_in_a_frame_is_said_and_the_other_frames_stay_whole()
    {
        (JournalScenario scenario, SimulatedFlash flash) = Finished(seed: 3);
        List<JournalFrame> before = Frames(flash);
        int turned = 0;
        foreach (JournalFrame frame in before)
        {
            foreach (long at in PlacesIn(frame, new Random(frame.Place.GetHashCode())))
            {
                SimulatedFlash harmed = flash.Clone();
                harmed.Rot(Name(frame), at, (int)(at % 8));
                CheckOneIsBad(before, Frames(harmed), frame, at);
                turned++;
            }
        }

        output.WriteLine($"{turned} bits turned over in {before.Count} frames of {scenario.Appended.Count} appended");
        Assert.True(turned > 500);
    }

    [Fact]
    public void A_flushed_write_that_never_arrived_is_a_missing_frame_or_a_gap_in_the_chain()
    {
        int said = 0;
        SimulatedFlash whole = new();
        new JournalScenario(4).Run(whole);
        for (int lost = 0; lost < whole.Operations; lost++)
        {
            JournalScenario scenario = new(4);
            SimulatedFlash flash = new() { LoseAt = lost };
            scenario.Run(flash);
            List<JournalFrame> frames = Frames(flash);
            HashSet<FrameLabel> there = [.. frames.Where(f => f.Verdict == FrameVerdict.Whole).Select(f => f.Label)];
            List<FrameLabel> missing = scenario.Promised.FindAll(label => !there.Contains(label));
            bool isSaid = frames.Exists(frame => frame.Verdict != FrameVerdict.Whole);
            // The last commit of a full segment leaves no trace in the frames, only a gap in the numbers of the chain.
            bool isGap = missing.TrueForAll(
                label => there.Any(l => l.Epoch == label.Epoch && l.Sequence > label.Sequence));
            Assert.True(isSaid || isGap || missing[0].Sequence == 11, $"lost write {lost}: unseen");
            said += missing.Count > 0 && isSaid ? 1 : 0;
        }

        output.WriteLine($"{said} lost writes noticed");
        Assert.True(said > 0);
    }

    [Fact]
    public void A_block_that_cannot_be_read_costs_its_frame_only()
    {
        (_, SimulatedFlash flash) = Finished(seed: 5);
        List<JournalFrame> before = Frames(flash);
        JournalFrame victim = before.First(frame => frame.Place.Length > 8192);
        flash.Spoil(Name(victim), (int)(victim.Place.Offset / Limits.BlockBytes) + 1);
        CheckOneIsBad(before, Frames(flash), victim, victim.Place.Offset);
    }

    [Fact]
    public void Rot_is_kept_through_the_next_start_and_named_in_its_report()
    {
        (JournalScenario scenario, SimulatedFlash flash) = Finished(seed: 6);
        List<JournalFrame> before = Frames(flash);
        JournalFrame victim = before[^2];
        Assert.Equal(before[^1].Place.Segment, victim.Place.Segment);
        flash.Rot(Name(victim), victim.Place.Offset + 100, 0);
        long length = flash.Length(Name(victim));

        scenario.RunAgain(flash, out RecoveryReport report);

        Assert.Equal(length, flash.Length(Name(victim)));
        Assert.Equal(
            $"segment {victim.Place.Segment} from {victim.Place.Offset}, {Limits.BlockBytes} bytes: "
            + "rotted, the payload is not what was written",
            report.Verdict);
        Assert.Contains(Frames(flash), frame => frame.Verdict == FrameVerdict.Rotted && frame.Label == victim.Label);
    }

    [Fact]
    public void Two_segments_with_their_names_exchanged_are_foreign_and_neither_is_written_over()
    {
        (JournalScenario scenario, SimulatedFlash flash) = Finished(seed: 7);
        ulong[] numbers = [.. SegmentName.All(flash)];
        (string last, string other) = (SegmentName.Of(numbers[^1]), SegmentName.Of(numbers[^2]));
        flash.Rename(last, "aside");
        flash.Rename(other, last);
        flash.Rename("aside", other);

        scenario.RunAgain(flash, out RecoveryReport report);

        Assert.Equal(2, report.Findings.Count(f => f.Words.StartsWith("foreign", StringComparison.Ordinal)));
        Assert.Equal(2, Frames(flash).Count(frame => frame.Verdict == FrameVerdict.Foreign));
    }

    private static (JournalScenario Scenario, SimulatedFlash Flash) Finished(int seed)
    {
        JournalScenario scenario = new(seed);
        SimulatedFlash flash = new();
        scenario.Run(flash);
        return (scenario, flash);
    }

    private static List<JournalFrame> Frames(SimulatedFlash flash) => [.. new JournalReader(flash).Frames()];

    private static string Name(JournalFrame frame) => SegmentName.Of(frame.Place.Segment);

    // Every bit of the header matters; of the body, its ends and a few places between, the padding included.
    private static IEnumerable<long> PlacesIn(JournalFrame frame, Random random)
    {
        long begin = frame.Place.Offset;
        long end = begin + FrameHeader.SpanOf(frame.Place.Length);
        return Enumerable.Range(0, FrameHeader.Bytes).Select(at => begin + at)
            .Concat([begin + FrameHeader.Bytes, end - 1])
            .Concat(Enumerable.Range(0, 4).Select(_ => random.NextInt64(begin, end)));
    }

    private static void CheckOneIsBad(List<JournalFrame> before, List<JournalFrame> after, JournalFrame victim, long at)
    {
        string how = $"bit turned at {victim.Place.Segment}:{at} in {victim.Label}";
        List<JournalFrame> whole = [.. after.Where(frame => frame.Verdict == FrameVerdict.Whole)];
        List<JournalFrame> expected = [.. before.Where(frame => frame.Place != victim.Place)];
        // What follows in the same last commit is torn with it; everything else is as it was.
        Assert.True(whole.TrueForAll(frame => expected.Exists(e => Same(e, frame))), $"{how}: something else was read");
        bool isSaid = after.Exists(frame => frame.Verdict != FrameVerdict.Whole && Covers(frame, victim));
        Assert.True(isSaid, $"{how}: not said");
        int torn = after.Count(frame => frame.Verdict == FrameVerdict.Torn && !Covers(frame, victim));
        Assert.True(whole.Count + torn == expected.Count, $"{how}: a frame vanished");
    }

    private static bool Same(JournalFrame one, JournalFrame other) =>
        one.Place == other.Place && one.Label == other.Label && one.Payload.Span.SequenceEqual(other.Payload.Span);

    private static bool Covers(JournalFrame bad, JournalFrame victim) =>
        bad.Place.Segment == victim.Place.Segment && bad.Place.Offset <= victim.Place.Offset
        && bad.Place.Offset + bad.Place.Length > victim.Place.Offset;
}
