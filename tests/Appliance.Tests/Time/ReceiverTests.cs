using System.Buffers.Binary;
using System.Text;
using Appliance.Time.Observations;
using Appliance.Time.Receivers;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>Messages in, observations out, field by field.</summary>
public sealed class ReceiverTests
{
    private const long Built = 1_767_225_600; // 2026-01-01
    private static readonly SourceId Id = new(SourceKind.Receiver, 3);

    private readonly ObservationLog log = new();
    private readonly Receiver receiver = new(Id, new EpochRule(Built));

    [Fact]
    public void Nav_pvt_is_a_time_of_day_with_what_the_receiver_vouches_for()
    {
        Take(Pvt(2026, 6, 1, 12, 30, 15, valid: 0x37, fixType: 5, flags: 1, confirmation: 0xE0, nano: -250));

        TimeOfDayObservation time = Assert.Single(log.Of<TimeOfDayObservation>());
        Assert.Equal(Id, time.Source);
        Assert.Equal(Utc(2026, 6, 1, 12, 30, 15) - 250, time.Time.Nanoseconds);
        Assert.Equal(TimeScale.Utc, time.Time.Scale);
        Assert.Equal(FixMode.TimeOnly, time.Mode);
        Assert.Equal(21u, time.AccuracyNs);
        Assert.True(time.Validity.HasFlag(TimeValidity.Confirmed | TimeValidity.FullyResolved));
        Assert.True(time.IsValid);
        Assert.Equal(525_000_000, Assert.Single(log.Of<PositionObservation>()).LatitudeE7);
    }

    [Theory]
    [InlineData(0x36, 3, 1)] // date not valid
    [InlineData(0x35, 3, 1)] // time not valid
    [InlineData(0x37, 3, 0)] // fix out of its limits
    [InlineData(0x37, 0, 1)] // no fix
    [InlineData(0x37, 1, 1)] // dead reckoning
    public void Without_date_time_or_fix_a_time_is_not_valid(byte valid, byte fixType, byte flags)
    {
        Take(Pvt(2026, 6, 1, 12, 30, 15, valid, fixType, flags, 0, 0));
        Assert.False(Assert.Single(log.Of<TimeOfDayObservation>()).IsValid);
    }

    [Fact]
    public void A_leap_second_is_the_sixtieth_of_its_minute_and_one_more_in_tai()
    {
        Take(Pvt(2028, 6, 30, 23, 59, 59, 0x37, 3, 1, 0, 0));
        Take(Pvt(2028, 6, 30, 23, 59, 60, 0x37, 3, 1, 0, 0));
        Take(Pvt(2028, 7, 1, 0, 0, 0, 0x37, 3, 1, 0, 0));

        ScaledTime[] times = [.. log.Of<TimeOfDayObservation>().Select(t => t.Time)];
        Assert.Equal([false, true, false], times.Select(t => t.IsLeapSecond));
        long[] tai = [times[0].ToTaiNanoseconds(37), times[1].ToTaiNanoseconds(37), times[2].ToTaiNanoseconds(38)];
        Assert.Equal([1_000_000_000, 1_000_000_000], [tai[1] - tai[0], tai[2] - tai[1]]);
    }

    [Theory]
    [InlineData(2006, 10, 16, EpochVerdict.Repaired, 2026, 6, 1)] // 1,024 weeks before
    [InlineData(1987, 3, 2, EpochVerdict.Repaired, 2026, 6, 1)] // 2,048 weeks before
    [InlineData(2026, 6, 1, EpochVerdict.Plausible, 2026, 6, 1)]
    [InlineData(2040, 12, 1, EpochVerdict.Plausible, 2040, 12, 1)]
    [InlineData(2042, 1, 1, EpochVerdict.Refused, 2042, 1, 1)] // later than a box serves
    public void A_date_is_plausible_repaired_or_refused(
        int year, int month, int day, EpochVerdict verdict, int toYear, int toMonth, int toDay)
    {
        Take(Pvt(year, month, day, 1, 2, 3, 0x37, 3, 1, 0, 0));
        TimeOfDayObservation time = Assert.Single(log.Of<TimeOfDayObservation>());
        Assert.Equal(verdict, time.Epoch);
        Assert.Equal(Utc(toYear, toMonth, toDay, 1, 2, 3), time.Time.Nanoseconds);
        Assert.Equal(verdict == EpochVerdict.Plausible, time.IsValid);
    }

    [Fact]
    public void No_time_before_the_last_one_that_was_trusted_is_plausible()
    {
        EpochRule rule = new(Built);
        rule.Trust(Built + 1000);
        rule.Trust(Built + 500);
        long before = Built + 999;
        long after = Built + 1000;

        Assert.Equal(EpochVerdict.Refused, rule.Judge(ref before));
        Assert.Equal(EpochVerdict.Plausible, rule.Judge(ref after));
    }

    [Fact]
    public void The_rollover_of_2038_is_within_the_window_and_its_first_second_after_is_repaired()
    {
        long last = (Utc(2038, 11, 20, 23, 59, 42) / 1_000_000_000) + 18;
        long after = last + 1 - EpochRule.EraSeconds; // What a receiver says whose firmware knows no better.
        EpochRule rule = new(Built);

        Assert.Equal(EpochVerdict.Plausible, rule.Judge(ref last));
        Assert.Equal(EpochVerdict.Repaired, rule.Judge(ref after));
        Assert.Equal(last + 1, after);
    }

    [Fact]
    public void Gps_time_reaches_tai_without_leap_seconds()
    {
        byte[] body = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(body, 131_433_000); // 12:30:33 of Monday, GPS
        BinaryPrimitives.WriteInt16LittleEndian(body.AsSpan(8), 2421); // week of 2026-05-31
        body[10] = 18;
        body[11] = 7;
        Take(ReceiverSetUp.Frame(UbxId.NavTimeGps, body));

        TimeOfDayObservation time = Assert.Single(log.Of<TimeOfDayObservation>());
        Assert.Equal(TimeScale.Gps, time.Time.Scale);
        Assert.Equal(Utc(2026, 6, 1, 12, 30, 15) + 37_000_000_000, time.Time.ToTaiNanoseconds(taiMinusUtc: -1));
        Assert.False(time.IsValid); // Nothing said that there is a fix at this time of week.
        Assert.Equal(37, Assert.Single(log.Of<LeapObservation>()).TaiMinusUtc);
        Assert.False(log.Of<LeapObservation>().Single().IsWitness);
    }

    [Theory]
    [InlineData(0, false, LeapOrigin.Default)]
    [InlineData(2, true, LeapOrigin.Satellites)]
    [InlineData(255, false, LeapOrigin.Unknown)]
    public void Leap_seconds_are_witnessed_only_where_satellites_told_them(
        byte source, bool isWitness, LeapOrigin origin)
    {
        Take(TimeLs(tow: 0, source, current: 18, changeSource: 0, change: 0, seconds: 0, valid: 1));
        LeapObservation leap = Assert.Single(log.Of<LeapObservation>());
        Assert.Equal((isWitness, origin, LeapEvent.Unknown), (leap.IsWitness, leap.Origin, leap.Next));
    }

    [Theory]
    [InlineData(1, LeapEvent.Insert)]
    [InlineData(-1, LeapEvent.Delete)]
    public void An_announced_leap_second_has_its_midnight(sbyte change, LeapEvent next)
    {
        Take(Pvt(2028, 6, 30, 12, 0, 0, 0x37, 3, 1, 0, 0));
        Take(TimeLs(tow: 0, 2, 18, 2, change, seconds: 43_201, valid: 3));

        LeapObservation leap = Assert.Single(log.Of<LeapObservation>());
        Assert.Equal((next, Utc(2028, 7, 1, 0, 0, 0) / 1_000_000_000), (leap.Next, leap.ChangesAtUtcSeconds));
    }

    [Fact]
    public void The_sawtooth_names_the_next_pulse_and_is_refused_where_the_receiver_says_so()
    {
        byte[] body = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(body, 131_434_000);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(8), -7321);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(12), 2421);
        Take(ReceiverSetUp.Frame(UbxId.TimTp, body));
        body[14] = 0x10;
        Take(ReceiverSetUp.Frame(UbxId.TimTp, body));
        body[14] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(8), 60_000);
        Take(ReceiverSetUp.Frame(UbxId.TimTp, body));

        SawtoothObservation[] all = [.. log.Of<SawtoothObservation>()];
        Assert.Equal([true, false, false], all.Select(s => s.IsValid));
        Assert.Equal(-7321, all[0].QuantisationErrorPs);
        Assert.Equal(Utc(2026, 6, 1, 12, 30, 16) + 37_000_000_000, all[0].Pulse.ToTaiNanoseconds(0));
    }

    [Fact]
    public void Jamming_and_spoofing_are_the_worst_that_any_message_says()
    {
        byte[] status = new byte[16];
        status[7] = 2 << 3;
        byte[] radio = [0, 2, 0, 0, .. new byte[48]];
        radio[4 + 1] = 1;
        radio[28 + 1] = 3;
        radio[28 + 16] = 200;
        Take(ReceiverSetUp.Frame(UbxId.NavStatus, status));
        Take(ReceiverSetUp.Frame(UbxId.MonRf, radio));
        Take(ReceiverSetUp.Frame(UbxId.SecSig, [2, 1 | (1 << 1) | (1 << 3) | (3 << 4), 0, 0]));

        HealthObservation[] all = [.. log.Of<HealthObservation>()];
        Assert.Equal(SpoofingState.Indicated, all[0].Spoofing);
        Assert.Equal((JammingState.Critical, (byte?)200), (all[1].Jamming, all[1].CarrierWave));
        Assert.Equal((JammingState.Critical, SpoofingState.Affirmed), (all[2].Jamming, all[2].Spoofing));
    }

    [Fact]
    public void Satellites_of_one_transmitter_are_all_equally_strong()
    {
        byte[] body = new byte[8 + (12 * 4)];
        body[5] = 4;
        for (int i = 0; i < 4; i++)
        {
            body[8 + (12 * i) + 2] = 45;
            body[8 + (12 * i) + 8] = 8;
        }

        Take(ReceiverSetUp.Frame(UbxId.NavSat, body));
        SatelliteObservation satellites = Assert.Single(log.Of<SatelliteObservation>());
        Assert.Equal((4, 4, 45.0, 0.0), (satellites.InView, satellites.Used, satellites.MeanCno, satellites.SpreadCno));
    }

    [Fact]
    public void A_stamp_of_our_own_edge_comes_with_its_count_and_accuracy()
    {
        byte[] body = new byte[28];
        body[1] = 0x80 | 0x40 | (1 << 3);
        body[2] = 77;
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(4), 2421);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(8), 131_433_999);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(12), 999_991);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(24), 12);
        Take(ReceiverSetUp.Frame(UbxId.TimTm2, body));

        MarkObservation mark = Assert.Single(log.Of<MarkObservation>());
        Assert.Equal((true, true, (ushort)77, 12u), (mark.IsValid, mark.IsRising, mark.Count, mark.AccuracyNs));
        Assert.Equal(Utc(2026, 6, 1, 12, 30, 16) + 37_000_000_000 - 9, mark.Edge.ToTaiNanoseconds(0));
    }

    [Fact]
    public void Rmc_with_a_bad_status_or_mode_is_not_valid()
    {
        Take(Nmea("GPRMC,120000.00,V,,,,,,,010626,,,N"));
        Take(Nmea("GPRMC,120001.00,A,,,,,,,010626,,,E"));
        Take(Nmea("GPRMC,120002.00,A,,,,,,,010626,,,A"));
        Take(Nmea("GPRMC,120003.00,A,,,,,,,310626,,,A"));

        Assert.Equal([false, false, true], log.Of<TimeOfDayObservation>().Select(t => t.IsValid));
        Assert.Equal(1, receiver.Counters.Malformed);
    }

    private void Take(byte[] bytes) => receiver.Take(bytes, new RawTime(0), log);

    private static byte[] Nmea(string text) => Encoding.ASCII.GetBytes(
        $"${text}*{text.Aggregate(0, (sum, c) => sum ^ c):X2}\r\n");

    private static byte[] Pvt(
        int year, int month, int day, int hour, int minute, int second, byte valid, byte fixType, byte flags,
        byte confirmation, int nano)
    {
        byte[] body = new byte[92];
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(4), (ushort)year);
        new[] { (byte)month, (byte)day, (byte)hour, (byte)minute, (byte)second, valid }.CopyTo(body, 6);
        body[12] = 21;
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(16), nano);
        new[] { fixType, flags, confirmation }.CopyTo(body, 20);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(28), 525_000_000);
        return ReceiverSetUp.Frame(UbxId.NavPvt, body);
    }

    private static byte[] TimeLs(
        uint tow, byte source, sbyte current, byte changeSource, sbyte change, int seconds, byte valid)
    {
        byte[] body = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(body, tow);
        new[] { source, (byte)current, changeSource, (byte)change }.CopyTo(body, 8);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(12), seconds);
        body[23] = valid;
        return ReceiverSetUp.Frame(UbxId.NavTimeLs, body);
    }

    private static long Utc(int year, int month, int day, int hour, int minute, int second) =>
        new DateTimeOffset(year, month, day, hour, minute, second, default).ToUnixTimeSeconds() * 1_000_000_000;
}
