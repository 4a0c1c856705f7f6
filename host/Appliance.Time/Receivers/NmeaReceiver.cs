using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>
/// NMEA 0183 sentences in, observations out. A second's sentences come one after the other and each knows a part: RMC
/// the date and whether it is valid, ZDA the date with its century, GGA and GSA the kind of fix. An observation is told
/// as soon as date and time are known, and again where a later sentence of the same second says more of the fix.
/// </summary>
internal sealed class NmeaReceiver(SourceId id, EpochRule rule)
{
    private const TimeValidity DateAndTime = TimeValidity.Date | TimeValidity.Time;

    private NmeaEpoch epoch;
    private SatelliteCount satellites;
    private FixMode modeBefore;
    private bool hadGsa;

    /// <summary>Sentences whose content cannot be.</summary>
    public long Malformed { get; private set; }

    /// <summary>Takes one sentence whose checksum was right; false where it is malformed.</summary>
    public bool Take(in ReceiverFrame frame, IObservationSink sink)
    {
        NmeaFields fields = new(frame.Body);
        ReadOnlySpan<byte> kind = fields.Kind;
        bool isWhole = true;
        if (kind.SequenceEqual("RMC"u8))
        {
            isWhole = TakeRmc(fields, frame.ArrivedAt, sink);
        }
        else if (kind.SequenceEqual("ZDA"u8))
        {
            isWhole = TakeZda(fields, frame.ArrivedAt, sink);
        }
        else if (kind.SequenceEqual("GGA"u8))
        {
            isWhole = TakeGga(fields, frame.ArrivedAt, sink);
        }
        else if (kind.SequenceEqual("GSA"u8))
        {
            TakeGsa(fields, frame.ArrivedAt, sink);
        }
        else if (kind.SequenceEqual("GSV"u8))
        {
            TakeGsv(fields);
        }
        else if (kind.SequenceEqual("PUBX"u8) && fields[1].SequenceEqual("04"u8))
        {
            TakePubxTime(fields, frame.ArrivedAt, sink);
        }

        Malformed += isWhole ? 0 : 1;
        return isWhole;
    }

    // RMC: 1 time | 2 A valid, V not | 3..6 position | 7 speed | 8 course | 9 ddmmyy | 10, 11 declination | 12 mode
    private bool TakeRmc(NmeaFields fields, RawTime at, IObservationSink sink)
    {
        if (fields[1].IsEmpty)
        {
            return true; // It knows nothing yet and says so.
        }

        if (!Enter(fields[1], at, sink))
        {
            return false;
        }

        epoch.Status = StatusOf(fields[2], fields[12]);
        if (fields[9].IsEmpty)
        {
            return true;
        }

        if (fields[9].Length != 6 || !NmeaFields.TryNumber(fields[9][..2], out int day) ||
            !NmeaFields.TryNumber(fields[9][2..4], out int month) ||
            !NmeaFields.TryNumber(fields[9][4..], out int year) ||
            !rule.TryJudgeTwoDigits(year, month, day, epoch.SecondOfDay, out long seconds, out EpochVerdict verdict))
        {
            return false;
        }

        epoch.Date(seconds, verdict);
        Tell(at, sink);
        return true;
    }

    // ZDA: 1 time | 2 day | 3 month | 4 year, four digits | 5, 6 local zone
    private bool TakeZda(NmeaFields fields, RawTime at, IObservationSink sink)
    {
        if (fields[1].IsEmpty || fields[4].IsEmpty)
        {
            return true;
        }

        if (!NmeaFields.TryNumber(fields[2], out int day) || !NmeaFields.TryNumber(fields[3], out int month) ||
            !NmeaFields.TryNumber(fields[4], out int year) || !CivilDate.TryToDay(year, month, day, out int days) ||
            !Enter(fields[1], at, sink))
        {
            return false;
        }

        long seconds = (days * 86_400L) + epoch.SecondOfDay;
        EpochVerdict verdict = rule.Judge(ref seconds);
        epoch.Date(seconds, verdict);
        Tell(at, sink);
        return true;
    }

    // GGA: 1 time | 2..5 position | 6 quality (0 none, 6 estimated, 7 by hand, 8 simulated) | 7 used | 9 height, m
    private bool TakeGga(NmeaFields fields, RawTime at, IObservationSink sink)
    {
        if (fields[1].IsEmpty)
        {
            return true;
        }

        if (!Enter(fields[1], at, sink))
        {
            return false;
        }

        if (!NmeaFields.TryNumber(fields[6], out int quality))
        {
            return fields[6].IsEmpty;
        }

        epoch.Quality = quality is 0 or > 8 ? FixMode.None
            : quality is >= 6 ? FixMode.Estimated
            : fields[9].IsEmpty ? FixMode.Plane : FixMode.Space;
        if (NmeaFields.TryNumber(fields[7], out int used))
        {
            // A position from no satellite is made up (Hemisphere while it starts), unless GSA vouches for a fix.
            epoch.Used = used;
            bool isVouchedFor = epoch.Mode > FixMode.None || hadGsa;
            epoch.Quality = used == 0 && !isVouchedFor ? FixMode.None : epoch.Quality;
        }

        if (quality is > 0 and < 6 && NmeaFields.TryAngle(fields[2], fields[3], 90, out int latitude) &&
            NmeaFields.TryAngle(fields[4], fields[5], 180, out int longitude))
        {
            sink.Take(new PositionObservation(id, at, latitude, longitude, HeightOf(fields[9]), uint.MaxValue));
        }

        TellAgain(at, sink);
        return true;
    }

    // GSA: 1 automatic or by hand | 2 mode (1 none, 2 plane, 3 space) | satellites ... One a constellation.
    private void TakeGsa(NmeaFields fields, RawTime at, IObservationSink sink)
    {
        FixMode said = fields[2] is [(byte)'1'] ? FixMode.None
            : fields[2] is [(byte)'2'] ? FixMode.Plane
            : fields[2] is [(byte)'3'] ? FixMode.Space : FixMode.Unknown;
        if (said > epoch.Mode)
        {
            epoch.Mode = said;
            TellAgain(at, sink);
        }
    }

    // GSV: 1 sentences | 2 which | 3 in view | then id, elevation, azimuth, power of up to four satellites
    private void TakeGsv(NmeaFields fields)
    {
        for (int i = 4; i + 3 < 20 && !fields[i].IsEmpty; i += 4)
        {
            bool isHeard = NmeaFields.TryNumber(fields[i + 3], out int power) && power < 100;
            satellites.Add(isHeard ? power : 0, isUsed: false);
        }
    }

    // PUBX,04: 2 time | 3 date | 4 time of week | 5 week | 6 GPS less UTC, with D where it is the firmware's default
    private void TakePubxTime(NmeaFields fields, RawTime at, IObservationSink sink)
    {
        ReadOnlySpan<byte> leap = fields[6];
        bool isDefault = leap.Length > 0 && leap[^1] == 'D';
        if (NmeaFields.TryNumber(isDefault ? leap[..^1] : leap, out int seconds) && seconds < 100)
        {
            sink.Take(new LeapObservation(
                id, at, seconds + ScaledTime.TaiMinusGps, LeapEvent.Unknown, null, null,
                isDefault ? LeapOrigin.Default : LeapOrigin.Satellites));
        }
    }

    // Another time of day begins another second.
    private bool Enter(ReadOnlySpan<byte> time, RawTime at, IObservationSink sink)
    {
        if (!NmeaFields.TryTime(time, out int second, out int nanoseconds, out bool isLeapSecond))
        {
            return false;
        }

        if (epoch.IsThere && epoch.SecondOfDay == second && epoch.Nanoseconds == nanoseconds &&
            epoch.IsLeapSecond == isLeapSecond)
        {
            return true;
        }

        hadGsa = epoch.Mode > FixMode.None;
        modeBefore = epoch.Mode != FixMode.Unknown ? epoch.Mode : epoch.Quality;
        if (epoch.IsThere)
        {
            sink.Take(satellites.Told(id, at, epoch.Used));
            satellites = default;
        }

        epoch = new NmeaEpoch
        {
            IsThere = true, SecondOfDay = second, Nanoseconds = nanoseconds, IsLeapSecond = isLeapSecond,
        };
        return true;
    }

    private void TellAgain(RawTime at, IObservationSink sink)
    {
        if (epoch.IsDated && epoch.ModeNow(modeBefore) != epoch.Told)
        {
            Tell(at, sink);
        }
    }

    private void Tell(RawTime at, IObservationSink sink)
    {
        FixMode mode = epoch.ModeNow(modeBefore);
        bool isFix = mode is FixMode.Plane or FixMode.Space;
        epoch.Told = mode;
        ScaledTime time = new(
            TimeScale.Utc, (epoch.Seconds * RawTime.NanosecondsPerSecond) + epoch.Nanoseconds, epoch.IsLeapSecond);
        sink.Take(new TimeOfDayObservation(
            id, at, time, uint.MaxValue, DateAndTime | (isFix ? TimeValidity.Fix : 0), mode, epoch.Verdict,
            PulseNamed.Last));
    }

    // Mode of RMC since NMEA 2.3: A, D, F, P, R are fixes; E is estimated; M by hand; S simulated; N none.
    private static FixMode StatusOf(ReadOnlySpan<byte> status, ReadOnlySpan<byte> mode) =>
        status is not [(byte)'A'] ? FixMode.None
        : mode is [(byte)'E'] or [(byte)'M'] or [(byte)'S'] ? FixMode.Estimated
        : mode is [(byte)'N'] ? FixMode.None : FixMode.Plane;

    private static int HeightOf(ReadOnlySpan<byte> metres)
    {
        bool isBelow = metres.Length > 0 && metres[0] == '-';
        ReadOnlySpan<byte> digits = isBelow ? metres[1..] : metres;
        int point = digits.IndexOf((byte)'.');
        if (!NmeaFields.TryNumber(point < 0 ? digits : digits[..point], out int whole) || whole > 100_000)
        {
            return 0;
        }

        ReadOnlySpan<byte> fraction = point < 0 ? default : digits[(point + 1)..Math.Min(digits.Length, point + 4)];
        int parts = NmeaFields.TryNumber(fraction, out int read) ? read : 0;
        for (int i = fraction.Length; i < 3; i++)
        {
            parts *= 10;
        }

        int millimetres = (whole * 1000) + parts;
        return isBelow ? -millimetres : millimetres;
    }
}
