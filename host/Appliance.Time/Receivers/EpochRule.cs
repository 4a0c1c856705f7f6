using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>
/// Where a date can lie: not before the program was built, not before the last time that was trusted, and not later
/// than a box serves. GPS counts its weeks in 10 bits and a receiver guesses the rest from the date of its firmware, so
/// one that is older than that guess lives 1,024 weeks (19.6 years) in the past; NMEA has years of two digits.
/// </summary>
/// <param name="builtUtcSeconds">When this program was built, UTC seconds since 1970.</param>
public sealed class EpochRule(long builtUtcSeconds)
{
    /// <summary>Seconds of the ambiguity: 1,024 weeks.</summary>
    public const long EraSeconds = 1024L * 7 * 86_400;

    /// <summary>UTC seconds of 1980-01-06, where GPS weeks are counted from.</summary>
    public const long GpsStartSeconds = 315_964_800;

    private const long YearSeconds = 31_556_952;
    private const int ErasMax = 3;

    private readonly long latest = builtUtcSeconds + (ReceiverLimits.YearsAfterBuildMax * YearSeconds);
    private long earliest = builtUtcSeconds;

    /// <summary>No date before this is taken: UTC seconds since 1970.</summary>
    public long Earliest => earliest;

    /// <summary>Moves the lower end up to a time that was trusted and kept; never down.</summary>
    public void Trust(long utcSeconds)
    {
        if (utcSeconds > earliest && utcSeconds <= latest)
        {
            earliest = utcSeconds;
        }
    }

    /// <summary>
    /// Judges a date. <paramref name="seconds"/> (UTC or GPS scale: the difference does not matter here) becomes the
    /// repaired one where whole eras bring it to where it can lie; a refused one stays as it is.
    /// </summary>
    public EpochVerdict Judge(ref long seconds)
    {
        if (seconds >= earliest && seconds <= latest)
        {
            return EpochVerdict.Plausible;
        }

        for (int eras = 1; eras <= ErasMax; eras++)
        {
            long later = seconds + (eras * EraSeconds);
            if (later >= earliest && later <= latest)
            {
                seconds = later;
                return EpochVerdict.Repaired;
            }
        }

        return EpochVerdict.Refused;
    }

    /// <summary>
    /// Judges a date whose year has two digits: the century is the one in which the date can lie, or else the one from
    /// which it can be repaired.
    /// </summary>
    /// <returns>False where no century has such a date (29 February).</returns>
    internal bool TryJudgeTwoDigits(
        int year, int month, int day, int secondOfDay, out long seconds, out EpochVerdict verdict)
    {
        bool isDate = false;
        (seconds, verdict) = (0, EpochVerdict.Refused);
        for (int century = 1900; century <= 2100; century += 100)
        {
            if (!CivilDate.TryToDay(century + year, month, day, out int days))
            {
                continue;
            }

            isDate = true;
            long candidate = (days * 86_400L) + secondOfDay;
            EpochVerdict judged = Judge(ref candidate);
            if (judged < verdict || (verdict == EpochVerdict.Refused && century == 2000))
            {
                (seconds, verdict) = (candidate, judged);
            }
        }

        return isDate;
    }
}
