using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>What the configuration means for the engine.</summary>
internal static class ClockSettings
{
    /// <summary>No date before this is taken, UTC seconds since 1970: 2026-01-01. Moved up with each release.</summary>
    public const long BuiltUtcSeconds = 1_767_225_600;

    private const long NsPerUs = 1000;

    /// <summary>Options of the engine, with what the run before kept.</summary>
    public static ClockEngineOptions Of(ApplianceOptions options, KeptClock? kept) => new()
    {
        Oscillator = options.Clock.Oscillator,
        PeersOnly = options.Clock.IsPeersOnly,
        PulseNoiseNs = options.Clock.Receiver.PulseNoiseNanoseconds,
        CorrectedNoiseNs = options.Clock.Receiver.CorrectedNoiseNanoseconds,
        SystematicNs = options.Clock.SystematicNanoseconds,
        Paths = PathsOf(options),
        PulsesAreMarked = options.Clock.Pulses.MarkedByReceiver,
        MarkCut = new MarkCut(options.Clock.Pulses.MarkEarlyNanoseconds, options.Clock.Pulses.MarkLateNanoseconds),
        PtpAsymmetryNs = options.Clock.Peers.PtpAsymmetryNanoseconds,
        NtpAsymmetryNs = options.Clock.Peers.NtpAsymmetryNanoseconds,
        EarliestTaiNs = Math.Max(
            LeapSeconds.ToTai(BuiltUtcSeconds * TaiTime.MicrosecondsPerSecond).Microseconds * NsPerUs,
            kept?.TaiNs ?? 0),
        ResumedRate = kept?.Rate,
        ResumedAgeing = kept?.AgeingPerSecond ?? 0,
        Kept = kept,
    };

    /// <summary>The last time that was trusted, UTC seconds; no receiver's date may lie before it.</summary>
    public static long EarliestUtcSeconds(KeptClock? kept) => kept is null
        ? BuiltUtcSeconds
        : LeapSeconds.ToUtc(new TaiTime(kept.TaiNs / NsPerUs)) / TaiTime.MicrosecondsPerSecond;

    /// <summary>
    /// The way of each leg rule's packets, as declared for its interface. A flow's times may be stamps of the other
    /// side as well as of its own, and of every rule of its own side and realm: a tap shows each direction at a port
    /// of its own. What is no leg's, the edges of gaps and batches, has the longest way of all.
    /// </summary>
    public static StampPaths PathsOf(ApplianceOptions options)
    {
        StampPaths paths = new(new StampPath(DelayRange.UpTo(options.Clock.StampBoundMicroseconds * NsPerUs), default));
        ulong all = 0;
        for (int i = 0; i < options.Legs.Count; i++)
        {
            Checked(paths.TrySet(i, PathOf(options.Clock, options.Legs[i].Interface)));
            all |= 1UL << i;
        }

        for (int i = 0; i < options.Legs.Count; i++)
        {
            Checked(paths.TryShare(i, SharedBy(options.Legs, options.Legs[i])));
        }

        Checked(all == 0 || (paths.TrySet(-1, paths[0]) && paths.TryShare(-1, all)));
        return paths;
    }

    /// <summary>
    /// What joined flows show of two legs, as the engine takes it; null before it is certain. A packet that comes in
    /// is seen outside first: what the NAT keeps it for counts either way.
    /// </summary>
    public static LearnedDelay? DelayOf(in LegDelayReading reading) => reading.State != LegDelayState.Learned
        ? null
        : new LearnedDelay(
            reading.InsideRule, reading.OutsideRule, reading.DelayUs * NsPerUs, (reading.SpreadUs + 1) * NsPerUs,
            new DelayRange(-Limits.NatNs, Limits.NatNs));

    private static ulong SharedBy(IReadOnlyList<LegRuleOptions> legs, LegRuleOptions own)
    {
        ulong shared = 0;
        for (int i = 0; i < legs.Count; i++)
        {
            bool isShared = legs[i].Leg != own.Leg || legs[i].Realm == own.Realm;
            shared |= isShared ? 1UL << i : 0;
        }

        return shared;
    }

    private static StampPath PathOf(ClockOptions clock, string name)
    {
        foreach (StampPathOptions path in clock.StampPaths)
        {
            if (path.Interface == name)
            {
                return new StampPath(
                    new DelayRange(path.StampLeastMicroseconds * NsPerUs, path.StampMicroseconds * NsPerUs),
                    new DelayRange(path.MirrorLeastMicroseconds * NsPerUs, path.MirrorMicroseconds * NsPerUs));
            }
        }

        return new StampPath(DelayRange.UpTo(clock.StampBoundMicroseconds * NsPerUs), default);
    }

    private static void Checked(bool isTaken)
    {
        if (!isTaken)
        {
            throw new InvalidOperationException("the configuration was not checked: a stamp path cannot be");
        }
    }
}
