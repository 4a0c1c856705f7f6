using Appliance.Wire;

namespace Appliance.Time;

// The way from the wire to the stamp, leg by leg.
public sealed partial class ClockEngine
{
    private readonly Queue<(int Leg, StampPath Path)> changed = new();

    /// <summary>
    /// Takes what joined flows show of two legs; where that contradicts a declared stamp path, the path is widened
    /// from the next step on, and the log and the next manifest say so.
    /// </summary>
    /// <returns>Whether a path is widened.</returns>
    public bool Learn(in LearnedDelay learned)
    {
        lock (gate)
        {
            if (map.Paths.Learn(learned) is not { } wider || wider.Path == map.Paths[wider.Leg])
            {
                return false;
            }

            if (changed.Count < Limits.Events)
            {
                changed.Enqueue(wider);
            }

            return true;
        }
    }

    /// <summary>
    /// What a record of a leg would be given whose stamp was taken at the last step; counts for no manifest.
    /// </summary>
    public ClockReading LastStep(int leg)
    {
        lock (gate)
        {
            long stamp = last.System;
            ClockState state = map.Map(stamp, leg, out long tai, out double bound);
            return stamp == 0 ? Reading(0, 0, double.PositiveInfinity, ClockState.Unset)
                : Reading(stamp, tai, bound, state);
        }
    }

    private byte[] TakeChangedPaths()
    {
        List<byte> rows = [];
        while (changed.TryDequeue(out (int Leg, StampPath Path) wider))
        {
            long shortNs = map.Paths.Widen(wider.Leg, wider.Path);
            if (shortNs == 0)
            {
                continue;
            }

            for (int leg = -1; leg < Limits.Legs; leg++)
            {
                if ((leg < 0 || map.Paths.Has(leg)) && map.Paths.IsTimedBy(leg, wider.Leg))
                {
                    rows.AddRange(log.Path(leg, map.Paths.RecordPathOf(leg), estimator));
                }
            }

            TellSlowMirror(wider.Leg, shortNs);
        }

        return [.. rows];
    }

    private void TellSlowMirror(int leg, long shortNs)
    {
        long? tai = estimator.Readout.IsSet ? estimator.Readout.Filter.TaiAt(last.Raw) : null;
        uint shortUs = MicrosecondsOf(shortNs);
        AddEvent(new ClockEvent(
            tai is long ns ? new TaiTime(ns / 1000) : null, estimator.State, [StampPaths.SlowMirror(leg, shortUs)],
            intake.Leap.State.ToString().ToLowerInvariant(), 0)
        {
            ShortUs = shortUs,
        });
    }

    private long WidestPathNs()
    {
        long widest = map.Paths.WayOf(-1).HalfNs;
        for (int leg = 0; leg < Limits.Legs; leg++)
        {
            widest = Math.Max(widest, map.Paths.WayOf(leg).HalfNs);
        }

        return widest;
    }
}
