using Appliance.Flow;

namespace Appliance.Lab.Traffic;

/// <summary>
/// The door of the generator: two packet sources from one plan, and the truth once both are used up. The sources are
/// independent of each other and may be read on two threads, at any pace, or only one of them.
/// </summary>
public sealed class TwoLegTraffic : IDisposable
{
    private readonly LegTally? insideTally;
    private readonly LegTally? outsideTally;

    /// <param name="plan">What to generate.</param>
    /// <param name="keepTruth">Counts what the legs show: 80 bytes a flow.</param>
    /// <exception cref="LabUsageException">The plan cannot be run.</exception>
    public TwoLegTraffic(TrafficPlan plan, bool keepTruth)
    {
        plan.Validate();
        Plan = plan;
        Names = new NamePool(plan);
        Families = new FamilyMap(plan);
        insideTally = keepTruth ? new LegTally(plan.Flows) : null;
        outsideTally = keepTruth ? new LegTally(plan.Flows) : null;
        Inside = new LegSource(plan, Names, outside: false, insideTally);
        Outside = new LegSource(plan, Names, outside: true, outsideTally);
    }

    public TrafficPlan Plan { get; }

    public NamePool Names { get; }

    public FamilyMap Families { get; }

    /// <summary>Frames of the inside leg, interface 0.</summary>
    public IPacketSource Inside { get; }

    /// <summary>Frames of the outside leg, interface 1.</summary>
    public IPacketSource Outside { get; }

    /// <summary>The truth of each flow in order of its number; what the legs showed is complete at their end.</summary>
    /// <exception cref="InvalidOperationException">The truth was not kept.</exception>
    public IEnumerable<TruthFlow> Truth()
    {
        if (insideTally is null || outsideTally is null)
        {
            throw new InvalidOperationException("This traffic was made without keeping the truth.");
        }

        FlowPlanner planner = new(Plan);
        while (planner.TryNext(out FlowSpec flow))
        {
            yield return new TruthFlow(
                flow, Names[flow.Name], insideTally[flow.Index], outsideTally[flow.Index], Families);
        }
    }

    public void Dispose()
    {
        Inside.Dispose();
        Outside.Dispose();
    }
}
