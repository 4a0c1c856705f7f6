using Appliance.Edge.NatLog;
using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// Runs the pipeline over sources that end. Nothing is dropped: the source waits while the rows are written.
/// </summary>
public static class Replay
{
    // Often enough that the open batch never grows far beyond its limit, rarely enough to cost nothing.
    private const int RunsBetweenDrains = 128;

    /// <summary>Feeds all packets, closes all flows and the journal; false where the flash was full.</summary>
    /// <param name="box">A pipeline that has not been fed.</param>
    /// <param name="sources">One a leg, in the order of their interface numbers.</param>
    /// <param name="onProgress">Called after each drain.</param>
    /// <param name="log">Logs of the NAT; null where there are none.</param>
    /// <param name="endNs">Until when nothing more came, as a recording knows; 0 where that is not known.</param>
    /// <param name="lines">Captures of messages about sessions, or null.</param>
    public static bool Run(
        BoxPipeline box, ReadOnlySpan<IPacketSource> sources, Action onProgress, long endNs = 0,
        LineCapture? lines = null, NatLogFiles? log = null)
    {
        FlowEngine engine = box.Engine;
        LegMerge merge = new(engine, sources);
        int runs = 0;
        for (MergeStep step = merge.Step(); step != MergeStep.End; step = merge.Step())
        {
            log?.FeedUntil(engine, engine.NowNs);
            if (step != MergeStep.Blocked && ++runs < RunsBetweenDrains)
            {
                continue;
            }

            runs = 0;
            lines?.FeedUntil(engine.NowNs);
            if (!box.Drain(engine.NowNs))
            {
                return false;
            }

            onProgress();
        }

        // What was told later may still say that nothing was missing before.
        log?.FeedUntil(engine, long.MaxValue);
        while (endNs > engine.NowNs && !engine.AdvanceTo(endNs))
        {
            if (!box.Drain(engine.NowNs))
            {
                return false;
            }
        }

        while (!engine.CloseAll(EndReason.Stopped))
        {
            if (!box.Drain(engine.NowNs))
            {
                return false;
            }
        }

        lines?.FeedUntil(long.MaxValue);
        return box.Drain(engine.NowNs) && box.Close();
    }
}
