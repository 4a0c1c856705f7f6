using System.Buffers.Binary;
using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>
/// UBX messages in, observations out. What the older messages do not repeat (whether there is a fix) is remembered from
/// the message before it of the same epoch, by its time of week.
/// </summary>
internal sealed class UbxReceiver(SourceId id, EpochRule rule)
{
    private const int ConfirmationAvailable = 0x20;
    private const int ConfirmedBoth = 0xC0;

    private readonly UbxHealth health = new(id);
    private uint fixTow = uint.MaxValue;
    private FixMode fixMode;
    private bool isFixOk;
    private uint utcTow = uint.MaxValue;
    private long utcSeconds;

    /// <summary>Messages whose length or content cannot be.</summary>
    public long Malformed { get; private set; }

    /// <summary>Takes one message; false where it is none that matters for time.</summary>
    public bool Take(in ReceiverFrame frame, IObservationSink sink)
    {
        ReadOnlySpan<byte> body = frame.Body;
        bool isWhole = frame.Message switch
        {
            UbxId.NavPvt => body.Length >= NavPvt.BytesMin && TakePvt(new(body), body, frame.ArrivedAt, sink),
            UbxId.NavTimeGps => body.Length >= GpsTime.TimeGpsBytes && TakeTimeGps(new(body), frame.ArrivedAt, sink),
            UbxId.NavTimeUtc => body.Length >= NavTimeUtc.Bytes &&
                TakeTimeUtc(new(body), TowOf(body), frame.ArrivedAt, sink),
            UbxId.NavSol => body.Length >= GpsTime.SolBytes && TakeSol(new(body), frame.ArrivedAt, sink),
            UbxId.NavTimeLs => body.Length >= NavTimeLs.Bytes &&
                TakeTimeLs(new(body), TowOf(body), frame.ArrivedAt, sink),
            UbxId.TimTp => body.Length >= TimTp.Bytes && TakeTimePulse(new(body), frame.ArrivedAt, sink),
            UbxId.TimTm2 => body.Length >= TimTm2.Bytes && TakeMark(new(body), frame.ArrivedAt, sink),
            UbxId.NavStatus => body.Length >= UbxHealth.StatusBytes && TakeStatus(body, frame.ArrivedAt, sink),
            _ => health.Take(frame, sink),
        };
        Malformed += isWhole ? 0 : 1;
        return isWhole;
    }

    private bool TakePvt(NavPvt pvt, ReadOnlySpan<byte> body, RawTime at, IObservationSink sink)
    {
        KnowFix(TowOf(body), pvt.FixType, pvt.IsFixOk);
        sink.Take(new PositionObservation(
            id, at, pvt.LatitudeE7, pvt.LongitudeE7, pvt.HeightMm, pvt.HorizontalAccuracyMm));
        TimeValidity validity = (TimeValidity)(pvt.Valid & 7) | (isFixOk ? TimeValidity.Fix : 0);
        bool isConfirmed = (pvt.Confirmation & ConfirmationAvailable) != 0 &&
            (pvt.Confirmation & ConfirmedBoth) == ConfirmedBoth;
        return TakeUtc(
            (pvt.Year, pvt.Month, pvt.Day), (pvt.Hour, pvt.Minute, pvt.Second), pvt.Nanoseconds, pvt.AccuracyNs,
            validity | (isConfirmed ? TimeValidity.Confirmed : 0), TowOf(body), at, sink);
    }

    private bool TakeTimeUtc(NavTimeUtc utc, uint tow, RawTime at, IObservationSink sink)
    {
        bool isUtc = (utc.Valid & 4) != 0;
        TimeValidity validity = (isUtc ? TimeValidity.Date | TimeValidity.Time | TimeValidity.LeapKnown : 0) |
            FixAt(tow);
        return TakeUtc(
            (utc.Year, utc.Month, utc.Day), (utc.Hour, utc.Minute, utc.Second), utc.Nanoseconds, utc.AccuracyNs,
            validity, tow, at, sink);
    }

    // A date that is none is not malformed where the receiver says itself that it does not know it.
    private bool TakeUtc(
        (int Year, int Month, int Day) date, (int Hour, int Minute, int Second) clock, int nanoseconds,
        uint accuracyNs, TimeValidity validity, uint tow, RawTime at, IObservationSink sink)
    {
        if (!CivilDate.TryToDay(date.Year, date.Month, date.Day, out int day) || !ReceiverFix.TrySecondOfDay(
            clock.Hour, clock.Minute, clock.Second, out int second, out bool isLeapSecond))
        {
            return (validity & TimeValidity.Date) == 0;
        }

        long seconds = (day * 86_400L) + second;
        EpochVerdict verdict = rule.Judge(ref seconds);
        (utcTow, utcSeconds) = (tow, seconds);
        Tell(new ScaledTime(TimeScale.Utc, Nanoseconds(seconds, nanoseconds), isLeapSecond), accuracyNs, validity,
            verdict, at, sink);
        return true;
    }

    private bool TakeTimeGps(GpsTime gps, RawTime at, IObservationSink sink)
    {
        TimeValidity validity = ((gps.Valid & 1) != 0 ? TimeValidity.Time : 0) |
            ((gps.Valid & 2) != 0 ? TimeValidity.Date : 0) |
            ((gps.Valid & 4) != 0 ? TimeValidity.LeapKnown : 0) | FixAt(gps.TowMs);
        TakeGps(gps.Week, gps.TowMs, gps.FractionNs, gps.AccuracyNs, validity, at, sink);
        if ((gps.Valid & 4) != 0)
        {
            // Where the receiver has it from, only NAV-TIMELS says.
            sink.Take(new LeapObservation(
                id, at, gps.LeapSeconds + ScaledTime.TaiMinusGps, LeapEvent.Unknown, null, null, LeapOrigin.Unknown));
        }

        return true;
    }

    private bool TakeSol(GpsTime sol, RawTime at, IObservationSink sink)
    {
        KnowFix(sol.TowMs, sol.FixType, (sol.Flags & 1) != 0);
        TimeValidity validity = ((sol.Flags & 8) != 0 ? TimeValidity.Time : 0) |
            ((sol.Flags & 4) != 0 ? TimeValidity.Date : 0) | FixAt(sol.TowMs);
        TakeGps(sol.Week, sol.TowMs, sol.FractionNs, uint.MaxValue, validity, at, sink);
        return true;
    }

    private void TakeGps(
        int week, uint towMs, int fractionNs, uint accuracyNs, TimeValidity validity, RawTime at, IObservationSink sink)
    {
        long seconds = ReceiverFix.GpsSeconds(week, towMs);
        EpochVerdict verdict = rule.Judge(ref seconds);
        long within = ((towMs % 1000) * 1_000_000L) + fractionNs;
        Tell(new ScaledTime(TimeScale.Gps, Nanoseconds(seconds, within)), accuracyNs, validity, verdict, at, sink);
    }

    private void Tell(
        ScaledTime time, uint accuracyNs, TimeValidity validity, EpochVerdict verdict, RawTime at,
        IObservationSink sink)
    {
        FixMode mode = (validity & TimeValidity.Fix) != 0 ? fixMode : FixMode.None;
        sink.Take(new TimeOfDayObservation(id, at, time, accuracyNs, validity, mode, verdict, PulseNamed.Last));
    }

    private bool TakeTimeLs(NavTimeLs leap, uint tow, RawTime at, IObservationSink sink)
    {
        bool isCurrent = (leap.Valid & 1) != 0;
        LeapOrigin origin = leap.SourceOfCurrent switch
        {
            0 => LeapOrigin.Default,
            1 => LeapOrigin.Derived,
            2 or 3 or 4 or 5 or 6 => LeapOrigin.Satellites,
            7 => LeapOrigin.Configured,
            _ => LeapOrigin.Unknown,
        };
        LeapEvent next = (leap.Valid & 2) == 0 || leap.SourceOfChange == 0 ? LeapEvent.Unknown
            : leap.SecondsToEvent <= 0 ? LeapEvent.None
            : leap.Change switch { 1 => LeapEvent.Insert, -1 => LeapEvent.Delete, _ => LeapEvent.None };
        long? changesAt = next is LeapEvent.Insert or LeapEvent.Delete && tow == utcTow
            ? MidnightNear(utcSeconds + leap.SecondsToEvent)
            : null;
        sink.Take(new LeapObservation(
            id, at, isCurrent ? leap.Current + ScaledTime.TaiMinusGps : null, next, changesAt, null, origin));
        return true;
    }

    private bool TakeTimePulse(TimTp pulse, RawTime at, IObservationSink sink)
    {
        long seconds = ReceiverFix.GpsSeconds(pulse.Week, pulse.TowMs);
        EpochVerdict verdict = rule.Judge(ref seconds);
        TimeScale scale = pulse.IsUtc ? TimeScale.Utc : TimeScale.Gps;
        long within = ((pulse.TowMs % 1000) * 1_000_000L) + (long)(((ulong)pulse.TowFraction * 1_000_000) >> 32);
        // GLONASS runs on UTC of Moscow and BeiDou has an epoch of its own: neither is GPS time.
        bool isKnownScale = pulse.IsUtc ? pulse.HasUtc : pulse.Reference is 0 or 3;
        bool isValid = !pulse.IsQuantisationInvalid && isKnownScale && verdict != EpochVerdict.Refused &&
            Math.Abs((long)pulse.QuantisationErrorPs) <= ReceiverLimits.SawtoothPsMax;
        sink.Take(new SawtoothObservation(
            id, at, new ScaledTime(scale, Nanoseconds(seconds, within)), pulse.QuantisationErrorPs, isValid));
        return true;
    }

    private bool TakeMark(TimTm2 mark, RawTime at, IObservationSink sink)
    {
        if ((mark.Flags & 0x80) != 0)
        {
            TellMark(mark, isRising: true, at, sink);
        }

        if ((mark.Flags & 0x04) != 0)
        {
            TellMark(mark, isRising: false, at, sink);
        }

        return true;
    }

    private void TellMark(TimTm2 mark, bool isRising, RawTime at, IObservationSink sink)
    {
        int timeBase = (mark.Flags >> 3) & 3;
        long seconds = ReceiverFix.GpsSeconds(mark.Week(isRising), mark.TowMs(isRising));
        EpochVerdict verdict = rule.Judge(ref seconds);
        long within = ((mark.TowMs(isRising) % 1000) * 1_000_000L) + mark.FractionNs(isRising);
        bool isValid = (mark.Flags & 0x40) != 0 && verdict == EpochVerdict.Plausible &&
            (timeBase == 1 || (timeBase == 2 && (mark.Flags & 0x20) != 0));
        ScaledTime edge = new(timeBase == 2 ? TimeScale.Utc : TimeScale.Gps, Nanoseconds(seconds, within));
        sink.Take(new MarkObservation(id, at, edge, mark.AccuracyNs, mark.Count, isRising, isValid));
    }

    private bool TakeStatus(ReadOnlySpan<byte> body, RawTime at, IObservationSink sink)
    {
        KnowFix(TowOf(body), body[4], (body[5] & 1) != 0);
        health.TakeStatus(body, at, sink);
        return true;
    }

    private void KnowFix(uint tow, byte fixType, bool isOk)
    {
        fixTow = tow;
        fixMode = ReceiverFix.ModeOf(fixType);
        isFixOk = isOk && fixMode is FixMode.Plane or FixMode.Space or FixMode.TimeOnly;
    }

    private TimeValidity FixAt(uint tow) => isFixOk && tow == fixTow ? TimeValidity.Fix : 0;

    // Leap seconds come at the end of a UTC day; the seconds to one may be counted from either side of the epoch.
    private static long? MidnightNear(long seconds)
    {
        long midnight = (seconds + 43_200) / 86_400 * 86_400;
        return Math.Abs(seconds - midnight) <= 2 ? midnight : null;
    }

    private static uint TowOf(ReadOnlySpan<byte> body) =>
        BinaryPrimitives.ReadUInt32LittleEndian(body);

    private static long Nanoseconds(long seconds, long within) =>
        (seconds * RawTime.NanosecondsPerSecond) + within;
}
