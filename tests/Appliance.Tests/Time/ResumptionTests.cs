using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>
/// A restart: what the run before kept is believed only with one independent witness, and never where that excludes it
/// (T21). The machine's counter runs on over a kill, and begins anew with the machine.
/// </summary>
public sealed class ResumptionTests
{
    private const long SecondNs = 1_000_000_000;
    private const long StartTai = 1_790_000_037;
    private const int LockedFor = 1800;
    private readonly KeptClock kept = KeptAfter(LockedFor);

    [Fact]
    public void Without_a_witness_a_restart_is_unset_however_fresh_what_it_kept()
    {
        ClockEngine engine = Restarted(kept with { IsSameCounter = true });

        for (int second = LockedFor + 2; second < LockedFor + 62; second++)
        {
            Assert.False(engine.TryResume(At(second), isHandedOver: false));
            engine.Tick(At(second), StartTai - 37 + second);
        }

        Assert.Equal((ClockState.Unset, "X"), (engine.Report().State, engine.Report().Class));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(86_400)]
    public void One_witness_that_agrees_resumes_the_same_counter_and_the_bound_holds(int away)
    {
        ClockEngine engine = Restarted(kept with { IsSameCounter = true });
        int now = LockedFor + away;
        Witness(engine, now, errorNs: 300_000, halfNs: 400_000);

        Assert.True(engine.TryResume(At(now), isHandedOver: false));
        engine.BeginLogFile();
        engine.Tick(At(now), StartTai - 37 + now);

        ClockReport report = engine.Report();
        Assert.True(away == 1 || report.State is ClockState.Holdover or ClockState.FreeRunning, $"{report.State}");
        double error = Math.Abs((double)(report.TaiNs!.Value - (StartTai * SecondNs) - At(now).Nanoseconds));
        Assert.InRange(error, 0, report.BoundNs!.Value);
        Assert.Contains(report.Class, away <= 30 ? "AB" : "ABCD");
    }

    [Fact]
    public void A_witness_that_excludes_it_leaves_the_clock_unset_for_good()
    {
        ClockEngine engine = Restarted(kept with { IsSameCounter = true });
        int now = LockedFor + 30;
        Witness(engine, now, errorNs: 5_000_000, halfNs: 400_000);

        Assert.False(engine.TryResume(At(now), isHandedOver: false));
        Witness(engine, now + 1, errorNs: 0, halfNs: 400_000);
        Assert.False(engine.TryResume(At(now + 1), isHandedOver: false));
        engine.Tick(At(now + 1), StartTai - 37 + now + 1);
        Assert.Equal(ClockState.Unset, engine.Report().State);
    }

    [Fact]
    public void After_a_new_start_of_the_machine_one_witness_gives_class_c_at_once()
    {
        // The counter began anew: the same true time at another reading.
        const long offset = 12_345 * SecondNs;
        ClockEngine engine = Restarted(kept);
        int now = LockedFor + 600;
        Witness(engine, now, errorNs: 300_000, halfNs: 400_000, offset);

        RawTime at = new((now * SecondNs) - offset);
        Assert.True(engine.TryResume(at, isHandedOver: false));
        engine.BeginLogFile();
        engine.Tick(at, StartTai - 37 + now);

        ClockReport report = engine.Report();
        Assert.Equal("C", report.Class);
        double error = Math.Abs((double)(report.TaiNs!.Value - (StartTai * SecondNs) - (now * SecondNs)));
        Assert.InRange(error, 1, report.BoundNs!.Value);
    }

    [Fact]
    public void A_witness_from_before_the_last_trusted_time_is_none()
    {
        ClockEngine engine = Restarted(kept);
        int now = LockedFor + 600;
        Witness(engine, now, errorNs: -1000 * SecondNs, halfNs: 400_000);

        Assert.False(engine.TryResume(At(now), isHandedOver: false));
    }

    [Fact]
    public void A_process_that_hands_over_is_the_witness_of_its_own_clock()
    {
        ClockEngine engine = Restarted(kept with { IsSameCounter = true });

        Assert.True(engine.TryResume(At(LockedFor + 1), isHandedOver: true));
        byte[] file = [.. engine.BeginLogFile(), .. engine.Tick(At(LockedFor + 2), StartTai + LockedFor - 35)];

        Assert.Equal("A", engine.Report().Class);
        AnchorVerdict verdict = AnchorFile.Check(file);
        Assert.True(verdict.IsWhole, verdict.Problem);
        Assert.Equal(engine.Report().Head, verdict.Head);
    }

    [Fact]
    public void Pulses_take_a_resumed_clock_back_to_a_lock()
    {
        ClockEngine engine = Restarted(kept);
        int now = LockedFor + 600;
        Witness(engine, now, errorNs: 300_000, halfNs: 400_000);
        Assert.True(engine.TryResume(At(now), isHandedOver: false));
        for (int second = now; second < now + 400; second++)
        {
            Second(engine, second);
        }

        Assert.Equal((ClockState.Locked, "A"), (engine.Report().State, engine.Report().Class));
    }

    [Fact]
    public void A_clock_that_was_never_set_keeps_nothing() =>
        Assert.Null(new ClockEngine(new ClockEngineOptions()).Keep());

    private static RawTime At(int second) => new((second * SecondNs) + (SecondNs / 2));

    private static ClockEngine Restarted(KeptClock kept)
    {
        ClockEngine engine = new(new ClockEngineOptions { Oscillator = "ocxo", Kept = kept, ResumedRate = kept.Rate });

        // UTC of peers needs leap seconds, which one source says; the first step takes them.
        engine.Take(new LeapObservation(
            new SourceId(SourceKind.LeapFile), default, 37, LeapEvent.None, null, long.MaxValue, LeapOrigin.File));
        engine.Tick(new RawTime(1), StartTai);
        return engine;
    }

    private static void Witness(ClockEngine engine, int second, long errorNs, long halfNs, long offset = 0)
    {
        RawTime at = new((second * SecondNs) + (SecondNs / 2) - offset);
        if (offset != 0)
        {
            at = new RawTime((second * SecondNs) - offset);
        }

        long utc = ((StartTai - 37) * SecondNs) + at.Nanoseconds + offset + errorNs;
        engine.Take(new PeerObservation(
            new SourceId(SourceKind.Ntp), at, new ScaledTime(TimeScale.Utc, utc), halfNs, 0, 0, at,
            PeerState.Synchronised, 1, 7));
    }

    private static KeptClock KeptAfter(int seconds)
    {
        ClockEngine engine = new(new ClockEngineOptions { Oscillator = "ocxo" });
        for (int second = 1; second <= seconds; second++)
        {
            Second(engine, second);
        }

        Assert.Equal(ClockState.Locked, engine.Report().State);
        return engine.Keep()!;
    }

    private static void Second(ClockEngine engine, int second)
    {
        long raw = second * SecondNs;
        engine.Take(new PulseObservation(
            new SourceId(SourceKind.KernelPulse), CounterId.MonotonicRaw, new RawTime(raw), 4, (uint)second, true));
        engine.Take(new TimeOfDayObservation(
            new SourceId(SourceKind.Receiver), new RawTime(raw + 100_000_000),
            new ScaledTime(TimeScale.Gps, (StartTai - 19 + second) * SecondNs), 20,
            TimeValidity.Date | TimeValidity.Time | TimeValidity.Fix, FixMode.TimeOnly, EpochVerdict.Plausible,
            PulseNamed.Last));
        engine.Tick(At(second), StartTai - 37 + second);
    }
}
