using Appliance.Edge.Clocks;
using Appliance.Edge.Pipeline;
using Appliance.Time;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge.Clocks;

/// <summary>Batches, restarts and events of a box whose clock others set.</summary>
public sealed class SmallBoxTests : IDisposable
{
    private const long SecondNs = SmallBox.SecondNs;
    private const long HourNs = 3600 * SecondNs;
    private readonly SmallBox box = new("""
        "clock": { "stampPaths": [ { "interface": "in0", "stampMicroseconds": 10 },
          { "interface": "out0", "stampMicroseconds": 10 } ] },
        """);

    public void Dispose() => box.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(-HourNs)]
    public void A_batch_grows_old_by_the_time_that_passes_whatever_the_clock_says(long stepNs)
    {
        BoxPipeline run = box.Begin();
        run.Drain(SmallBox.StartNs);
        box.AddRow(At(0));
        box.Clock.LaterNs = stepNs;
        run.Drain(SmallBox.StartNs + (4 * SecondNs));
        Assert.Equal(0, run.Batches);

        run.Drain(SmallBox.StartNs + (5 * SecondNs));
        Assert.Equal(1, run.Batches);
    }

    [Fact]
    public void A_gap_between_two_runs_of_a_clock_that_went_on_is_known()
    {
        Record();
        Assert.Equal((3000.0, null), box.Begin().NoteRestart(SmallBox.StartNs + (4 * SecondNs), isHandedOver: false));
        ManifestGap gap = Assert.Single(EndAndRead().Gaps);
        Assert.Equal((At(1), At(4), GapCause.Restart), (gap.From, gap.To, gap.Cause));
        Assert.Empty(box.Manifests()[^1].Events);
    }

    [Fact]
    public void A_start_before_the_last_record_is_a_gap_without_a_length_and_says_so()
    {
        Record();
        box.Clock.LaterNs = -HourNs;
        (double? ms, string? doubt) = box.Begin().NoteRestart(SmallBox.StartNs + (4 * SecondNs), isHandedOver: false);
        Assert.Null(ms);
        Manifest told = EndAndRead();
        Assert.Equal(told.Gaps[0].From, told.Gaps[0].To);
        ManifestEvent said = Assert.Single(told.Events);
        Assert.Equal((EventKind.Clock, doubt), (said.Kind, said.Text));
        Assert.EndsWith("is not known: the clock stands 3597000 ms before the last record", said.Text);
    }

    [Fact]
    public void A_start_with_a_clock_that_is_not_set_says_that_the_gap_is_not_known()
    {
        Record();
        box.Clock.State = ClockState.Unset;
        (double? ms, string? doubt) = box.Begin().NoteRestart(SmallBox.StartNs + (4 * SecondNs), isHandedOver: false);
        Assert.Equal(3000.0, ms);
        Assert.EndsWith("the clock was not set", doubt);
        Assert.Equal(doubt, Assert.Single(EndAndRead().Events).Text);
    }

    [Fact]
    public void A_process_that_took_over_tells_of_no_gap()
    {
        Record();
        Assert.Equal((0.0, null), box.Begin().NoteRestart(SmallBox.StartNs + SecondNs, isHandedOver: true));
        Manifest told = EndAndRead();
        Assert.Empty(told.Gaps);
        Assert.Equal(EventKind.Administration, Assert.Single(told.Events).Kind);
    }

    [Fact]
    public void Two_mirrors_that_are_slow_while_the_manifest_is_full_are_both_told_in_the_end()
    {
        BoxPipeline run = box.Begin();
        using BoxClock clock = new(
            box.Options, box.Keys, _ => throw new IOException("none"), null, isHandedOver: false);
        while (run.TryNote(new ManifestEvent(At(0), EventKind.Administration, "full")))
        {
        }

        LearnedDelay[] slow =
        [
            new(0, 1, 3_000_000, 10_000, new DelayRange(-1_000_000, 1_000_000)),
            new(0, 1, -9_000_000, 10_000, new DelayRange(-1_000_000, 1_000_000)),
        ];
        clock.Learn(slow, SmallBox.StartNs, run);
        run.Close();
        clock.EachSecond(SmallBox.StartNs, run);
        clock.Learn(slow, SmallBox.StartNs, run);

        string[] told = [.. EndAndRead().Events.Where(told => told.Kind == EventKind.Clock).Select(told => told.Text)];
        Assert.Contains(told, text => text.Contains("legs[0]", StringComparison.Ordinal));
        Assert.Contains(told, text => text.Contains("legs[1]", StringComparison.Ordinal));
    }

    private static TaiTime At(int second) =>
        LeapSeconds.ToTai((SmallBox.StartNs + (second * SecondNs)) / 1000);

    // A run whose last batch ends at its first second.
    private void Record()
    {
        BoxPipeline run = box.Begin();
        run.Drain(SmallBox.StartNs);
        box.AddRow(At(1));
        box.End();
    }

    private Manifest EndAndRead()
    {
        box.End();
        return box.Manifests()[^1];
    }
}
