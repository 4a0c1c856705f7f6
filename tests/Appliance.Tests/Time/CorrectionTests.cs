using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>
/// Trust that is taken back: the event says since when and which bound holds around every time that was given since.
/// </summary>
public sealed class CorrectionTests
{
    private const long SecondNs = 1_000_000_000;
    private const long StartTai = 1_790_000_037;
    private const int AttackAt = 1800;
    private const int SeenAfter = 55;
    private const long PullNs = 20;

    [Fact]
    public void The_event_of_a_pull_names_the_stretch_and_a_bound_that_holds_for_what_was_said_in_it()
    {
        // A plain crystal follows a slow pull; a minute later the receiver says that it is spoofed.
        ClockEngine engine = new(new ClockEngineOptions { Oscillator = "xo", StampPathNs = 1000 });
        List<(TaiTime Said, long TrueNs)> said = [];
        List<ClockEvent> events = [];
        for (int second = 1; second < AttackAt + SeenAfter + 5; second++)
        {
            Second(engine, second, Math.Max(0, second - AttackAt) * PullNs);
            long stamp = SystemAt((second * SecondNs) + (SecondNs / 2));
            said.Add((engine.Map(stamp).Time, (StartTai * SecondNs) + (second * SecondNs) + (SecondNs / 2)));
            while (engine.TryTakeEvent(out ClockEvent happened))
            {
                events.Add(happened);
            }
        }

        ClockEvent doubt = Assert.Single(events, happened => happened.DoubtSince is not null);
        Assert.InRange(doubt.DoubtSeconds, SeenAfter, 120);
        Assert.InRange(doubt.DoubtBoundUs, 3u, 1000u);
        Assert.True(ClockDoubt.TryRead(
            new ManifestEvent(doubt.Time!.Value, EventKind.Clock, doubt.Words()), out ClockDoubt told));
        Assert.Equal(new ClockDoubt(doubt.DoubtSince!.Value, doubt.DoubtUntil, doubt.DoubtBoundUs), told);
        (TaiTime Said, long TrueNs)[] since = [.. said.Where(one => one.Said >= doubt.DoubtSince)];
        Assert.Contains(since, one => Math.Abs((one.Said.Microseconds * 1000) - one.TrueNs) >= 1500);
        Assert.All(
            since,
            one => Assert.InRange(
                Math.Abs((one.Said.Microseconds * 1000) - one.TrueNs), 0, doubt.DoubtBoundUs * 1000L));
    }

    private static long SystemAt(long raw) => ((StartTai - 37) * SecondNs) + raw;

    private static void Second(ClockEngine engine, int second, long errorNs)
    {
        long raw = second * SecondNs;
        engine.Take(new PulseObservation(
            new SourceId(SourceKind.KernelPulse), CounterId.MonotonicRaw, new RawTime(raw + errorNs), 4, (uint)second,
            true));
        engine.Take(new TimeOfDayObservation(
            new SourceId(SourceKind.Receiver), new RawTime(raw + 100_000_000),
            new ScaledTime(TimeScale.Gps, (StartTai - 19 + second) * SecondNs), 20,
            TimeValidity.Date | TimeValidity.Time | TimeValidity.Fix, FixMode.TimeOnly, EpochVerdict.Plausible,
            PulseNamed.Last));
        engine.Take(new HealthObservation(
            new SourceId(SourceKind.Receiver), new RawTime(raw), JammingState.None,
            errorNs >= SeenAfter * PullNs ? SpoofingState.Affirmed : SpoofingState.None, AntennaState.Working, null,
            null, null));
        RawTime step = new(raw + (SecondNs / 2));
        engine.Take(new CounterPair(
            step, CounterId.SystemClock, new RawTime(SystemAt(step.Nanoseconds)), 40));
        engine.Tick(step, StartTai - 37 + second);
    }
}
