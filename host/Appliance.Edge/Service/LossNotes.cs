using Appliance.Edge.Pipeline;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// Turns counters into gaps: what the rings dropped since they were last read, to the packet; and what the mirror is
/// estimated to have left out in an interval, where that is a share worth a row. Called by one thread.
/// </summary>
internal sealed class LossNotes
{
    private const ulong Million = 1_000_000;

    private readonly Leg[] legs =
    [
        new("inside", Counter.PacketsInside, Counter.HiddenPacketsInside),
        new("outside", Counter.PacketsOutside, Counter.HiddenPacketsOutside),
    ];

    private TaiTime? ringsReadAt;

    /// <summary>What was lost since the last call.</summary>
    /// <param name="now">When the counters were read.</param>
    /// <param name="counters">The engine's, by <see cref="Counter"/>.</param>
    /// <param name="dropped">Packets that found a ring full, by leg, since the start.</param>
    public List<NotedGap> Take(TaiTime now, ReadOnlySpan<ulong> counters, params ReadOnlySpan<ulong> dropped)
    {
        List<NotedGap> found = [];
        for (int i = 0; i < legs.Length; i++)
        {
            Leg leg = legs[i];
            if (dropped[i] > leg.Dropped)
            {
                found.Add(new NotedGap(
                    ringsReadAt ?? now, now, leg.Name, "ring", dropped[i] - leg.Dropped, GapCause.RingFull));
            }

            leg.Dropped = dropped[i];
            Estimate(leg, now, counters, found);
        }

        ringsReadAt = now;
        return found;
    }

    // The engine makes its estimate every ten seconds: the interval ends when the counter moves.
    private static void Estimate(Leg leg, TaiTime now, ReadOnlySpan<ulong> counters, List<NotedGap> found)
    {
        ulong hidden = counters[(int)leg.HiddenCounter] - leg.Hidden;
        ulong shown = counters[(int)leg.ShownCounter] - leg.Shown;
        if (leg.Since is { } since && hidden * Million >= StatusWords.LossPpmTold * (hidden + shown) && hidden > 0)
        {
            found.Add(new NotedGap(since, now, leg.Name, "estimate", hidden, null));
        }

        if (leg.Since is null || hidden > 0)
        {
            leg.Since = now;
            leg.Hidden += hidden;
            leg.Shown += shown;
        }
    }

    private sealed class Leg(string name, Counter shown, Counter hidden)
    {
        public string Name => name;

        public Counter ShownCounter => shown;

        public Counter HiddenCounter => hidden;

        public ulong Dropped { get; set; }

        public ulong Shown { get; set; }

        public ulong Hidden { get; set; }

        public TaiTime? Since { get; set; }
    }
}
