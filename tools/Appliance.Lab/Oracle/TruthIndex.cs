using System.Runtime.InteropServices;
using Appliance.Lab.Traffic;

namespace Appliance.Lab.Oracle;

/// <summary>Finds the true flow behind a tuple and a time, on either leg.</summary>
internal sealed class TruthIndex
{
    private readonly Dictionary<FlowTuple, List<TruthFlow>> inner = [];
    private readonly Dictionary<FlowTuple, List<TruthFlow>> outer = [];

    public TruthIndex(IEnumerable<TruthFlow> truth)
    {
        foreach (TruthFlow flow in truth)
        {
            if (flow.Inside.Seen)
            {
                Add(inner, flow.Inner, flow);
            }

            if (flow.Outside.Seen)
            {
                Add(outer, flow.Outer, flow);
            }
        }
    }

    /// <summary>The flow that the inside leg showed under the tuple at the time; null where there is none.</summary>
    public TruthFlow? FindInner(FlowTuple tuple, long atNs) => Find(inner, tuple, atNs, flow => flow.Inside);

    /// <inheritdoc cref="FindInner"/>
    public TruthFlow? FindOuter(FlowTuple tuple, long atNs) => Find(outer, tuple, atNs, flow => flow.Outside);

    // The flow whose first packet lies nearest to the time: legs differ by their delay, reuse by far more.
    private static TruthFlow? Find(
        Dictionary<FlowTuple, List<TruthFlow>> index, FlowTuple tuple, long atNs, Func<TruthFlow, LegView> leg) =>
        index.TryGetValue(tuple, out List<TruthFlow>? flows)
            ? flows.MinBy(flow => Math.Abs(leg(flow).FirstNs - atNs))
            : null;

    private static void Add(Dictionary<FlowTuple, List<TruthFlow>> index, FlowTuple tuple, TruthFlow flow)
    {
        ref List<TruthFlow>? list = ref CollectionsMarshal.GetValueRefOrAddDefault(index, tuple, out _);
        list ??= new List<TruthFlow>(1);
        list.Add(flow);
    }
}
