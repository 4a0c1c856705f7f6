using System.Globalization;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// Reads the engine's counters of unseen packets over the last minute, so that a thin leg's figure is not one
/// interval's chance. Called by one thread.
/// </summary>
internal sealed class LossWatch
{
    // Six intervals of the estimate, and the state before them.
    private const int Snapshots = 7;

    // 300 full segments: below this even a share of 1 % is chance.
    private const ulong BytesLeast = 300 * 1460;

    // What one lost segment typically held; only the margin depends on it.
    private const double SegmentBytes = 1000;
    private const double PpmSaid = 200;

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;
    private readonly Leg inside = new(
        "inside", Counter.TcpShownInside, Counter.TcpHiddenInside, Counter.TcpOneWayInside,
        Counter.HiddenPacketsInside, Counter.PacketsInside, Counter.DuplicatesInside, Counter.CutBeforeInside,
        Counter.FlowsInsideOnly);

    private readonly Leg outside = new(
        "outside", Counter.TcpShownOutside, Counter.TcpHiddenOutside, Counter.TcpOneWayOutside,
        Counter.HiddenPacketsOutside, Counter.PacketsOutside, Counter.DuplicatesOutside, Counter.CutBeforeOutside,
        Counter.FlowsOutsideOnly);

    private readonly Queue<ulong[]> snapshots = new();

    /// <summary>Takes the counters and says how the legs are that the configuration names.</summary>
    public IReadOnlyList<LossStatus> Take(ulong[] counters, bool hasInside, bool hasOutside)
    {
        if (snapshots.Count == 0 || HasMoved(snapshots.Last(), counters))
        {
            snapshots.Enqueue(counters);
        }

        if (snapshots.Count > Snapshots)
        {
            snapshots.Dequeue();
        }

        List<LossStatus> legs = [];
        if (hasInside)
        {
            legs.Add(Of(inside, counters));
        }

        if (hasOutside)
        {
            legs.Add(Of(outside, counters));
        }

        return legs;
    }

    private bool HasMoved(ulong[] last, ulong[] now) => new[] { inside, outside }.Any(leg =>
        now[(int)leg.Shown] != last[(int)leg.Shown] || now[(int)leg.OneWay] != last[(int)leg.OneWay]);

    private LossStatus Of(Leg leg, ulong[] counters)
    {
        ulong[] before = snapshots.Peek();
        ulong shown = counters[(int)leg.Shown] - before[(int)leg.Shown];
        ulong hidden = counters[(int)leg.Hidden] - before[(int)leg.Hidden];
        ulong oneWay = counters[(int)leg.OneWay] - before[(int)leg.OneWay];
        string state = shown + hidden >= BytesLeast && shown >= oneWay ? "estimated"
            : oneWay >= BytesLeast ? "one-direction" : "too-little";
        double ppm = shown + hidden == 0 ? 0 : 1e6 * hidden / (hidden + shown);
        double margin = 2e6 * Math.Sqrt(Math.Max(hidden, SegmentBytes) * SegmentBytes) / (hidden + shown + 1.0);
        bool isKnown = state == "estimated";
        return new LossStatus
        {
            Leg = leg.Name,
            State = state,
            HiddenPpm = isKnown ? (ulong)ppm : null,
            MarginPpm = isKnown ? (ulong)margin : null,
            HiddenPackets = counters[(int)leg.HiddenPackets],
            Packets = counters[(int)leg.Packets],
            Duplicates = counters[(int)leg.Duplicates],
            Cut = counters[(int)leg.Cut],
            OneLegFlows = counters[(int)leg.OneLegFlows],
            Words = $"{leg.Name}: {Words(state, ppm, margin)}",
        };
    }

    private static string Words(string state, double ppm, double margin) => state switch
    {
        "one-direction" => "the mirror mostly shows one direction of TCP, so its loss cannot be estimated; "
            + "mirror both directions",
        "too-little" => "not enough TCP in the last minute to estimate what the mirror loses",
        _ when ppm <= Math.Max(PpmSaid, margin) => string.Create(
            Invariant, $"no loss before the box seen (below {Math.Max(ppm + margin, PpmSaid) / 10_000:0.00#} %)"),
        _ => string.Create(
            Invariant,
            $"about {ppm / 10_000:0.0#} % (+-{margin / 10_000:0.0#}) of the packets never reached the mirror; "
            + $"check SPAN oversubscription"),
    };

    private sealed record Leg(
        string Name, Counter Shown, Counter Hidden, Counter OneWay, Counter HiddenPackets, Counter Packets,
        Counter Duplicates, Counter Cut, Counter OneLegFlows);
}
