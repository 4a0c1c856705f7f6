using Appliance.Time.Observations;

namespace Appliance.Time.Receivers;

/// <summary>What the sentences of one second said so far.</summary>
internal struct NmeaEpoch
{
    public bool IsThere;
    public int SecondOfDay;
    public int Nanoseconds;
    public bool IsLeapSecond;
    public bool IsDated;
    public long Seconds;
    public EpochVerdict Verdict;
    public FixMode Status;
    public FixMode Quality;
    public FixMode Mode;
    public FixMode Told;
    public int? Used;

    public void Date(long seconds, EpochVerdict verdict) =>
        (IsDated, Seconds, Verdict) = (true, seconds, verdict);

    /// <summary>
    /// Kind of fix by all sentences so far. What any of them denies is denied; GSA (or else GGA) of the second before
    /// stands until this one's has come. A date alone (ZDA) is no fix.
    /// </summary>
    public readonly FixMode ModeNow(FixMode modeBefore)
    {
        FixMode mode = Mode != FixMode.Unknown ? Mode : modeBefore;
        if (Status == FixMode.None || Quality == FixMode.None || mode == FixMode.None)
        {
            return FixMode.None;
        }

        if (Status == FixMode.Estimated || Quality == FixMode.Estimated)
        {
            return FixMode.Estimated;
        }

        // A height that GGA gives makes a plane a space, as gpsd has it too.
        bool hasHeight = mode == FixMode.Plane && Quality == FixMode.Space;
        return mode != FixMode.Unknown && !hasHeight && (Status | Quality) != FixMode.Unknown ? mode
            : Quality != FixMode.Unknown ? Quality
            : Status != FixMode.Unknown ? Status : FixMode.None;
    }
}
