using Appliance.Edge.Configuration;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>What the configuration means for the engine.</summary>
internal static class ClockSettings
{
    /// <summary>No date before this is taken, UTC seconds since 1970: 2026-01-01. Moved up with each release.</summary>
    public const long BuiltUtcSeconds = 1_767_225_600;

    private const uint NsPerMicrosecond = 1000;

    /// <summary>Options of the engine, with what the run before kept.</summary>
    public static ClockEngineOptions Of(ApplianceOptions options, KeptClock? kept) => new()
    {
        Oscillator = options.Clock.Oscillator,
        PeersOnly = options.Clock.IsPeersOnly,
        PulseNoiseNs = options.Clock.Receiver.PulseNoiseNanoseconds,
        CorrectedNoiseNs = options.Clock.Receiver.CorrectedNoiseNanoseconds,
        SystematicNs = options.Clock.SystematicNanoseconds,
        StampPathNs = LeastPathUs(options) * NsPerMicrosecond,
        EarliestTaiNs = Math.Max(
            LeapSeconds.ToTai(BuiltUtcSeconds * TaiTime.MicrosecondsPerSecond).Microseconds * NsPerMicrosecond,
            kept?.TaiNs ?? 0),
        ResumedRate = kept?.Rate,
        ResumedAgeing = kept?.AgeingPerSecond ?? 0,
        Kept = kept,
    };

    /// <summary>The last time that was trusted, UTC seconds; no receiver's date may lie before it.</summary>
    public static long EarliestUtcSeconds(KeptClock? kept) => kept is null
        ? BuiltUtcSeconds
        : LeapSeconds.ToUtc(new TaiTime(kept.TaiNs / NsPerMicrosecond)) / TaiTime.MicrosecondsPerSecond;

    /// <summary>
    /// The shortest path of any interface, microseconds: it is in every bound. What another one has more is added to
    /// the records of its leg.
    /// </summary>
    public static uint LeastPathUs(ApplianceOptions options)
    {
        uint least = uint.MaxValue;
        foreach (LegRuleOptions leg in options.Legs)
        {
            least = Math.Min(least, PathUs(options.Clock, leg.Interface));
        }

        return least == uint.MaxValue ? options.Clock.StampBoundMicroseconds : least;
    }

    /// <summary>
    /// By rule of the leg table, what its records' bounds have more than the least. A flow's times may be stamps of its
    /// own leg or of the other side's: the longest path of either counts.
    /// </summary>
    public static uint[] ExtraPathsUs(ApplianceOptions options)
    {
        uint least = LeastPathUs(options);
        uint[] extra = new uint[options.Legs.Count];
        for (int i = 0; i < extra.Length; i++)
        {
            uint worst = PathUs(options.Clock, options.Legs[i].Interface);
            foreach (LegRuleOptions other in options.Legs.Where(leg => leg.Leg != options.Legs[i].Leg))
            {
                worst = Math.Max(worst, PathUs(options.Clock, other.Interface));
            }

            extra[i] = worst - least;
        }

        return extra;
    }

    private static uint PathUs(ClockOptions clock, string name)
    {
        foreach (StampPathOptions path in clock.StampPaths)
        {
            if (path.Interface == name)
            {
                return path.StampMicroseconds + path.MirrorMicroseconds;
            }
        }

        return clock.StampBoundMicroseconds;
    }
}
