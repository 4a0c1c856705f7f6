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

    /// <summary>The way from the wire to the stamp of a leg, as it is used now.</summary>
    public StampPath PathOf(int leg)
    {
        lock (gate)
        {
            return map.Paths[leg];
        }
    }

    private byte[] TakeChangedPaths()
    {
        List<byte> rows = [];
        while (changed.TryDequeue(out (int Leg, StampPath Path) wider))
        {
            if (map.Paths.TrySet(wider.Leg, wider.Path))
            {
                rows.AddRange(log.Path(wider.Leg, wider.Path, estimator));
                AddEvent(new ClockEvent(
                    null, estimator.State, [$"mirror of leg {wider.Leg} is slower than declared"],
                    intake.Leap.State.ToString().ToLowerInvariant(), 0));
            }
        }

        return [.. rows];
    }

    private long WidestPathNs()
    {
        long widest = map.Paths.Rest.Whole.HalfNs;
        for (int leg = 0; leg < Limits.Legs; leg++)
        {
            widest = Math.Max(widest, map.Paths[leg].Whole.HalfNs);
        }

        return widest;
    }
}
