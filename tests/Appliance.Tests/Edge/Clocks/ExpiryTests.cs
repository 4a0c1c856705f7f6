using Appliance.Edge.Clocks;
using Appliance.Edge.Pipeline;
using Appliance.Time;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge.Clocks;

/// <summary>By which time the flash forgets, and that what is lost so is told.</summary>
public sealed class ExpiryTests : IDisposable
{
    private const long SecondNs = SmallBox.SecondNs;
    private const long DayNs = 86_400 * SecondNs;
    private readonly SmallBox box = new();
    private readonly string folder = Directory.CreateTempSubdirectory("forgets-").FullName;
    private long line = SmallBox.StartNs;
    private long later;

    public void Dispose()
    {
        box.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_clock_that_is_not_set_forgets_nothing()
    {
        ExpiryClock clock = new(folder);
        Assert.Null(clock.Take(Reading() with { State = ClockState.Unset, BoundUs = ClockReading.Unbounded }, line));
        Assert.Null(clock.Problem);
        Assert.Equal(Now(), clock.Take(Reading(), line));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(26_000)]
    public void A_jump_ahead_is_believed_after_a_week_of_running_and_said_until_then(int days)
    {
        ExpiryClock clock = new(folder);
        clock.Take(Reading(), line);
        TaiTime certain = Now();
        later = days * DayNs;
        for (int hour = 1; hour < 7 * 24; hour++)
        {
            line += DayNs / 24;
            long passedUs = hour * DayNs / 24 / 1000;
            Assert.Equal(certain.Microseconds + passedUs, clock.Take(Reading(), line)!.Value.Microseconds);
            Assert.Contains($"{days} days ahead", clock.Problem);

            // A restart takes nothing away.
            clock = hour % 30 == 0 ? new ExpiryClock(folder) : clock;
            clock.Take(Reading(), line);
        }

        line += DayNs / 4;
        Assert.Equal(Now(), clock.Take(Reading(), line));
        Assert.Null(clock.Problem);
    }

    [Fact]
    public void A_clock_that_jumps_again_and_again_is_not_believed_by_adding_it_up()
    {
        ExpiryClock clock = new(folder);
        clock.Take(Reading(), line);
        for (int hour = 0; hour < 30 * 24; hour++)
        {
            later = (hour / 72 % 2 == 0 ? 400 : 900) * DayNs;
            line += DayNs / 24;
            Assert.True(clock.Take(Reading(), line) < Now());
        }
    }

    [Fact]
    public void A_clock_that_goes_back_forgets_by_itself_and_one_that_runs_on_is_followed()
    {
        ExpiryClock clock = new(folder);
        clock.Take(Reading(), line);
        later = -300 * DayNs;
        Assert.Equal(Now(), clock.Take(Reading(), line));
        later = 0;
        for (int day = 0; day < 400; day++)
        {
            line += DayNs;
            later += SecondNs;
            Assert.Equal(Now(), clock.Take(Reading(), line));
            Assert.Null(clock.Problem);
        }
    }

    [Fact]
    public void What_goes_without_a_receipt_is_counted_and_stands_in_the_next_manifest()
    {
        Record(0);
        BoxPipeline run = Record(400);
        FlashExpiry expiry = new(run, retentionDays: 365);
        expiry.Pass(At(364), null);
        Assert.Null(expiry.Problem);

        expiry.Pass(At(400), null);
        // The one with the row and the one that ended the run.
        Assert.Equal(2, expiry.Lost);
        Assert.Contains("2 batches were removed", expiry.Problem);
        expiry.Pass(At(400), null);
        box.End();
        ManifestEvent told = Assert.Single(box.Manifests()[^1].Events, happened => happened.Kind == EventKind.Alarm);
        Assert.StartsWith("2 batches without a receipt removed from flash", told.Text);
        Assert.EndsWith("(until 2026-09-21)", told.Text);
        Assert.Equal(1ul, box.Manifests()[^1].Counters[(int)Counter.Alarms]);
    }

    [Fact]
    public void What_was_written_by_a_clock_that_was_not_set_yet_goes_with_what_was_written_after_it()
    {
        // The battery was empty: it counted from 1970.
        Record(-SmallBox.StartNs / DayNs);
        BoxPipeline run = Record(0);
        FlashExpiry expiry = new(run, retentionDays: 365);
        expiry.Pass(At(1), null);
        Assert.Equal(0, expiry.Lost);
    }

    [Fact]
    public void What_has_its_receipt_is_no_loss()
    {
        Record(0);
        FlashExpiry expiry = new(Record(400), retentionDays: 365);
        expiry.Pass(At(400), (_, _) => true);
        Assert.Null(expiry.Problem);
        Assert.Equal(0, expiry.Lost);
    }

    private static TaiTime At(long day) => LeapSeconds.ToTai((SmallBox.StartNs + (day * DayNs)) / 1000);

    // A run with one batch of that day.
    private BoxPipeline Record(long day)
    {
        box.Clock.LaterNs = day * DayNs;
        BoxPipeline run = box.Begin();
        run.Drain(SmallBox.StartNs);
        box.AddRow(At(day));
        run.Drain(SmallBox.StartNs + (5 * SecondNs));
        Assert.Equal(1, run.Batches);
        return run;
    }

    private TaiTime Now() => LeapSeconds.ToTai((line + later) / 1000);

    private ClockReading Reading() => new(Now(), 100, ClockState.Network);
}
