using System.Text;
using Appliance.Flow;
using Appliance.Lab.Oracle;
using Appliance.Lab.Traffic;
using Appliance.Wire;

namespace Appliance.Simulation;

/// <summary>
/// Runs the product's engine over a scenario, as the daemon does, and holds the result against truth and oracle.
/// </summary>
internal static class EngineRun
{
    private const int QueueRecords = 1 << 16;

    // Any fixed key: the engine's hashing must not change what it decides.
    internal static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];

    public static TruthReport Check(Scenario scenario)
    {
        using TwoLegTraffic traffic = new(scenario.Plan, keepTruth: true);
        FlowOptions options = ScenarioNet.ForEngine(scenario.Plan, traffic.Families) with
        {
            NatRewritesTcp = scenario.RewritesTcp && !scenario.Learns,
        };
        BruteForceOracle oracle = scenario.Oracle(traffic.Families);
        OracleTap inside = new(traffic.Inside, oracle, isOutside: false);
        OracleTap outside = new(traffic.Outside, oracle, isOutside: true);
        IReadOnlyList<ProductFlow> product =
            ScenarioNet.WithoutHalves(Run(options, inside, outside), traffic.Families);
        return TruthCheck.Run(product, [.. traffic.Truth()], oracle.Judge());
    }

    private static IReadOnlyList<ProductFlow> Run(FlowOptions options, params ReadOnlySpan<IPacketSource> legs)
    {
        RecordQueue queue = new(QueueRecords);
        FlowEngine engine = new(options, queue, Key);
        ProductFlows flows = new();
        LegMerge merge = new(engine, legs);
        while (true)
        {
            MergeStep step = merge.Step();
            if (step == MergeStep.End)
            {
                break;
            }

            if (step == MergeStep.Blocked || queue.Free < QueueRecords / 2)
            {
                Drain(queue, engine, flows);
            }
        }

        while (!engine.CloseAll(EndReason.Stopped))
        {
            Drain(queue, engine, flows);
        }

        Drain(queue, engine, flows);
        return flows.ToList();
    }

    internal static void Drain(RecordQueue queue, FlowEngine engine, ProductFlows flows)
    {
        for (ReadOnlySpan<FlowRecord> records = queue.Peek(); !records.IsEmpty; records = queue.Peek())
        {
            foreach (ref readonly FlowRecord record in records)
            {
                flows.Add(record, Encoding.ASCII.GetString(engine.Names[record.NameSlot]));
            }

            queue.Release(records.Length);
        }
    }
}
