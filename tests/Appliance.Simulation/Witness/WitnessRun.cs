using Appliance.Flow;
using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;
using Appliance.Wire;
using LineEnd = Appliance.Lab.Oracle.LineEnd;

namespace Appliance.Simulation.Witness;

/// <summary>What became of the translated flows.</summary>
public sealed record WitnessReport(int Flows, int Attributed, int Contested, int None, int Wrong, string Example)
{
    /// <summary>Flows that nobody sent.</summary>
    public int Invented { get; init; }

    public ulong Named { get; init; }

    public ulong Agreed { get; init; }

    public ulong Conflicts { get; init; }

    public ulong Doubts { get; init; }

    public override string ToString() =>
        $"flows {Flows}, attributed {Attributed} (named {Named}, agreed {Agreed}), contested {Contested} "
        + $"(conflicts {Conflicts}), none {None} (doubts {Doubts}), wrong {Wrong}, invented {Invented} {Example}";
}

/// <summary>
/// Runs the engine over the legs and the log that a scenario has, and holds each record against the truth.
/// </summary>
internal static class WitnessRun
{
    private const int QueueRecords = 1 << 16;

    public static WitnessReport Check(WitnessScenario scenario)
    {
        TrafficPlan plan = scenario.Traffic;
        List<TruthFlow> truth = Frames.Truth(plan);
        int blockSize = BlockSize(plan);
        List<NatEvent> events = scenario.Log is null ? [] : LogMaker.Make(scenario.Log, truth, blockSize);
        using TwoLegTraffic families = new(plan, keepTruth: false);
        FlowOptions options = ScenarioNet.ForEngine(plan, families.Families) with
        {
            Witness = new WitnessOptions
            {
                BindingLimit = scenario.Log is null ? 0 : 1 << 17,
                Rules = scenario.HasRules ? [Rule(plan, blockSize)] : [],
            },
        };
        using TwoLegTraffic traffic = new(plan, keepTruth: false);
        IPacketSource[] legs =
            [.. scenario.HasInside ? [traffic.Inside] : Array.Empty<IPacketSource>(),
             .. scenario.HasOutside ? [traffic.Outside] : Array.Empty<IPacketSource>()];
        RecordQueue queue = new(QueueRecords);
        FlowEngine engine = new(options, queue, EngineRun.Key);
        ProductFlows flows = new();
        Feed(engine, queue, flows, legs, events);
        return Judge(flows.ToList(), truth) with
        {
            Named = engine.Counters[(int)Counter.WitnessNamed],
            Agreed = engine.Counters[(int)Counter.WitnessAgreed],
            Conflicts = engine.Counters[(int)Counter.WitnessConflicts],
            Doubts = engine.Counters[(int)Counter.WitnessDoubts],
        };
    }

    private static void Feed(
        FlowEngine engine, RecordQueue queue, ProductFlows flows, IPacketSource[] legs, List<NatEvent> events)
    {
        LegMerge merge = new(engine, legs);
        int next = 0;
        for (MergeStep step = MergeStep.Fed; step != MergeStep.End; step = merge.Step())
        {
            while (next < events.Count && TimeOf(events[next]) <= engine.NowNs)
            {
                engine.Take(events[next++]);
            }

            if (step == MergeStep.Blocked || queue.Free < QueueRecords / 2)
            {
                EngineRun.Drain(queue, engine, flows);
            }
        }

        while (next < events.Count)
        {
            engine.Take(events[next++]);
        }

        while (!engine.CloseAll(EndReason.Stopped))
        {
            EngineRun.Drain(queue, engine, flows);
        }

        EngineRun.Drain(queue, engine, flows);
    }

    private static long TimeOf(in NatEvent item) => item.ArrivalNs != 0 ? item.ArrivalNs : item.StampNs;

    private static WitnessReport Judge(IReadOnlyList<ProductFlow> product, List<TruthFlow> truth)
    {
        ILookup<(byte, uint, ushort, uint, ushort), TruthFlow> outer = truth.Where(flow => flow.Outside.Seen).ToLookup(
            f => (f.Spec.Protocol, f.Spec.PublicAddress, f.Spec.PublicPort, f.Spec.RemoteAddress, f.Spec.RemotePort));
        ILookup<(byte, uint, ushort, uint, ushort), TruthFlow> inner = truth.Where(flow => flow.Inside.Seen).ToLookup(
            f => (f.Spec.Protocol, f.Spec.SubscriberAddress, f.Spec.SubscriberPort, f.Spec.RemoteAddress,
                f.Spec.RemotePort));
        WitnessReport report = new(0, 0, 0, 0, 0, "");
        foreach (ProductFlow flow in product)
        {
            // An ambiguous or unattributed flow of the outside leg has only its public side.
            bool isOuter = flow.Public.Port != 0;
            LineEnd end = isOuter ? flow.Public : flow.Line;
            if (end.Address.IsNone && flow.Candidates.Count > 0)
            {
                (end, isOuter) = (flow.Candidates[0], false);
            }

            TruthFlow? real = (isOuter ? outer : inner)[
                    (flow.Protocol, end.Address.V4, end.Port, flow.Remote.Address.V4, flow.Remote.Port)]
                .MinBy(known => Math.Abs((isOuter ? known.Outside : known.Inside).FirstNs - flow.StartNs));
            if (real is null)
            {
                report = report with
                {
                    Invented = report.Invented + 1,
                    Example = report.Example.Length == 0 ? $"{flow} that nobody sent" : report.Example,
                };
            }
            else if (real.Spec.Reach == FlowReach.Nat44)
            {
                report = Count(report, flow, real);
            }
        }

        return report;
    }

    private static WitnessReport Count(WitnessReport report, ProductFlow flow, TruthFlow real)
    {
        bool isAttributed = !flow.Line.Address.IsNone && !flow.Public.Address.IsNone;
        bool isLine = flow.Line.Address == Ip.FromV4(real.Spec.SubscriberAddress)
            && (flow.Line.Port == 0 || flow.Line.Port == real.Spec.SubscriberPort);
        bool isPublic = flow.Public.Address == Ip.FromV4(real.Spec.PublicAddress)
            && (flow.Public.Port == 0 || flow.Public.Port == real.Spec.PublicPort);
        bool isWrong = isAttributed && !(isLine && isPublic);
        return report with
        {
            Flows = report.Flows + 1,
            Attributed = report.Attributed + (isAttributed ? 1 : 0),
            Contested = report.Contested + (flow.Candidates.Count > 0 ? 1 : 0),
            None = report.None + (!isAttributed && flow.Candidates.Count == 0 ? 1 : 0),
            Wrong = report.Wrong + (isWrong ? 1 : 0),
            Example = isWrong && report.Example.Length == 0 ? $"{flow} but {real.ToCsv()}" : report.Example,
        };
    }

    private static int BlockSize(TrafficPlan plan) => Math.Max(1, Math.Min(
        plan.BlockSize,
        64_512 / ((plan.Subscribers + plan.PublicAddresses - 1) / plan.PublicAddresses)));

    private static RuleNat Rule(TrafficPlan plan, int blockSize) => new()
    {
        Inside = new AddressRange(Addresses.InsidePrefix + 1, plan.Subscribers),
        Public = new AddressRange(Addresses.PublicPrefix + 1, plan.PublicAddresses),
        PortsPerLine = blockSize,
        Order = RuleOrder.AddressInTurn,
    };
}
